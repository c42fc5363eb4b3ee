import type { AppError, ErrorCode } from "../errors.ts";
import type { RequestReason } from "./events.ts";
import type { ChatRequest, ModelRef, Usage } from "./model.ts";
import { sumUsage } from "./usage.ts";

/** One of the requests that an answer took. */
export interface RequestRecord {
  readonly to: ModelRef;
  readonly sent: ChatRequest;
  /** When it was sent: that hour's price holds, whenever the answer ends. */
  readonly sentAt: Date;
  readonly why: RequestReason;
  /** What ended the request before it; null for the first of a turn. */
  readonly error: AppError | null;
  /** Null where no count came. */
  readonly usage: Usage | null;
  /** Searches of the web and pages read by the service; null where it does not tell how many; absent where there were none. */
  readonly searches?: number | null;
  /** Whether it returned text, thinking or a call of a tool. */
  readonly producedOutput: boolean;
  /** Bytes of that, in UTF-8. */
  readonly outputBytes: number;
  /** What ended it, where it failed; else null. */
  readonly failure: AppError | null;
  /** UTF-16 units of the answer that were there before it, and of the thinking. */
  readonly at: number;
  readonly thought: number;
}

/** Failures by which this program gave a request up: the service may have worked on it. */
const givenUp: ReadonlySet<ErrorCode> = new Set(["interrupted", "timeout", "flooded"]);

/** Those that the services bill: a request that they ended before any output, and did not count, costs nothing. */
export function billedRequests(requests: readonly RequestRecord[]): readonly RequestRecord[] {
  return requests.filter(
    ({ producedOutput, usage, failure }) =>
      producedOutput || usage !== null || (failure !== null && givenUp.has(failure.code)),
  );
}

/** Usage of all billed requests together; null where there is none, or one was not counted: a part would pass for the whole. */
export function usageOf(requests: readonly RequestRecord[]): Usage | null {
  const counts = billedRequests(requests).map(({ usage }) => usage);
  const known = counts.filter((usage) => usage !== null);
  return known.length > 0 && known.length === counts.length ? sumUsage(known) : null;
}
