import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChatEvent } from "../../../src/chat/events.ts";
import { userMessage } from "../../../src/chat/message-text.ts";
import type { ChatRequest } from "../../../src/chat/model.ts";
import { AppError } from "../../../src/errors.ts";
import { findProvider } from "../../../src/providers/catalogue.ts";
import type { AdaptedRequest, Connection } from "../../../src/providers/connection.ts";
import { createTransport, type Learnt, type OwnField } from "../../../src/providers/http/transport.ts";
import { withAdaptation } from "../../../src/providers/resilience/adaptation.ts";
import { gather } from "../../support/transcripts.ts";

const at: Connection = {
  ...findProvider("mine", { mine: { base_url: "http://h" } }),
  titles: true,
  reminders: true,
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
  sampling: {},
  thinking: null,
  stream: true,
  wantsTitle: true,
  tellsDate: true,
};

function refused(advice: "none" | "route", fields: readonly string[]): ChatEvent {
  const details = { provider: "mine", status: 400, reason: "no", url: "", suggested: null, setting: "" };
  return { type: "error", error: new AppError("request_refused", { ...details, advice, fields }) };
}

/** What a service wants, and does not say beforehand. */
interface Wants {
  readonly baseUrl: string;
  readonly without: ReadonlySet<OwnField>;
}

/** A service that refuses all else, and says which field that is; and the requests that it got. */
function service(wants: Wants) {
  const requests: AdaptedRequest[] = [];
  const model = async function* model(asked: AdaptedRequest): AsyncGenerator<ChatEvent> {
    requests.push(asked);
    const has: Record<OwnField, boolean> = {
      stream: asked.stream,
      stream_options: asked.stream && asked.adapted!.streamUsage,
      title: asked.adapted!.titles,
      latest_reminder: asked.adapted!.reminders,
    };
    const wrong = [...wants.without].filter((field) => has[field]);
    yield { type: "start", traceId: null };
    if (asked.adapted!.baseUrl !== wants.baseUrl) yield refused("route", []);
    else if (wrong.length > 0) yield refused("none", wrong.slice(0, 1));
    else {
      yield { type: "text", text: "Yes." };
      yield { type: "finish", reason: "stop" };
    }
  };
  return { model, requests };
}

/** One turn with a service; what its layer learns is kept in `learnt`. */
async function ask(wants: Wants, learnt: Learnt, chosen: readonly OwnField[] = [], asked = request) {
  const { model, requests } = service(wants);
  const told: OwnField[] = [];
  const layer = withAdaptation(at, { learnt, chosen: new Set(chosen), onRefused: (field) => void told.push(field) });
  const events = await gather(layer(model)(asked, new AbortController().signal));
  return { events: events.filter(({ type }) => type !== "start"), requests, told };
}

const nothingLearnt = (): Learnt => ({ baseUrl: null, without: new Set(), schema: null });
const fields = fc
  .subarray<OwnField>(["stream_options", "stream", "title", "latest_reminder"])
  .map((list) => new Set(list));
const wants = fc.record({ baseUrl: fc.constantFrom("http://h", "http://h/v1"), without: fields });

