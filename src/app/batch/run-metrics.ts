import type { BatchEvent, PauseReason } from "../../batch/events.ts";
import type { RunSnapshot } from "../../batch/run-snapshot.ts";
import { AppError } from "../../errors.ts";
import { readListenAddress } from "../../server/listen-address.ts";
import { type MetricsEndpoint, serveMetrics } from "../../server/metrics-endpoint.ts";
import { ModelMetrics } from "../../server/model-metrics.ts";

const pauses: readonly PauseReason[] = ["rate", "off-peak", "disconnected"];

/** A run's metrics, served as long as it lasts. */
export interface RunMetrics extends MetricsEndpoint {
  readonly take: (event: BatchEvent) => void;
}

/**
 * @param option what `--metrics` says
 * @throws AppError `bad_value`, `address_unusable`
 */
export async function serveRunMetrics(option: string, snapshot: () => RunSnapshot): Promise<RunMetrics> {
  const address = readListenAddress(option);
  if (address === null) throw new AppError("bad_value", { name: "--metrics", value: option, expected: "[host:]port" });
  const metrics = new ModelMetrics();
  addRunGauges(metrics, snapshot);
  // Retries of the items under way, so that their requests are not counted twice.
  const retries = new Map<string, number>();
  const endpoint = await serveMetrics(address, metrics);
  return {
    ...endpoint,
    take: (event) => {
      if (event.type === "retry") {
        retries.set(event.id, (retries.get(event.id) ?? 0) + 1);
        metrics.retry(event.model, event.code);
      } else if (event.type === "result") {
        const { id, error } = event.result;
        metrics.finish({ ...event.result, error: error?.code ?? null }, retries.get(id) ?? 0);
        retries.delete(id);
      } else if (event.type === "return") {
        const { id, model, error, requests } = event.result;
        const others = Math.max(0, requests - (retries.get(id) ?? 0));
        if (error !== null && others > 0) metrics.retry(model, error.code, others);
        retries.delete(id);
      } else if (event.type === "limit") metrics.limit(event.provider, event.concurrency);
    },
  };
}

/** What a run is in the middle of, read when Prometheus asks. */
export function addRunGauges(metrics: ModelMetrics, snapshot: () => RunSnapshot): void {
  const items = metrics.gauge("deepseek_chat_batch_items", "Items by state; together all of the input.", ["state"]);
  const paused = metrics.gauge("deepseek_chat_batch_paused", "1 while nothing new is sent, by reason.", ["reason"]);
  const cached = metrics.gauge("deepseek_chat_batch_cached_items", "Items answered from the answer cache.");
  const reserved = metrics.gauge("deepseek_chat_batch_cost_reserved", "What requests under way may cost at most.", [
    "currency",
  ]);
  const limit = metrics.gauge("deepseek_chat_batch_cost_limit", "What --max-cost allows.", ["currency"]);
  const collect = () => {
    const { total, answered, failed, inFlight, cached: stored, budget, pause } = snapshot();
    const states = {
      answered,
      failed,
      in_flight: inFlight,
      waiting: Math.max(0, total - answered - failed - inFlight),
    };
    for (const [state, count] of Object.entries(states)) items.set({ state }, count);
    for (const reason of pauses) paused.set({ reason: reason.replace("-", "_") }, pause?.why === reason ? 1 : 0);
    cached.set(stored);
    if (budget === null) return;
    reserved.set({ currency: budget.reserved.currency }, budget.reserved.amount);
    limit.set({ currency: budget.limit.currency }, budget.limit.amount);
  };
  metrics.onRead(collect);
}
