import { isRecord } from "../wire/json.ts";
import { fieldsIn, momentIn, textIn } from "../wire/document-fields.ts";
import type { BatchCounts, BatchMistake, ProviderBatch } from "./provider-batch.ts";

/** Field of a batch's metadata that holds its label. */
export const labelField = "deepseek_chat";

/** OpenAI's statuses in which nothing changes any more. */
const ended: ReadonlySet<string> = new Set(["completed", "failed", "expired", "cancelled", "canceled"]);

/** Mistakes that are kept of the many that one file may have. */
const maxMistakes = 100;

/**
 * A batch of a service's JSON.
 *
 * @returns null for what is none
 */
export function readBatch(json: unknown): ProviderBatch | null {
  const given = fieldsIn(json);
  const { id, status, metadata, errors } = given;
  if (typeof id !== "string" || id === "" || typeof status !== "string") return null;
  const label = isRecord(metadata) ? metadata[labelField] : null;
  return {
    id,
    status,
    isEnded: ended.has(status),
    inputFile: textIn(given["input_file_id"]),
    outputFile: textIn(given["output_file_id"]),
    errorFile: textIn(given["error_file_id"]),
    counts: countsIn(given["request_counts"]),
    createdAt: momentIn(given["created_at"]),
    expiresAt: momentIn(given["expires_at"]),
    label: textIn(label),
    mistakes: mistakesIn(isRecord(errors) ? errors["data"] : errors),
  };
}

function countsIn(value: unknown): BatchCounts | null {
  if (!isRecord(value)) return null;
  const { total, completed, failed } = value;
  const isCount = (count: unknown): count is number => typeof count === "number" && count >= 0;
  return isCount(total) && isCount(completed) && isCount(failed) && total > 0 ? { total, completed, failed } : null;
}

function mistakesIn(value: unknown): BatchMistake[] {
  const entries = Array.isArray(value) ? (value as unknown[]).slice(0, maxMistakes) : [];
  return entries.flatMap((entry) => {
    if (typeof entry === "string") return [{ code: "", message: entry, line: null }];
    if (!isRecord(entry)) return [];
    const { code, message, line } = entry;
    return [{ code: textIn(code) ?? "", message: textIn(message) ?? "", line: typeof line === "number" ? line : null }];
  });
}
