import { expect, test } from "vitest";
import { AppError } from "../../src/errors.ts";
import { readListenAddress } from "../../src/server/listen-address.ts";
import { serveMetrics } from "../../src/server/metrics-endpoint.ts";
import { ModelMetrics } from "../../src/server/model-metrics.ts";

test("a port alone is one of this machine; a host may stand before it", () => {
  expect(readListenAddress("9464")).toEqual({ host: "127.0.0.1", port: 9464 });
  expect(readListenAddress("0")).toEqual({ host: "127.0.0.1", port: 0 });
  expect(readListenAddress("0.0.0.0:80")).toEqual({ host: "0.0.0.0", port: 80 });
  expect(readListenAddress("[::1]:9464")).toEqual({ host: "::1", port: 9464 });
  expect(readListenAddress("batch.example:9464")).toEqual({ host: "batch.example", port: 9464 });
  const wrong = ["", "x", ":9464", "65536", "-1", "9464 ", "::1:9464", "localhost:", "http://localhost:9464", "1e3"];
  expect(wrong.filter((text) => readListenAddress(text) !== null)).toEqual([]);
});

const usage = { promptTokens: 412, cachedTokens: 295, completionTokens: 160, reasoningTokens: 60, totalTokens: 572 };
const outcome = {
  error: null,
  usage,
  cost: { currency: "CNY", amount: 0.25 },
  requests: 1,
  firstMs: 800,
  totalMs: 45_000,
};

/** The value of a series whose labels are those given, in any order. */
async function valueOf(metrics: ModelMetrics, name: string, labels: Record<string, string>): Promise<number | null> {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const line = (await metrics.text())
    .split("\n")
    .find((line) => line.startsWith(`${name}{`) && wanted.every((label) => line.includes(label)));
  return line === undefined ? null : Number(line.slice(line.lastIndexOf(" ")));
}

test("questions are counted by model and outcome, tokens by kinds that add up, money by currency", async () => {
  const metrics = new ModelMetrics();
  const model = { provider: "deepseek", model: "deepseek-flash" };
  metrics.retry(model, "rate_limited");
  metrics.finish({ ...outcome, model, requests: 2 }, 1);
  metrics.finish({ ...outcome, model, error: "timeout", usage: null, cost: null, firstMs: null, totalMs: 700_000 }, 0);
  // From the answer cache: nothing was sent.
  metrics.finish({ ...outcome, model, requests: 0 }, 0);
  metrics.limit("deepseek", 16);
  const asked = { gen_ai_provider_name: "deepseek", gen_ai_request_model: "deepseek-flash" };
  const values = async (name: string, label: string, of: readonly string[]) =>
    await Promise.all(of.map((value) => valueOf(metrics, name, { ...asked, [label]: value })));
  expect(await values("deepseek_chat_requests_total", "outcome", ["ok", "rate_limited", "timeout"])).toEqual([1, 1, 1]);
  expect(await values("deepseek_chat_tokens_total", "kind", ["cache_hit", "cache_miss", "thinking", "answer"])).toEqual(
    [295, 117, 60, 100],
  );
  expect(await values("gen_ai_client_token_usage_sum", "gen_ai_token_type", ["input", "output"])).toEqual([412, 160]);
  expect(await values("deepseek_chat_cost_total", "currency", ["CNY"])).toEqual([0.25]);
  expect(await valueOf(metrics, "deepseek_chat_cost_unknown_total", asked)).toBe(1);
  const duration = "gen_ai_client_operation_duration_seconds_bucket";
  expect(await valueOf(metrics, duration, { ...asked, le: "60" })).toBe(1);
  expect(await valueOf(metrics, duration, { ...asked, le: "600", error_type: "timeout" })).toBe(0);
  expect(await valueOf(metrics, duration, { ...asked, le: "900", error_type: "timeout" })).toBe(1);
  expect(await valueOf(metrics, "deepseek_chat_concurrency_limit", { gen_ai_provider_name: "deepseek" })).toBe(16);
});

test("models that an input names make a bounded number of series, and their names no lines of their own", async () => {
  const metrics = new ModelMetrics();
  for (let index = 0; index < 1000; index += 1) {
    metrics.finish({ ...outcome, model: { provider: "deepseek", model: `m-${index}` } }, 0);
  }
  const text = await metrics.text();
  const models = new Set(Array.from(text.matchAll(/gen_ai_request_model="([^"]*)"/gu), ([, model]) => model));
  expect(models.size).toBe(51);
  expect(await valueOf(metrics, "deepseek_chat_requests_total", { gen_ai_request_model: "other" })).toBe(950);
  const hostile = new ModelMetrics();
  hostile.finish({ ...outcome, model: { provider: "deepseek", model: `a"}\n evil 1\\${"x".repeat(5000)}` } }, 0);
  expect(await hostile.text()).not.toMatch(/^ evil/mu);
  expect((await hostile.text()).split("\n").every((line) => line.length < 600)).toBe(true);
});

test("is served to whoever asks, and a port that is in use is told", async () => {
  const metrics = new ModelMetrics();
  using endpoint = await serveMetrics({ host: "127.0.0.1", port: 0 }, metrics);
  const response = await fetch(endpoint.url);
  expect(response.headers.get("content-type")).toContain("version=0.0.4");
  expect(await response.text()).toContain("# TYPE gen_ai_client_token_usage histogram");
  expect((await fetch(endpoint.url.replace("/metrics", "/"))).status).toBe(404);
  expect((await fetch(endpoint.url, { method: "POST" })).status).toBe(405);
  const { hostname, port } = new URL(endpoint.url);
  const again = serveMetrics({ host: hostname, port: Number(port) }, metrics);
  await expect(again).rejects.toEqual(
    new AppError("address_unusable", { address: `${hostname}:${port}`, reason: "EADDRINUSE" }),
  );
});
