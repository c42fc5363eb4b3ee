import type { ChatRequest } from "../../chat/model.ts";
import type { AppError } from "../../errors.ts";
import type { Connection } from "../connection.ts";
import type { ChunkSource, OnBytes } from "./chunk-source.ts";

/** A question that went out, and its answer on the way. */
export interface WireExchange {
  /** The service's own name for the request; null where it gives none. */
  readonly traceId: string | null;
  /** Chunks of the form of `/chat/completions`, whatever the service sends. */
  readonly chunks: ChunkSource;
  /** At the end of an answer without anything in it: what came instead, where that can be said. */
  readonly misfit: () => AppError | null;
}

/**
 * Sends a question, once.
 *
 * @param more further fields of the body
 * @param onBytes see `httpSource`
 * @returns once the service has taken it; the answer is still to be read
 * @throws AppError for a refusal and for the network; what `signal` was aborted with
 */
export type Wire = (
  connection: Connection,
  request: ChatRequest,
  more: Readonly<Record<string, unknown>>,
  onBytes: OnBytes,
  signal: AbortSignal,
) => Promise<WireExchange>;
