import type { ImagePart, UserMessage } from "../chat/messages.ts";
import { AppError, asAppError } from "../errors.ts";
import { AnswerView } from "../terminal/answer.ts";
import { closeAnswer, warnOfOthers } from "./answer-notices.ts";
import { makeRoom, tellForfeit, warnOfContext } from "./context-room.ts";
import { foreign } from "./editor/origin.ts";
import type { Answer } from "../chat/answer.ts";
import type { Host } from "./host.ts";
import { kindOf } from "./line-kind.ts";
import { type Mention, mentionsIn } from "./mentions.ts";
import type { SlashOutcome } from "./slash/command.ts";
import { runSlash } from "./slash/table.ts";
import { mayLeave } from "./leave-guard.ts";

/**
 * The session: reads lines, answers questions, runs slash commands, until someone leaves.
 *
 * @returns the error of the last question that failed, for the exit code of a script; null when all went well
 */
export async function runRepl(host: Host, stop: AbortSignal): Promise<AppError | null> {
  const session = new Session(host, stop);
  await session.run();
  // A person has seen what failed; the exit code is for scripts.
  if (host.terminal.interactive) return null;
  // What was saved elsewhere in the end is no failure.
  return session.failed?.code === "transcript_unwritable" ? host.dialogue.unsaved : session.failed;
}

/** A line as it was read. */
interface Typed {
  readonly line: string;
  readonly mentions: readonly Mention[];
  readonly pictures: readonly ImagePart[];
  /** The question whose place it takes; null for none. */
  readonly instead: UserMessage | null;
}

type Ask = (onEvent: AnswerView["onEvent"], signal: AbortSignal) => Promise<Answer>;

class Session {
  readonly #host: Host;
  readonly #stop: AbortSignal;
  /** Of the last question that failed, or of a failure of the program itself before it; null when none did. */
  failed: AppError | null = null;
  #initial = "";
  /** Whether that was read from the prompt before. */
  #again = false;
  /** Those that it names. */
  #pictures: readonly ImagePart[] = [];
  /** The question that is being edited: what is sent at the next prompt takes its place; null for none. */
  #edited: UserMessage | null = null;
  /** What Ctrl-C at a question about the answer under way does; null where there is none. */
  #stopAnswer: (() => void) | null = null;
  /** Tokens of the prefix cache whose loss was said. */
  #forfeited = 0;

  constructor(host: Host, stop: AbortSignal) {
    this.#host = host;
    this.#stop = stop;
  }

