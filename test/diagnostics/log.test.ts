import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { ChatEvent } from "../../src/chat/events.ts";
import type { Model } from "../../src/chat/layers.ts";
import type { ChatRequest } from "../../src/chat/model.ts";
import { withLog } from "../../src/diagnostics/log.ts";
import { type Log, openLog } from "../../src/diagnostics/log-file.ts";
import { AppError } from "../../src/errors.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deepseek-chat-log-"));
  path = join(folder, "run.log");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (content = false): Promise<Log> => openLog({ path, content, onFailure: () => {} });
const lines = () =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const request: ChatRequest = {
  model: "m",
  messages: [
    {
      role: "user",
      content: [
        { type: "text", text: "12345" },
        { type: "image", name: "a.png", url: "data:," },
      ],
    },
    { role: "assistant", content: [{ type: "text", text: "67" }], prefix: true },
  ],
  sampling: {},
  thinking: { enabled: true, effort: "low" },
  stream: true,
};
const asked = { provider: "p", host: "h:1" };
const never = new AbortController().signal;

async function gather<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const gathered: Item[] = [];
  for await (const item of items) gathered.push(item);
  return gathered;
}

const says = (...events: readonly ChatEvent[]): Model =>
  async function* model() {
    yield* events;
  };

const yes = { type: "text", text: "yes" } as const;
const stop = { type: "finish", reason: "stop" } as const;

it("gives every event on as it came", async () => {
  const events: ChatEvent[] = [{ type: "start", traceId: null }, { type: "waiting", why: "queued" }, yes, stop];
  const model = withLog(await open(), asked)(says(...events));
  expect(await gather(model(request, never))).toEqual(events);
});

it("counts requests, and what is in them", async () => {
  const model = withLog(await open(), asked)(says(yes, stop));
  await gather(model(request, never));
  await gather(model(request, never));
  const begun = lines().filter(({ msg }) => msg === "request");
  expect(begun).toMatchObject([
    { ...asked, messages: 2, characters: 7, images: 1, prefix: true, thinking: { enabled: true, effort: "low" } },
    {},
  ]);
  expect(begun[0]).not.toHaveProperty("content");
  expect(begun[1]?.["request"]).toBe((begun[0]?.["request"] as number) + 1);
});

it("says when a request waits in the queue, once", async () => {
  const queued = { type: "waiting", why: "queued" } as const;
  await gather(withLog(await open(), asked)(says(queued, queued, queued, yes, stop))(request, never));
  expect(lines().filter(({ msg }) => msg === "queued")).toHaveLength(1);
});

it("says that whoever read an answer went away", async () => {
  for await (const event of withLog(await open(), asked)(says(yes, yes, stop))(request, never)) {
    expect(event).toEqual(yes);
    break;
  }
  expect(lines().at(-1)).toMatchObject({ msg: "abandoned", characters: { text: 3, reasoning: 0 } });
});

it.each([
  ["interrupted", {}, "info", {}],
  ["timeout", { host: "h", seconds: 3 }, "error", { host: "h", seconds: 3 }],
  ["stream_failed", { provider: "p", reason: "you said 12345" }, "error", {}],
  [
    "no_connection",
    { host: "h", proxy: null, variable: null, cause: "reset", reason: "ECONNRESET", start: null },
    "error",
    { reason: "ECONNRESET" },
  ],
] as const)("tells of %s in facts, not in what a service may have quoted", async (code, details, level, told) => {
  const error = new AppError(code, details);
  await gather(withLog(await open(), asked)(says({ type: "error", error }))(request, never));
  expect(lines().at(-1)).toMatchObject({ msg: "failure", level, code, details: told });
  expect(readFileSync(path, "utf8")).not.toContain("12345");
});

it("hides secrets that are known and what looks like one", async () => {
  const log = await open(true);
  log.hide('pass"word\\');
  log.hide("abc");
  log.write("info", "test", { text: 'pass"word\\ abc sk-0123456789 Bearer token.x', 'pass"word\\': 1 });
  const [line] = lines();
  // Three letters are no secret: they are in too many words.
  expect(line).toMatchObject({ text: "[key] abc [key] [key]", "[key]": 1 });
});
