import { expect, test } from "vitest";
import { maxCostOf } from "../../../src/app/usage/estimate.ts";
import { assistantMessage, userMessage } from "../../../src/chat/message-text.ts";
import type { ChatRequest } from "../../../src/chat/model.ts";
import type { ConfigFile, Settings } from "../../../src/config/schema.ts";

const to = { provider: "deepseek", model: "deepseek-flash" };
const long = "x".repeat(10_000);

/** What a request can cost at most with the answer's tokens left out of it. */
function largestCost(request: Partial<ChatRequest>, file: ConfigFile = {}): number {
  const engine = { file, settings: { currency: "CNY" } as Settings, reported: new Map() };
  const { sampling = {}, ...rest } = request;
  const whole = { messages: [userMessage("Hi")], thinking: null, stream: true, model: to.model, ...rest };
  return maxCostOf(engine, to, { ...whole, sampling: { ...sampling, max_tokens: 1 } })!.cost.amount;
}

/** At the highest rate, 2 yuan per million. */
const leastMore = (long.length * 2) / 1e6;

test("the most that a request can cost counts each answer it wants, the dates it tells, and the limit that its body names", () => {
  const plain = largestCost({});
  // A token of output at the highest rate is 8 yuan a million.
  expect(largestCost({ sampling: { body: { n: 3 } } }) - plain).toBeGreaterThanOrEqual(16e-6);
  expect(largestCost({ sampling: { body: { max_tokens: 1001 } } }) - plain).toBeGreaterThanOrEqual(8e-3);
  const days = Array.from({ length: 9 }, (_, day) => ({ ...userMessage("Hi"), askedAt: new Date(2026, 10, day + 1) }));
  const [told, untold] = [true, false].map((tellsDate) => largestCost({ messages: days, tellsDate }));
  expect(told! - untold!).toBeGreaterThanOrEqual((9 * "2026-11-01,Sunday".length * 2) / 1e6);
});

test("the most that a request can cost counts all that becomes part of its prompt", () => {
  const plain = largestCost({});
  const tools = [{ type: "function", function: { name: "look", description: long } }];
  const schema = { type: "json_schema", json_schema: { name: "form", schema: { description: long } } };
  const called = { type: "tool_call", id: "1", name: "look", arguments: long } as const;
  const continued = { ...assistantMessage("So", long), prefix: true } as const;
  const costs = [
    largestCost({ sampling: { body: { tools } } }),
    largestCost({ sampling: { response_format: schema } }),
    largestCost({}, { providers: { deepseek: { body: { tools } } } }),
    largestCost({ messages: [userMessage("Hi"), { role: "assistant", content: [called] }] }),
    largestCost({ messages: [userMessage("Hi"), continued] }),
  ];
  for (const cost of costs) expect(cost - plain).toBeGreaterThanOrEqual(leastMore);
});

test("the most that a request can cost counts what the service may search for: 20 times in an answer with thinking, else once", () => {
  const thinking = { enabled: false, effort: null };
  const searching = [
    [{}, 20],
    [{ sampling: { body: { n: 2 } } }, 40],
    [{ thinking }, 1],
  ] as const;
  for (const [request, searches] of searching) {
    const more = largestCost({ ...request, webSearch: true }) - largestCost(request);
    expect(more).toBeGreaterThanOrEqual(searches * 0.005);
    // The tools are in the prompt too.
    expect(more).toBeLessThan(searches * 0.005 + 0.004);
  }
  // Where a person wrote them into the body they are searched for all the same.
  const tools = [{ type: "deepseek_web_search" }];
  expect(largestCost({ sampling: { body: { tools } } }) - largestCost({})).toBeGreaterThanOrEqual(0.1);
});
