import { AppError } from "../../errors.ts";
import type { Connection } from "../connection.ts";
import { ChunkDecoder, type DeltaEvent } from "./chunk-decoder.ts";
import type { SourceItem } from "./chunk-source.ts";
import { type Complaint, complaintIn } from "./error-body.ts";
import { fromComplaint } from "./errors.ts";
import { ServiceBlocks } from "./service-blocks.ts";
import { type FinishWord, StreamEnd } from "./stream-end.ts";

/** Makes events of what a source gives, and knows how the answer ended; whatever the items came by. */
export class AnswerDecoder {
  readonly chunks: ChunkDecoder;
  readonly end = new StreamEnd();
  readonly #connection: Connection;
  readonly #model: string;
  readonly #give: (event: DeltaEvent) => void;

  /**
   * @param model what errors name
   * @param give called with each event
   * @param hasWebTools whether the service may use tools of its own, whose blocks are kept
   */
  constructor(connection: Connection, model: string, give: (event: DeltaEvent) => void, hasWebTools = false) {
    this.chunks = new ChunkDecoder(hasWebTools ? new ServiceBlocks(connection.name) : null);
    this.#connection = connection;
    this.#model = model;
    this.#give = give;
  }

  /** @throws AppError for what the service says is wrong, and for JSON that is broken, unless the answer had been finished */
  read(item: SourceItem): void {
    if (item.type === "chunk") return this.#readChunk(item.chunk);
    if (item.type === "done") return this.end.done();
    const isExpecting = this.end.awaits === "content";
    if (item.type === "broken" && isExpecting) throw this.broken(item.cause);
    if (item.type === "complaint" && (item.isCertain || isExpecting)) this.#fail(item.complaint);
  }

  /** @param isWhole false for an answer that broke off; see `ChunkDecoder` */
  finish(isWhole: boolean): void {
    for (const event of this.chunks.end(isWhole)) this.#give(event);
  }

  /** The finish reason of an answer that is whole, the error of one that the service ended; `cut` for one that is not whole. */
  verdict(): string | AppError | typeof cut {
    const verdict = this.end.verdict();
    return verdict === "cut" ? cut : this.#ended(verdict);
  }

  broken(cause: unknown): AppError {
    return new AppError("stream_failed", { provider: this.#connection.name, reason: "broken JSON" }, { cause });
  }

  #readChunk(chunk: unknown): void {
    const { chunks, end } = this;
    for (const event of chunks.read(chunk)) this.#give(event);
    if (chunks.grew) end.content(chunks.answered);
    if (chunks.finish !== null) end.reason(chunks.finish);
    if (chunks.counted) end.counted();
    const complaint = complaintIn(chunk);
    if (complaint !== null) this.#fail(complaint);
  }

  /** Ends the attempt with what the service says, unless it had said before that the answer is finished. */
  #fail(complaint: Complaint): void {
    if (!this.end.isDone) throw fromComplaint(complaint, this.#connection, this.#model);
  }

  #ended({ kind, word }: FinishWord): string | AppError {
    const { name: provider } = this.#connection;
    if (kind === "ended") return word;
    if (kind === "unknown") return new AppError("finish_unknown", { provider, reason: word });
    if (word === "insufficient_system_resource")
      return new AppError("service_failed", { provider, status: 503, reason: word });
    return new AppError("stream_failed", { provider, reason: `finish_reason: ${word}` });
  }
}

/** No finish reason of any service is this. */
export const cut = Symbol("cut");
