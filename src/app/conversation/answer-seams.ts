import type { RequestReason } from "../../chat/events.ts";
import type { RequestRecord } from "../../chat/requests.ts";
import type { AnswerSeam } from "../../transcripts/format/types.ts";

/** How an answer that broke off was continued, as transcripts and `ask -o jsonl` write it. */
type Seam = Omit<AnswerSeam, "at" | "thought">;

const names: Partial<Record<RequestReason, Seam["how"]>> = {
  "continue-prefix": "prefix",
  "continue-prompt": "asked",
  restart: "again",
};

/** The seam that a request makes in the answer; null for one that continues nothing. */
export function seamOf({ to, why, error }: Pick<RequestRecord, "to" | "why" | "error">): Seam | null {
  const how = names[why];
  if (how === undefined) return null;
  // `/continue` names no error: the answer broke off in an earlier turn.
  return { how, provider: to.provider, model: to.model, code: error?.code ?? "interrupted" };
}

/**
 * All seams of an answer, and how many UTF-16 units of it and of its thinking were there before each.
 *
 * @param before units that were there before the first request
 */
export function seamsOf(
  requests: readonly RequestRecord[],
  before: Pick<RequestRecord, "at" | "thought"> = { at: 0, thought: 0 },
): AnswerSeam[] {
  return requests.flatMap((request) => {
    const seam = seamOf(request);
    return seam === null ? [] : { at: before.at + request.at, thought: before.thought + request.thought, ...seam };
  });
}
