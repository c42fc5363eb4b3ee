import type { ChatEvent } from "./events.ts";
import type { AppError } from "../errors.ts";
import type { ChatRequest, ModelRef } from "./model.ts";
import type { RequestRecord } from "./requests.ts";

type OpenRecord = { -readonly [Field in keyof RequestRecord]: RequestRecord[Field] };
type RequestEvent = Extract<ChatEvent, { type: "request" }>;

/** In the place of what a service has the model write around the name of a tool: more bytes than that has tokens. */
const callMarks = " ".repeat(64);

/** The requests of one answer, put together from its events. */
export class RequestTrace {
  readonly #asked: ModelRef;
  readonly #request: ChatRequest;
  readonly #requests: OpenRecord[] = [];
  /** UTF-16 units of the text so far, and of the thinking. */
  #length = 0;
  #thought = 0;

  /**
   * @param asked provider and model of the first request, if no event names them
   * @param request what it sends then
   */
  constructor(asked: ModelRef, request: ChatRequest) {
    this.#asked = asked;
    this.#request = request;
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
    else if (event.type === "web") this.#current.searches = event.searches;
    else if (event.type === "rethink") [this.#thought, this.#length] = [this.#thought + this.#length, 0];
    else if (event.type === "error") this.#fail(event.error);
    else if (event.type === "waiting" && event.why === "retry") this.#fail(event.error);
    else if (event.type === "waiting" && event.why === "limit")
      this.#current.sentAt = event.sentAt ?? this.#current.sentAt;
    else if (event.type === "image" || event.type === "image_lost") this.#current.producedOutput = true;
    else if (event.type === "call") this.#count(event.name + callMarks);
    else if (event.type === "arguments") this.#count(event.text);
    else if (event.type === "text" || event.type === "reasoning") {
      this.#count(event.text);
      if (event.type === "text") this.#length += event.text.length;
      else this.#thought += event.text.length;
    }
  }

  #count(output: string): void {
    this.#current.producedOutput = true;
    this.#current.outputBytes += Buffer.byteLength(output);
  }

  get #current(): OpenRecord {
    const implied = { to: this.#asked, sent: this.#request, sentAt: new Date(), why: "first", error: null } as const;
    return this.#requests.at(-1) ?? this.#open({ type: "request", ...implied });
  }

  /** What ended the request that runs; of a stop while another one is waited for, that is not the stop. */
  #fail(error: AppError): void {
    const last = this.#requests.at(-1);
    if (last !== undefined) last.failure ??= error;
  }

  #open({ to, sent, sentAt, why, error }: RequestEvent): OpenRecord {
    if (error !== null) this.#fail(error);
    const none = { usage: null, producedOutput: false, outputBytes: 0, failure: null };
    const record = { to, sent, sentAt, why, error, ...none, at: this.#length, thought: this.#thought };
    this.#requests.push(record);
    return record;
  }
}
