import type { ChatEvent } from "../../chat/events.ts";
import type { Bill } from "../../chat/answer.ts";
import type { TurnResult } from "../../chat/turn.ts";
import { AppError, asAppError } from "../../errors.ts";
import { seamsOf } from "./answer-seams.ts";
import { failureOf } from "../../terminal/answer-notes.ts";
import { callBody } from "../../transcripts/format/section-bodies.ts";
import type { ExchangeEnd, ExchangeStart, SavedBlock } from "../../transcripts/format/types.ts";
import type { TranscriptWriter } from "../../transcripts/store/writer.ts";
import type { Words } from "../../words/types.ts";

/** An exchange that was begun in the transcript. Leaving its block ends it, however that happens. */
interface OpenExchange extends Disposable {
  /** Ends it in order; once. */
  readonly end: (ending: ExchangeEnd) => void;
}

/** Tells the transcript of one exchange; a failure to write is kept, and the conversation goes on. */
export class Recording {
  readonly #writer: TranscriptWriter | null;
  /** Why something was not saved; null while all was. */
  failure: AppError | null = null;
  /** What the service called the conversation last; written once, behind the exchange. */
  #title: string | null = null;
  /** Of the exchange that is open. */
  readonly #blocks: SavedBlock[] = [];
  /** UTF-16 units of its answer so far, and calls of tools. */
  #length = 0;
  #calls = 0;

  /** @param writer null: nothing is saved */
  constructor(writer: TranscriptWriter | null) {
    this.#writer = writer;
  }

  readonly onEvent = (event: ChatEvent): void => {
    this.#place(event);
    if (event.type === "text") this.try((writer) => writer.text(event.text, new Date()));
    else if (event.type === "reasoning") this.try((writer) => writer.reasoning(event.text, new Date()));
    else if (event.type === "tool_call") this.try((writer) => writer.piece("Call", callBody(event.call), new Date()));
    else if (event.type === "tool_result") {
      this.try((writer) => writer.result(event.call.id, event.output, new Date()));
    } else if (event.type === "image") {
      this.try((writer) => writer.picture(event.image, event, new Date()));
    } else if (event.type === "title") this.#title = event.title;
  };

  /** Counts what stands before a block of the service. */
  #place(event: ChatEvent): void {
    if (event.type === "text") this.#length += event.text.length;
    else if (event.type === "rethink") this.#length = 0;
    else if (event.type === "tool_call") this.#calls++;
    else if (event.type === "block") {
      const { provider, field, value, text } = event.block;
      this.#blocks.push({ at: this.#length, calls: this.#calls, provider, field, value, text });
    }
  }

  /** Waits a little where another program is writing to the transcript; `begin` is to follow at once. */
  async ready(signal: AbortSignal): Promise<void> {
    await this.#writer?.ready(signal);
  }

  /** Begins an exchange; to be held with `using`, so that the file's lock is given back whatever is thrown before its end. */
  begin(turn: ExchangeStart): OpenExchange {
    let open = true;
    const end = (ending: ExchangeEnd) => {
      if (!open) return;
      open = false;
      const title = this.#title;
      if (title !== null) this.try((writer) => writer.note("title", { title }));
      const blocks = this.#blocks;
      this.try((writer) => writer.end(blocks.length === 0 ? ending : { ...ending, blocks }));
    };
    this.try((writer) => writer.begin(turn));
    return { end, [Symbol.dispose]: () => end(unforeseen()) };
  }

  /** Writes a fact about the conversation, after a little waiting where another program is writing to the transcript. */
  async note(kind: string, data: object, signal: AbortSignal): Promise<void> {
    await this.ready(signal);
    this.try((writer) => writer.note(kind, data));
  }

  /**
   * The same for a fact that no branch is worth: where another program keeps writing to the transcript, `failure` says so and nothing
   * is written.
   */
  async annotate(kind: string, data: object, signal: AbortSignal): Promise<void> {
    const writer = this.#writer;
    if (writer === null) return;
    try {
      if (!(await writer.annotate(kind, data, signal)))
        throw new AppError("transcript_busy", { path: writer.path ?? "" });
    } catch (error) {
      this.failure ??= asAppError(error);
    }
  }

  try(write: (writer: TranscriptWriter) => void): void {
    if (this.#writer === null) return;
    try {
      write(this.#writer);
    } catch (error) {
      this.failure ??= asAppError(error);
    }
  }
}

/** The end of an exchange in which an internal error occurred. */
function unforeseen(): ExchangeEnd {
  const { code } = new AppError("internal", { message: "" });
  return {
    at: new Date(),
    status: "failed",
    finishReason: null,
    usage: null,
    cost: null,
    error: { code, message: code },
    notice: null,
  };
}

/**
 * How a turn ended, as the transcript writes it down.
 *
 * @param before UTF-16 units of the exchange's answer and thinking that were there before the turn
 */
export function endingOf(
  result: TurnResult,
  { cost, billed }: Pick<Bill, "cost" | "billed">,
  words: Pick<Words, "answer" | "errors">,
  before?: Parameters<typeof seamsOf>[1],
): ExchangeEnd {
  const { error, requests, answeredBy } = result;
  const asked = requests[0]?.to ?? answeredBy;
  const isAsked = answeredBy.provider === asked.provider && answeredBy.model === asked.model;
  const notice = failureOf(words, result);
  return {
    at: result.endedAt,
    status: result.status,
    finishReason: result.finishReason,
    usage: result.usage,
    cost,
    cached: result.cached,
    ...(result.web !== null && { web: result.web }),
    error: error === null ? null : { code: error.code, message: notice ?? error.code },
    notice,
    seams: seamsOf(requests, before),
    rethought: result.rethought,
    answeredBy: isAsked ? null : answeredBy,
    requests: billed,
  };
}
