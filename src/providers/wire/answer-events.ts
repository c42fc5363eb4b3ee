import type { ChatEvent } from "../../chat/events.ts";
import { TextLimit } from "../http/limits.ts";
import type { Queue } from "./async-queue.ts";
import type { DeltaEvent } from "./chunk-decoder.ts";
import type { RedactedAnswer } from "./redacted-answer.ts";

/**
 * The last step from chunks to events: text and thinking without keys, within bounds, and what arrives together judged
 * together, so that thinking whose end comes in the same piece is never shown as text.
 */
export class AnswerEvents {
  readonly #queue: Queue<ChatEvent>;
  readonly #clean: RedactedAnswer;
  readonly #limit: TextLimit;
  /** Text of the piece that is being read, which may turn out to be thinking. */
  #together: string[] = [];
  /** Whether any text was given. */
  #hasText = false;

  /** @param host names the sender, where an answer is too long */
  constructor(queue: Queue<ChatEvent>, clean: RedactedAnswer, host: string) {
    this.#queue = queue;
    this.#clean = clean;
    this.#limit = new TextLimit(host);
  }

  /** @throws AppError `flooded` when the answer is longer than any can be */
  push(event: DeltaEvent): void {
    if (event.type === "text" || event.type === "reasoning") this.#limit.add(event.text);
    if (event.type === "text") return void this.#together.push(event.text);
    if (event.type === "rethink") return this.#rethink();
    this.flush();
    if (event.type === "reasoning") this.#give("reasoning", event.text);
    else this.#queue.push(event);
  }

  /** Gives the text of a piece whose end is reached. */
  flush(): void {
    for (const text of this.#together.splice(0)) this.#give("text", text);
  }

  /** Gives what was held back because it begins like a key. */
  end(): void {
    this.flush();
    for (const type of ["reasoning", "text"] as const) {
      const text = this.#clean.end(type);
      if (text !== "") this.#queue.push({ type, text });
    }
  }

  #rethink(): void {
    if (this.#hasText) this.#queue.push({ type: "rethink" });
    for (const text of this.#together.splice(0)) this.#give("reasoning", text);
  }

  #give(type: "reasoning" | "text", text: string): void {
    const clean = this.#clean.push(type, text);
    if (clean === "") return;
    this.#hasText ||= type === "text";
    this.#queue.push({ type, text: clean });
  }
}
