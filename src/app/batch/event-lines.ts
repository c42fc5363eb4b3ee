import type { BatchEvent } from "../../batch/events.ts";
import type { ItemResult } from "../../batch/result.ts";
import type { RunSnapshot } from "../../batch/run-snapshot.ts";
import type { ProviderBatch } from "../../providers/batches/provider-batch.ts";
import { usageJson } from "../../transcripts/format/metadata-write.ts";
import { isoWithOffset } from "../../transcripts/format/times.ts";

/** An event as a line of `--json`; docs/batch-events.md lists them. */
export function eventLine(event: BatchEvent): object {
  switch (event.type) {
    case "start":
      return { type: "start", id: event.item.id, index: event.item.index };
    case "retry": {
      const { id, model, code, attempt } = event;
      return { type: "retry", id, provider: model.provider, model: model.model, code, attempt };
    }
    case "result":
      return resultLine(event.result);
    case "pause":
      return { type: "pause", why: event.why, until: event.until === null ? null : isoWithOffset(event.until) };
    case "return": {
      const { id, index, error } = event.result;
      return { type: "return", id, index, code: error?.code ?? null };
    }
    case "upload":
      return { type: "upload", part: event.part.number, sent: event.sent, size: event.part.bytes };
    case "created":
    case "progress":
      return { type: "batch", part: event.part.number, items: event.part.lines, ...batchFields(event.batch) };
    case "collected":
      return { type: "collected", part: event.part.number, id: event.batch.id, ...event.count };
    case "begin":
    case "limit":
    case "spending":
    case "resume":
    case "stopping":
    case "end":
      return event;
  }
}

/** A provider's batch as `--json` has it. */
export function batchFields({ id, status, counts, createdAt, expiresAt, mistakes }: ProviderBatch): object {
  return {
    id,
    status,
    counts,
    created_at: createdAt === null ? null : isoWithOffset(createdAt),
    expires_at: expiresAt === null ? null : isoWithOffset(expiresAt),
    errors: mistakes,
  };
}

/** The answer itself is in the output alone. */
function resultLine({ id, index, model, answer, error, usage, cost, requests, cached, ...times }: ItemResult): object {
  return {
    type: "result",
    id,
    index,
    provider: model.provider,
    model: model.model,
    ok: answer !== null,
    finish_reason: answer?.finishReason ?? null,
    error: error === null ? null : { code: error.code, message: error.message, status: error.status },
    usage: usageJson(usage) ?? null,
    cost,
    requests,
    cached,
    timing: { first_token_ms: times.firstMs, total_ms: times.totalMs },
  };
}

/**
 * The last line of `--json`.
 *
 * @param output path of the answers
 */
export function summaryLine(snapshot: RunSnapshot, output: string): object {
  const { total, answered, failed, cached, requests, retries, failures, usage, spent, costUnknown } = snapshot;
  return {
    type: "summary",
    why: snapshot.end,
    total,
    answered,
    failed,
    missing: Math.max(0, total - answered - failed),
    errors: Object.fromEntries(failures.map(({ code, items }) => [code, items])),
    cached,
    requests,
    retries,
    usage: usageJson(usage),
    cost: spent,
    cost_unknown: costUnknown,
    total_ms: Math.round(snapshot.elapsedMs),
    output,
  };
}
