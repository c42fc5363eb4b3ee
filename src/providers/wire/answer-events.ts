import type { ChatEvent } from "../../chat/events.ts";
import type { AnswerLimit } from "../http/limits.ts";
import type { Queue } from "../../async-queue.ts";
import type { DeltaEvent } from "./chunk-decoder.ts";
import type { RedactedAnswer, RedactedStream } from "./redacted-answer.ts";

/**
 * The last step from chunks to events: text and thinking without keys, within bounds. Chunks that arrive together are judged
 * together, so that thinking whose end comes in the same piece is never shown as text, and are given as one event: all that
 * follows (layers, transcript, screen) costs as much as the pieces that arrive, not as the chunks in them.
 */
export class AnswerEvents {
  readonly #queue: Queue<ChatEvent>;
  readonly #clean: RedactedAnswer;
  readonly #limit: AnswerLimit;
  /** Texts of one kind in the piece that is being read; those of the answer may turn out to be thinking. */
  #together: string[] = [];
  #kind: "reasoning" | "text" = "text";
  /** Whether any text was given. */
  #hasText = false;
  /** Of the arguments of each call. */
  readonly #calls: RedactedStream[] = [];

  constructor(queue: Queue<ChatEvent>, clean: RedactedAnswer, limit: AnswerLimit) {
    this.#queue = queue;
    this.#clean = clean;
    this.#limit = limit;
  }

  /** @throws AppError `flooded` when the answer is longer than any can be */
  push(event: DeltaEvent): void {
    if (event.type === "text" || event.type === "reasoning") {
      if (event.type !== this.#kind) this.flush();
      this.#kind = event.type;
      this.#limit.chunk();
      this.#together.push(event.text);
    } else if (event.type === "image") this.#picture(event);
    else if (event.type === "rethink") this.#rethink();
    else if (event.type === "arguments") this.#arguments(event);
    else {
      this.flush();
      this.#queue.push(event);
    }
  }

  /**
   * Gives the text of a piece whose end is reached.
   *
   * @throws AppError `flooded`
   */
  flush(): void {
    if (this.#together.length === 0) return;
    const text = this.#together.length === 1 ? this.#together[0]! : this.#together.join("");
    this.#together = [];
    this.#limit.text(text);
    const clean = this.#clean.push(this.#kind, text);
    if (clean !== "") this.#give(this.#kind, clean);
  }

  /** Gives what was held back because it begins like a key. */
  end(): void {
    this.flush();
    for (const type of ["reasoning", "text"] as const) {
      const text = this.#clean.end(type);
      if (text !== "") this.#give(type, text);
    }
  }

  /** A key in them is marked; what only begins like one at their end is not shown: the whole comes with the answer's end. */
  #arguments({ index, text }: Extract<DeltaEvent, { type: "arguments" }>): void {
    this.flush();
    this.#limit.chunk();
    this.#limit.text(text);
    const clean = (this.#calls[index] ??= this.#clean.another()).push(text);
    if (clean !== "") this.#queue.push({ type: "arguments", index, text: clean });
  }

  #picture(event: Extract<DeltaEvent, { type: "image" }>): void {
    this.flush();
    this.#limit.chunk();
    this.#limit.text(event.image.url);
    this.#queue.push(event);
  }

  #rethink(): void {
    if (this.#kind === "reasoning") this.flush();
    if (this.#hasText) this.#queue.push({ type: "rethink" });
    this.#kind = "reasoning";
  }

  #give(type: "reasoning" | "text", text: string): void {
    this.#hasText ||= type === "text";
    this.#queue.push({ type, text });
  }
}
