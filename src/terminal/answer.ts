import type { ChatEvent } from "../chat/events.ts";
import type { AppError, ErrorCode } from "../errors.ts";
import type { Words } from "../words/types.ts";
import { sanitize, SanitizedStream } from "./sanitize.ts";
import { Spinner } from "./spinner.ts";
import { errorWords, type Terminal } from "./terminal.ts";
import { type ShowThinking, ThinkingView } from "./thinking.ts";

/** How the text of an answer gets to stdout. */
export interface AnswerWriter {
  readonly push: (text: string) => void;
  /** After the last text, whether or not any came. */
  readonly end: () => Promise<void>;
}

/**
 * One answer as it is watched: a spinner until something comes, thinking dimmed on stderr, the text on stdout. A listener
 * of the turn's events.
 */
export class AnswerView {
  readonly #terminal: Terminal;
  readonly #words: Pick<Words, "answer" | "errors">;
  readonly #writer: AnswerWriter;
  readonly #showThinking: ShowThinking;
  readonly #spinner: Spinner;
  #thinking: ThinkingView | null = null;
  /** While the answer is being drawn nothing else may be written; what happened to it is said below it. */
  #drawing = false;
  #countdown: NodeJS.Timeout | undefined;
  #loadingReported = false;

  constructor(
    terminal: Terminal,
    words: Pick<Words, "answer" | "errors">,
    writer: AnswerWriter,
    showThinking: ShowThinking,
  ) {
    this.#terminal = terminal;
    this.#words = words;
    this.#writer = writer;
    this.#showThinking = showThinking;
    this.#spinner = new Spinner(terminal);
    this.#spinner.show(words.answer.waiting);
  }

  readonly onEvent = (event: ChatEvent): void => {
    if (event.type === "text") this.#text(event.text);
    else if (this.#drawing) return;
    else if (event.type === "reasoning") this.#reasoning(event.text);
    else if (event.type === "waiting" && event.why === "queued") this.#spinner.show(this.#words.answer.queued);
    else if (event.type === "waiting" && event.why === "loading") this.#loading(event.provider);
    else if (event.type === "waiting" && event.why === "retry") this.#retry(event);
    else if (event.type === "adapted") this.#adapted(event);
    else if (event.type === "start") this.#settle();
  };

  async end(): Promise<void> {
    clearInterval(this.#countdown);
    this.#spinner.hide();
    this.#foldThinking();
    await this.#writer.end();
  }

  #reasoning(text: string): void {
    clearInterval(this.#countdown);
    const { errIsTerminal, verbosity } = this.#terminal;
    if (!errIsTerminal || verbosity === "quiet") return;
    if (this.#showThinking === "never") return this.#spinner.show(this.#words.answer.thinking);
    this.#spinner.hide();
    this.#thinking ??= new ThinkingView(this.#terminal, this.#words.answer, this.#showThinking);
    this.#thinking.push(text);
  }

  #text(text: string): void {
    clearInterval(this.#countdown);
    this.#spinner.hide();
    this.#foldThinking();
    this.#drawing = true;
    this.#writer.push(text);
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
    this.#settle();
    this.#foldThinking();
    if (!this.#terminal.errIsTerminal) return this.#terminal.say(line());
    this.#spinner.show(line());
    this.#countdown = setInterval(() => this.#spinner.show(line()), 1000);
  }

  /** On what is no terminal, one line for all of it. */
  #loading(provider: string): void {
    const line = this.#words.answer.loading({ provider });
    this.#settle();
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
    this.#settle();
  }

  #settle(): void {
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
  return {
    push(text) {
      last = text.at(-1) ?? last;
      terminal.out(text);
    },
    async end() {
      if (last !== "\n") terminal.out("\n");
    },
  };
}

/** The model's text on a terminal, not rendered, and made harmless. */
export function plainWriter(terminal: Terminal): AnswerWriter {
  const exact = exactWriter(terminal);
  const clean = new SanitizedStream();
  return {
    push: (text) => exact.push(clean.push(text)),
    async end() {
      exact.push(clean.end());
      await exact.end();
    },
  };
}

/** Gathers the text and shows nothing: the whole is printed in another form at the end. */
export function silentWriter(): AnswerWriter {
  return { push: () => {}, end: async () => {} };
}
