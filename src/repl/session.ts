import { AppError, asAppError } from "../errors.ts";
import { AnswerView } from "../terminal/answer.ts";
import { sanitize } from "../terminal/sanitize.ts";
import { describe } from "../terminal/terminal.ts";
import { closeAnswer, warnOfContext } from "./closing.ts";
import type { Answer, Host } from "./host.ts";
import type { SlashOutcome } from "./slash/command.ts";
import { runSlash } from "./slash/table.ts";
import { mayLeave } from "./unsaved.ts";

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

class Session {
  readonly #host: Host;
  readonly #stop: AbortSignal;
  /** Of the last question that failed; null when none did. */
  failed: AppError | null = null;
  #initial = "";

  constructor(host: Host, stop: AbortSignal) {
    this.#host = host;
    this.#stop = stop;
  }

  async run(): Promise<void> {
    const { lines, terminal } = this.#host;
    let interrupted = false;
    while (!this.#stop.aborted) {
      const initial = this.#initial;
      this.#initial = "";
      const reading = lines.read(initial);
      this.#host.prepare();
      const line = await reading;
      if (line.kind === "end") {
        if (mayLeave(this.#host)) return;
        continue;
      }
      if (line.kind === "interrupt") {
        if (interrupted && !line.touched && mayLeave(this.#host)) return;
        terminal.say(terminal.ink.err.dim(this.#host.words.session.howToLeave));
        interrupted = true;
        continue;
      }
      interrupted = false;
      if ((await this.#respond(line.text)) === "leave" && mayLeave(this.#host)) return;
      // Nobody sees another answer.
      const { refusal: reason } = terminal;
      if (reason !== null) throw new AppError("output_unwritable", { reason, transcript: this.#host.dialogue.path });
      // A script whose key is refused would only be refused again and again.
      if (this.failed?.exitCode === 3 && !terminal.interactive) return;
    }
  }

  /** What one line leads to. */
  async #respond(line: string): Promise<"stay" | "leave"> {
    const text = line.trim();
    if (text === "") return "stay";
    if (text === "q" || text === "Q") return "leave";
    try {
      const slash = text.startsWith("/") && !text.startsWith("//");
      const question = text.startsWith("//") ? line.replace("//", "/") : line;
      const outcome: SlashOutcome = slash ? await runSlash(this.#host, text) : { ask: question };
      return await this.#act(outcome);
    } catch (error) {
      const known = asAppError(error);
      if (known.code === "internal") throw error;
      if (known.code !== "interrupted") this.#tell(known);
      this.failed = known;
      return "stay";
    }
  }

  async #act(outcome: SlashOutcome): Promise<"stay" | "leave"> {
    if (typeof outcome === "string") return outcome;
    if ("edit" in outcome) this.#initial = outcome.edit;
    else if ("goOn" in outcome)
      await this.#answer((onEvent, signal) => this.#host.dialogue.continueAnswer(onEvent, signal));
    else {
      const question = await this.#host.attach(outcome.ask);
      await this.#answer((onEvent, signal) => this.#host.dialogue.ask(question, onEvent, signal));
    }
    return "stay";
  }

  async #answer(ask: (onEvent: AnswerView["onEvent"], signal: AbortSignal) => Promise<Answer>): Promise<void> {
    const host = this.#host;
    const controller = new AbortController();
    const release = host.lines.hold(() => controller.abort());
    const view = new AnswerView(host.terminal, host.words, host.answerWriter(), host.showThinking);
    try {
      const answer = await ask(view.onEvent, AbortSignal.any([this.#stop, controller.signal]));
      await view.end();
      if (answer.reasoning !== "") host.lastThinking = answer.reasoning;
      closeAnswer(host, answer);
      await warnOfContext(host, answer);
      this.failed = answer.error ?? answer.unsaved ?? this.failed;
    } finally {
      release();
    }
  }

  #tell(error: AppError): void {
    const { terminal, words } = this.#host;
    terminal.err(`${terminal.ink.err.red(sanitize(describe(error, words.errors)))}\n`);
  }
}
