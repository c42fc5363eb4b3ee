import type { ChatEvent } from "./events.ts";
import type { ModelRef } from "./model.ts";
import type { RequestRecord } from "./requests.ts";

type OpenRecord = { -readonly [Field in keyof RequestRecord]: RequestRecord[Field] };
type RequestEvent = Extract<ChatEvent, { type: "request" }>;

/** The requests of one answer, put together from its events. */
export class RequestTrace {
  readonly #asked: ModelRef;
  readonly #requests: OpenRecord[] = [];
  /** UTF-16 units of the text so far. */
  #length = 0;

  /** @param asked provider and model of the first request, if no event names them */
  constructor(asked: ModelRef) {
    this.#asked = asked;
  }

  get requests(): readonly RequestRecord[] {
    return this.#requests;
  }

  /** The request that runs; the first one where none was opened. */
  get current(): RequestRecord {
    return this.#current;
  }

  take(event: ChatEvent): void {
    if (event.type === "request") this.#open(event);
    else if (event.type === "usage") this.#current.usage = event.usage;
    else if (event.type === "rethink") this.#length = 0;
    else if (event.type === "text" || event.type === "reasoning" || event.type === "call") {
      this.#current.producedOutput = true;
      if (event.type === "text") this.#length += event.text.length;
    }
  }

  get #current(): OpenRecord {
    return (
      this.#requests.at(-1) ??
      this.#open({ type: "request", to: this.#asked, sentAt: new Date(), why: "first", error: null })
    );
  }

  #open({ to, sentAt, why, error }: RequestEvent): OpenRecord {
    const record = { to, sentAt, why, error, usage: null, producedOutput: false, at: this.#length };
    this.#requests.push(record);
    return record;
  }
}