  async run(): Promise<void> {
    const { lines, terminal } = this.#host;
    using _guest = terminal.dialogues.join({
      stepAside: () => lines.lend(),
      interrupt: () => this.#stopAnswer?.(),
    });
    let interrupted = false;
    while (!this.#stop.aborted) {
      const reading = lines.read(this.#initial, this.#again, this.#pictures);
      [this.#initial, this.#again, this.#pictures] = ["", false, []];
      if (terminal.interactive) void this.#prepare();
      const line = await reading;
      if (line.kind === "end") {
        if (mayLeave(this.#host)) return;
        continue;
      }
      if (line.kind === "interrupt") {
        this.#edited = null;
        if (interrupted && !line.touched && mayLeave(this.#host)) return;
        terminal.say(terminal.ink.err.muted(this.#host.words.session.howToLeave));
        interrupted = true;
        continue;
      }
      interrupted = false;
      const { text, mentions = mentionsIn(foreign(text)), pictures = [] } = line;
      if ((await this.#respond({ line: text, mentions, pictures })) === "leave" && mayLeave(this.#host)) return;
      // Nobody sees another answer.
      const { refusal: reason } = terminal;
      if (reason !== null) throw new AppError("output_unwritable", { reason, transcript: this.#host.dialogue.path });
      // A script whose key is refused would only be refused again and again.
      if (this.failed?.kind === "config" && !terminal.interactive) return;
    }
  }

  /** Once the prompt is on the screen, so that nothing is done before it. */
  async #prepare(): Promise<void> {
    const { lines, dialogue } = this.#host;
    await lines.shown?.();
    dialogue.prepare();
  }

  /** What one line leads to. Whatever goes wrong with it ends the line, and not the session. */
  async #respond(typed: Omit<Typed, "instead">): Promise<"stay" | "leave"> {
    const { line } = typed;
    const edited = this.#edited;
    this.#edited = null;
    if (line.trim() === "") return "stay";
    const meant = kindOf(line);
    if (meant.kind === "leave") {
      const { terminal, words } = this.#host;
      if (terminal.interactive && !/^q$/iu.test(meant.word))
        terminal.say(terminal.ink.err.muted(words.session.asText(meant.word)));
      return "leave";
    }
    try {
      const isCommand = meant.kind === "command";
      const outcome: SlashOutcome = isCommand ? await runSlash(this.#host, meant.line) : { ask: meant.text };
      if (isCommand) this.#forfeited = tellForfeit(this.#host, this.#forfeited);
      return await this.#act(outcome, isCommand ? null : { ...typed, instead: edited });
    } catch (error) {
      const known = asAppError(error);
      if (known.code !== "interrupted") this.#host.tell(known);
      this.#fail(known);
      return "stay";
    }
  }

  /** @param typed the line, where that is what is asked; null for what a command gives */
  async #act(outcome: SlashOutcome, typed: Typed | null): Promise<"stay" | "leave"> {
    if (typeof outcome === "string") return outcome;
    const { dialogue } = this.#host;
    if ("edit" in outcome) {
      this.#initial = outcome.edit;
      this.#edited = outcome.instead ?? null;
      this.#pictures = outcome.pictures ?? [];
    } else if ("failed" in outcome) this.#fail(outcome.failed);
    else if ("continueAnswer" in outcome) {
      if (this.#host.asksNothing) return await this.#estimate(null);
      if (!(await this.#host.mayAfford(null))) return "stay";
      await this.#answer((onEvent, signal) => dialogue.continueAnswer(onEvent, signal));
    } else if ("image" in outcome) {
      const { image: line } = outcome;
      await this.#answer((onEvent, signal) => this.#host.makePictures(line, onEvent, signal));
    } else if ("editedAnswer" in outcome) {
      if (this.#host.asksNothing) return await this.#estimate(null);
      const { editedAnswer: kept } = outcome;
      if (!(await this.#host.mayAfford(null))) return "stay";
      await this.#answer((onEvent, signal) => dialogue.editAnswer(kept, behind(kept, onEvent), signal));
    } else if ("again" in outcome) {
      const { lastQuestion } = dialogue;
      if (lastQuestion !== null && (await this.#host.maySendAgain(lastQuestion))) await this.#ask(lastQuestion, true);
    } else {
      const question = await this.#attach(outcome.ask, typed);
      const isSent = question !== null && (await this.#ask(question, (typed?.instead ?? null) !== null));
      if (question !== null && !isSent) this.#offerAgain(outcome.ask, typed);
    }
    return "stay";
  }

  /** Null where it is not to be sent; then it stands at the prompt again, as it does when a file cannot be read. */
  async #attach(text: string, typed: Typed | null): Promise<UserMessage | null> {
    const controller = new AbortController();
    const release = this.#host.lines.hold(() => controller.abort());
    let question: UserMessage | null = null;
    try {
      const { mentions, pictures, instead } = typed ?? untyped(text);
      const signal = AbortSignal.any([this.#stop, controller.signal]);
      question = await this.#host.attach({ text, mentions, pictures, instead }, signal);
      return question;
    } finally {
      release();
      if (question === null) this.#offerAgain(text, typed);
    }
  }

  /** Puts a question that is not sent at the prompt again. */
  #offerAgain(text: string, typed: Typed | null): void {
    [this.#initial, this.#again] = [typed?.line ?? text, typed !== null];
    this.#pictures = typed?.pictures ?? [];
    this.#host.lines.pauseQueue();
    this.#edited = typed?.instead ?? null;
  }

  /** False where it could exceed a budget and the person said no. */
  async #ask(question: UserMessage, instead: boolean): Promise<boolean> {
    if (this.#host.asksNothing) return (await this.#estimate(question)) === "stay";
    await makeRoom(this.#host, question);
    if (!(await this.#host.mayAfford(question))) return false;
    await this.#answer((onEvent, signal) => this.#host.dialogue.ask(question, onEvent, signal, instead));
    return true;
  }

  async #estimate(question: UserMessage | null): Promise<"stay"> {
    await this.#host.tellEstimate(question);
    return "stay";
  }

  async #answer(ask: Ask): Promise<void> {
    const host = this.#host;
    warnOfOthers(host);
    if (host.terminal.interactive) host.terminal.say("");
    const controller = new AbortController();
    const release = host.lines.hold(() => controller.abort());
    this.#stopAnswer = () => controller.abort();
    const began = process.hrtime.bigint();
    const view = new AnswerView(host.terminal, host.words, host.answerWriter(), host.showThinking);
    try {
      const answer = await this.#watched(view, ask, controller.signal);
      if (answer.reasoning !== "") host.lastThinking = answer.reasoning;
      const failure = answer.error ?? answer.unsaved;
      if (failure !== null) this.#fail(failure);
      closeAnswer(host, answer);
      const seconds = Number(process.hrtime.bigint() - began) / 1e9;
      if (!controller.signal.aborted) host.notify({ failed: answer.error !== null, seconds });
      await warnOfContext(host, answer);
    } finally {
      this.#stopAnswer = null;
      release();
    }
  }

  async #watched(view: AnswerView, ask: Ask, signal: AbortSignal): Promise<Answer> {
    try {
      return await ask(view.onEvent, AbortSignal.any([this.#stop, signal]));
    } finally {
      await view.end();
    }
  }

  /** An internal error is not hidden by a later error of a service. */
  #fail(error: AppError): void {
    // What was queued was meant for after an answer.
    this.#host.lines.pauseQueue();
    if (this.failed?.code !== "internal") this.failed = error;
  }
}

/** A line that a command gives, in which nothing was typed or pasted. */
function untyped(line: string): Typed {
  return { line, mentions: mentionsIn(foreign(line)), pictures: [], instead: null };
}

/** Shows an answer with what it begins with, once the model continues it. */
function behind(kept: string, onEvent: AnswerView["onEvent"]): AnswerView["onEvent"] {
  let shown = false;
  return (event) => {
    if (event.type !== "text" || shown) return onEvent(event);
    shown = true;
    onEvent({ ...event, text: kept + event.text });
  };
}
