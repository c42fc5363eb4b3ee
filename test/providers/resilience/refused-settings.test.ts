import { expect, test } from "vitest";
import type { ChatEvent } from "../../../src/chat/events.ts";
import { assistantMessage, userMessage } from "../../../src/chat/message-text.ts";
import type { ChatRequest } from "../../../src/chat/model.ts";
import { AppError, type ErrorDetails } from "../../../src/errors.ts";
import { findProvider } from "../../../src/providers/catalogue.ts";
import type { AdaptedRequest, Connection } from "../../../src/providers/connection.ts";
import { createTransport, type Learnt, type OwnField } from "../../../src/providers/http/transport.ts";
import { withAdaptation } from "../../../src/providers/resilience/adaptation.ts";
import { gather } from "../../support/transcripts.ts";

const at: Connection = {
  ...findProvider("mine", { mine: { base_url: "http://h", body: { own: 1 } } }),
  key: null,
  keyOrigin: "",
  secrets: [],
  sign: () => ({}),
  proofs: null,
  proxy: null,
  transport: createTransport({}),
  idleTimeout: null,
  maxAnswer: 256 * 1024 * 1024,
};
const request: ChatRequest = {
  model: "m",
  messages: [userMessage("hi")],
  sampling: { temperature: 1, body: { mine: 1 } },
  thinking: null,
  stream: true,
};
const facts = { provider: "mine", status: 400, reason: "no", url: "", suggested: null, setting: "" };
const refusal = (advice: ErrorDetails["request_refused"]["advice"], ...fields: string[]) =>
  new AppError("request_refused", { ...facts, advice, fields }, { retryAfter: 7, traceId: "t" });
const webPage = (contentType: string) => new AppError("not_a_stream", { provider: "mine", contentType } as never);

/** Asks a service that always fails so; gives the addresses that were asked, and the error that is told. */
async function failing(errors: readonly AppError[], chosen: readonly OwnField[] = [], asked = request) {
  const addresses: string[] = [];
  let next = 0;
  async function* model({ adapted }: AdaptedRequest): AsyncGenerator<ChatEvent> {
    addresses.push(adapted!.baseUrl);
    yield { type: "error", error: errors[Math.min(next++, errors.length - 1)]! };
  }
  const learnt: Learnt = { baseUrl: null, without: new Set(), schema: null };
  const layer = withAdaptation(at, { learnt, chosen: new Set(chosen), onRefused: () => {} });
  const last = (await gather(layer(model)(asked, new AbortController().signal))).at(-1)!;
  return { addresses, error: last.type === "error" ? last.error : null };
}

test.each<[field: string, setting: string, chosen: OwnField[]]>([
  ["temperature", "temperature", []],
  ["mine", "body", []],
  ["own", "providers.mine.body", []],
  ["stream", "stream", ["stream", "stream_options"]],
  ["stream_options", "providers.mine.stream_usage", ["stream", "stream_options"]],
])("of the refused field %s the setting %s is named", async (field, setting, chosen) => {
  const { error } = await failing([refusal("none", "other", field, "model")], chosen);
  expect(error).toMatchObject({
    details: { advice: "field", setting, fields: [field, "other", "model"], status: 400, reason: "no" },
    retryAfter: 7,
    traceId: "t",
  });
});

test("a refused field that nobody set, or that is not in the request, is told as it came", async () => {
  for (const fields of [["model"], ["top_p"], ["constructor"], []]) {
    const refused = refusal("none", ...fields);
    expect((await failing([refused])).error).toBe(refused);
  }
  const advised = refusal("field", "temperature");
  expect((await failing([advised])).error).toBe(advised);
});

test("an address without a service is tried with /v1 once, and the first error is told where nothing is there either", async () => {
  for (const [first, second] of [
    [refusal("route"), refusal("route")],
    [webPage("text/HTML; charset=utf-8"), webPage("text/html")],
  ] as const) {
    const { addresses, error } = await failing([first, second]);
    expect(addresses).toEqual(["http://h", "http://h/v1"]);
    expect(error).toBe(first);
  }
  const rejected = new AppError("key_rejected", {} as never);
  expect((await failing([refusal("route"), rejected])).error).toBe(rejected);
});

test("what is no sign of a wrong address is told at once", async () => {
  for (const error of [webPage("application/json"), refusal("none"), new AppError("forbidden", {} as never)])
    expect((await failing([error])).addresses).toEqual(["http://h"]);
  const messages = [userMessage("q"), { ...assistantMessage("a"), prefix: true as const }];
  expect((await failing([refusal("route")], [], { ...request, messages })).addresses).toEqual(["http://h"]);
});
