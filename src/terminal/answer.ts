import type { ChatEvent } from "../chat/events.ts";
import type { ImagePart, ToolCall } from "../chat/messages.ts";
import type { AppError, ErrorCode } from "../errors.ts";
import type { Words } from "../words/types.ts";
import { CallRows } from "./call-rows.ts";
import type { DialogueGuest } from "./dialogue-queue.ts";
import { sanitize, SanitizedStream } from "./sanitize.ts";
import { Spinner } from "./spinner.ts";
import { errorWords, type Terminal } from "./terminal.ts";
import { type ShowThinking, ThinkingView } from "./thinking.ts";

/** How the text of an answer gets to stdout. */
export interface AnswerWriter {
  readonly push: (text: string) => void;
  /** Shows a picture of the answer between two blocks; absent where pictures are not shown. */
  readonly picture?: (image: ImagePart) => Promise<void>;
  /** What separates a further block from what is above it. */
  readonly gap: () => void;
  /** Ends a block, so that something else may follow; what is pushed next begins another one. */
  readonly endBlock: () => Promise<void>;
  /** After the last text, whether or not any came. */
  readonly end: () => Promise<void>;
}

type AnswerWords = Pick<Words, "answer" | "calls" | "errors">;

/**
 * One answer as it is watched: a spinner until something comes, thinking dimmed on stderr, the text on stdout, and a row for each tool
 * that it calls. A listener of the turn's events.
 */
export class AnswerView {
  readonly #terminal: Terminal;
  readonly #words: AnswerWords;
  readonly #writer: AnswerWriter;
  readonly #showThinking: ShowThinking;
  readonly #spinner: Spinner;
  readonly #calls: CallRows;
  readonly #guest: Disposable;
  #thinking: ThinkingView | null = null;
  /** Whether text came before; the next block of it is set apart. */
  #hasText = false;
  /** Whether the last row of the screen is the answer's, so that the next block needs an empty row before it. */
  #isOpen = false;
  /** While a block of text is being ended: what came meanwhile. */
  #queued: ChatEvent[] | null = null;
  #ending: Promise<void> = Promise.resolve();
  /** While the answer is being drawn nothing else may be written; what happened to it is said below it. */
  #drawing = false;
  #countdown: NodeJS.Timeout | undefined;
  #loadingReported = false;

  constructor(terminal: Terminal, words: AnswerWords, writer: AnswerWriter, showThinking: ShowThinking) {
    this.#terminal = terminal;
    this.#words = words;
    this.#writer = writer;
    this.#showThinking = showThinking;
    this.#spinner = new Spinner(terminal);
    this.#spinner.show(words.answer.waiting);
    this.#calls = new CallRows(terminal, words.calls);
    const guest: DialogueGuest = {
      settle: () => this.#settle(),
      stepAside: () => {
        this.#spinner.hide();
        this.#calls.hide();
        return () => this.#calls.show();
      },
    };
    this.#guest = terminal.dialogues.join(guest);
  }