describe("what a service refuses because of the program", () => {
  test("is changed until it takes the request, reported once, and asked so from then on", async () => {
    await fc.assert(
      fc.asyncProperty(wants, async (service) => {
        const learnt = nothingLearnt();
        const first = await ask(service, learnt);
        expect(first.events.slice(-2)).toMatchObject([{ type: "text" }, { type: "finish" }]);
        const adapted = first.events
          .slice(0, -2)
          .map((event) => event.type === "adapted" && (event.field ?? event.baseUrl));
        const isMoved = service.baseUrl !== at.baseUrl;
        expect(new Set(adapted)).toEqual(new Set([...(isMoved ? [service.baseUrl] : []), ...first.told]));
        expect(learnt).toEqual({
          baseUrl: isMoved ? service.baseUrl : null,
          without: new Set(first.told),
          schema: null,
        });
        const second = await ask(service, learnt);
        expect([second.requests.length, second.events.length]).toEqual([1, 2]);
      }),
    );
  });

  test("stays where a person asked for it, and the error says which setting that is", async () => {
    const learnt = nothingLearnt();
    const { events, requests } = await ask({ baseUrl: at.baseUrl, without: new Set(["stream"]) }, learnt, ["stream"]);
    const details = { advice: "field", fields: ["stream"], setting: "stream" };
    expect(events).toMatchObject([{ type: "error", error: { code: "request_refused", details } }]);
    expect([requests.length, learnt]).toEqual([1, nothingLearnt()]);
  });

  test("is the error about the address that was set, where nothing is at either", async () => {
    const { events, requests } = await ask({ baseUrl: "http://elsewhere", without: new Set() }, nothingLearnt());
    expect(events).toMatchObject([{ type: "error", error: { details: { advice: "route" } } }]);
    expect(requests.map(({ adapted }) => adapted!.baseUrl)).toEqual(["http://h", "http://h/v1"]);
  });

  test("is not looked for elsewhere with the beginning of an answer: its route may be another one", async () => {
    const beginning = { role: "assistant", content: [{ type: "text", text: "Y" }], prefix: true } as const;
    const asked = { ...request, messages: [...request.messages, beginning] };
    const { requests } = await ask({ baseUrl: "http://h/v1", without: new Set() }, nothingLearnt(), [], asked);
    expect(requests).toHaveLength(1);
  });

  test("is looked for at /v1 also where a web page answers, and not where something else does", async () => {
    const answers = (contentType: string) =>
      async function* model(asked: AdaptedRequest): AsyncGenerator<ChatEvent> {
        const isThere = asked.adapted!.baseUrl.endsWith("/v1");
        const error = new AppError("not_a_stream", { provider: "mine", contentType, start: "" });
        yield isThere ? { type: "text", text: "Yes." } : { type: "error", error };
      };
    const options = { chosen: new Set<OwnField>(), onRefused: () => {} };
    const ask = async (contentType: string) => {
      const layer = withAdaptation(at, { ...options, learnt: nothingLearnt() });
      return await gather(layer(answers(contentType))(request, new AbortController().signal));
    };
    expect(await ask("text/html")).toMatchObject([{ type: "adapted", baseUrl: "http://h/v1" }, { type: "text" }]);
    expect(await ask("text/plain")).toMatchObject([{ type: "error", error: { code: "not_a_stream" } }]);
  });
});

describe("what a service refuses because of a setting", () => {
  test.each<[string, string, Partial<Connection>, ChatRequest["sampling"], readonly OwnField[]]>([
    ["temperature", "temperature", {}, { temperature: 2 }, []],
    ["seed", "body", {}, { body: { seed: 1 } }, []],
    ["seed", "providers.mine.body", { body: { seed: 1 } }, {}, []],
    ["stream_options", "providers.mine.stream_usage", {}, {}, ["stream_options"]],
    ["stream_options", "providers.mine.body", { body: { stream_options: {} } }, {}, []],
  ])("%s is said to come from %s", async (field, setting, more, sampling, chosen) => {
    const refusing = async function* model(): AsyncGenerator<ChatEvent> {
      yield refused("none", ["other", field]);
    };
    const layer = withAdaptation(
      { ...at, ...more },
      { learnt: nothingLearnt(), chosen: new Set(chosen), onRefused: () => {} },
    );
    const events = await gather(layer(refusing)({ ...request, sampling }, new AbortController().signal));
    const details = { advice: "field", fields: [field, "other"], setting };
    expect(events).toMatchObject([{ type: "error", error: { code: "request_refused", details } }]);
  });

  test("is not explained where the request has no such field, or something else is wrong", async () => {
    const errors = [refused("none", ["other"]), refused("route", ["temperature"])];
    for (const error of errors) {
      const refusing = async function* model(): AsyncGenerator<ChatEvent> {
        yield error;
      };
      const options = { learnt: nothingLearnt(), chosen: new Set<OwnField>(), onRefused: () => {} };
      const model = withAdaptation({ ...at, baseUrl: "http://h/v1" }, options)(refusing);
      const asked = { ...request, sampling: { temperature: 2 } };
      expect(await gather(model(asked, new AbortController().signal))).toEqual([error]);
    }
  });

  test("is given as it is once the answer has begun", async () => {
    const events = [{ type: "text", text: "Y" } as const, refused("none", ["stream"])];
    const breaking = async function* model(): AsyncGenerator<ChatEvent> {
      yield* events;
    };
    const layer = withAdaptation(at, { learnt: nothingLearnt(), chosen: new Set(), onRefused: () => {} });
    expect(await gather(layer(breaking)(request, new AbortController().signal))).toEqual(events);
  });
});