  readonly onEvent = (event: ChatEvent): void => {
    if (this.#queued === null) this.#take(event);
    else this.#queued.push(event);
  };

  #take(event: ChatEvent): void {
    if (event.type === "text") this.#text(event.text);
    else if (event.type === "tool_call") this.#call(event.call);
    else if (event.type === "image") this.#picture(event);
    else if (this.#drawing) return;
    else if (event.type === "call") this.#spinner.show(this.#words.calls.writing({ name: sanitize(event.name) }));
    else if (event.type === "tool_start") this.#calls.start(event.call);
    else if (event.type === "tool_progress") this.#calls.progress(event.call, event.text);
    else if (event.type === "tool_result") this.#result(event);
    else if (event.type === "reasoning") this.#reasoning(event.text);
    else if (event.type === "waiting" && event.why === "queued") this.#spinner.show(this.#words.answer.queued);
    else if (event.type === "waiting" && event.why === "limit" && event.sentAt === null)
      this.#spinner.show(this.#words.answer.limited);
    else if (event.type === "waiting" && event.why === "loading") this.#loading(event.provider);
    else if (event.type === "waiting" && event.why === "retry") this.#retry(event);
    else if (event.type === "adapted") this.#adapted(event);
    else if (event.type === "start" || event.type === "request") this.#wait();
  }

  async end(): Promise<void> {
    await this.#settle();
    this.#guest[Symbol.dispose]();
    clearInterval(this.#countdown);
    this.#spinner.hide();
    this.#calls.hide();
    this.#foldThinking();
    await this.#writer.end();
  }

  /** Resolves when no block is being ended. */
  async #settle(): Promise<void> {
    while (this.#queued !== null) await this.#ending;
  }

  /** The text before a call is complete; it is finished before anything else is written. */
  #call(call: ToolCall): void {
    if (this.#drawing) {
      this.#drawing = false;
      this.#queued = [{ type: "tool_call", call }];
      this.#ending = this.#endBlock();
      return;
    }
    clearInterval(this.#countdown);
    this.#spinner.hide();
    this.#foldThinking();
    if (!this.#showsCalls) return;
    if (!this.#calls.areRunning) this.#separate();
    this.#calls.begin(call);
  }

  /** The text before a picture is finished before it is shown. */
  #picture(event: Extract<ChatEvent, { type: "image" }>): void {
    const { picture } = this.#writer;
    if (picture === undefined) return;
    clearInterval(this.#countdown);
    this.#spinner.hide();
    this.#foldThinking();
    // Elsewhere the exact text goes on.
    const isBehindText = this.#drawing && this.#terminal.outIsTerminal;
    [this.#drawing, this.#queued] = [this.#drawing && !isBehindText, []];
    this.#ending = this.#show(async () => {
      if (isBehindText) await this.#writer.endBlock();
      if (isBehindText || this.#isOpen) this.#writer.gap();
      await picture(event.image);
    });
  }

  async #endBlock(): Promise<void> {
    await this.#show(async () => await this.#writer.endBlock());
  }

  /** Has something be shown, and then what came meanwhile. */
  async #show(work: () => Promise<void>): Promise<void> {
    await work();
    this.#isOpen = this.#terminal.outIsTerminal;
    const queued = this.#queued ?? [];
    this.#queued = null;
    for (const event of queued) this.onEvent(event);
  }

  #result({ call, output }: Extract<ChatEvent, { type: "tool_result" }>): void {
    if (!this.#showsCalls) return;
    this.#calls.finish(call, output);
    this.#isOpen = this.#terminal.errIsTerminal;
  }

  get #showsCalls(): boolean {
    return this.#terminal.verbosity !== "quiet";
  }

  /** An empty row between what is on the screen and a block on stderr. */
  #separate(): void {
    if (this.#isOpen && this.#terminal.errIsTerminal) this.#terminal.err("\n");
    this.#isOpen = false;
  }

  #reasoning(text: string): void {
    clearInterval(this.#countdown);
    const { errIsTerminal, verbosity } = this.#terminal;
    if (!errIsTerminal || verbosity === "quiet") return;
    if (this.#showThinking === "never") return this.#spinner.show(this.#words.answer.thinking);
    this.#spinner.hide();
    if (this.#thinking === null) this.#separate();
    this.#thinking ??= new ThinkingView(this.#terminal, this.#words.answer, this.#showThinking);
    this.#thinking.push(text);
  }

  #text(text: string): void {
    clearInterval(this.#countdown);
    this.#spinner.hide();
    this.#foldThinking();
    if (!this.#drawing) this.#beginBlock();
    this.#drawing = true;
    this.#writer.push(text);
  }

  #beginBlock(): void {
    if (this.#terminal.outIsTerminal ? this.#isOpen : this.#hasText) this.#writer.gap();
    [this.#hasText, this.#isOpen] = [true, false];
  }

  #foldThinking(): void {
    this.#thinking?.end();
    this.#thinking = null;
  }

  /** A countdown to the next attempt; on what is no terminal, one line. */
  #retry({ attempt, attempts, delay, error }: Extract<ChatEvent, { why: "retry" }>): void {
    const until = Date.now() + delay;
    const why = sanitize(briefly(error, this.#words));
    const line = () => {
      const seconds = Math.max(0, Math.ceil((until - Date.now()) / 1000));
      return this.#words.answer.retry({ seconds, attempt, attempts, why });
    };
    this.#wait();
    this.#foldThinking();
    if (!this.#terminal.errIsTerminal) return this.#terminal.say(line());
    this.#spinner.show(line());
    this.#countdown = setInterval(() => this.#spinner.show(line()), 1000);
  }

  /** On what is no terminal, one line for all of it. */
  #loading(provider: string): void {
    const line = this.#words.answer.loading({ provider });
    this.#wait();
    if (this.#terminal.errIsTerminal) this.#spinner.show(line);
    else if (!this.#loadingReported) this.#terminal.say(line);
    this.#loadingReported = true;
  }

  #adapted({ provider, field, baseUrl }: Extract<ChatEvent, { type: "adapted" }>): void {
    const { adapted } = this.#words.answer;
    this.#spinner.hide();
    this.#terminal.say(
      sanitize(field === null ? adapted.baseUrl({ provider, baseUrl: baseUrl! }) : adapted.field({ provider, field })),
    );
    this.#wait();
  }

  #wait(): void {
    clearInterval(this.#countdown);
    if (this.#thinking === null) this.#spinner.show(this.#words.answer.waiting);
  }
}

/** Characters of a sentence that each attempt may repeat. */
const shortSentence = 80;

/**
 * Why an attempt failed; of a long sentence whose failure it was, and its status or name: the sentence comes whole at the end,
 * where no attempt succeeds.
 */
function briefly(error: AppError, words: Pick<Words, "answer" | "errors">): string {
  const { what } = errorWords(error, words.errors);
  if (what.length <= shortSentence) return what;
  const { silent, broken, unreachable, sentence } = words.answer.brief;
  const details = error.details as { provider?: string; host?: string; status?: number };
  const who = details.provider ?? details.host ?? "";
  const status = error.code === "rate_limited" ? 429 : details.status;
  const kinds: Partial<Record<ErrorCode, string>> = { timeout: silent, no_connection: unreachable };
  return sentence({ who, what: String(status ?? kinds[error.code] ?? broken) });
}

/** The model's text as it is, for files and pipes; ended by one newline if it has none. */
export function exactWriter(terminal: Terminal): AnswerWriter {
  let last = "\n";
  /** Between the paragraphs of an answer, beside the newline that a block was ended with. */
  let gap = "";
  const endLine = () => {
    gap = last === "\n" ? "\n\n" : "\n";
    if (last !== "\n") terminal.out("\n");
    last = "\n";
  };
  return {
    push(text) {
      last = text.at(-1) ?? last;
      terminal.out(text);
    },
    gap: () => terminal.out(gap),
    endBlock: async () => endLine(),
    end: async () => endLine(),
  };
}

/** The model's text on a terminal, not rendered, and made harmless. */
export function plainWriter(terminal: Terminal): AnswerWriter {
  const exact = exactWriter(terminal);
  const clean = new SanitizedStream();
  const end = async () => {
    exact.push(clean.end());
    await exact.end();
  };
  return { push: (text) => exact.push(clean.push(text)), gap: () => terminal.out("\n"), endBlock: end, end };
}

/** Gathers the text and shows nothing: the whole is printed in another form at the end. */
export function silentWriter(): AnswerWriter {
  return { push() {}, gap() {}, endBlock: async () => {}, end: async () => {} };
}
