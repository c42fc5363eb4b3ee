import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeTranscript } from "../../src/transcripts/format/encode.ts";
import { metadataLine, requestsJson } from "../../src/transcripts/format/metadata-write.ts";
import { Calendar } from "../../src/usage/calendar.ts";
import { Ledger } from "../../src/usage/ledger.ts";
import type { LedgerRow } from "../../src/usage/ledger-row.ts";
import { anyRow } from "../support/ledger-rows.ts";
import { askingAt, newPlace, openProgram, type Place, put, run } from "../support/program.ts";
import { say } from "../support/pty.ts";
import { type Received, type Reply, serve } from "../support/raw-server.ts";
import { ending, expected, turn } from "../support/transcripts.ts";
import { delta, done, event, finish, text } from "../support/wire.ts";

const ledgerOf = ({ home }: Place) => join(home, ".local", "share", "deepseek-chat", "ledger.db");

function rowsIn(place: Place): LedgerRow[] {
  using ledger = Ledger.open(ledgerOf(place));
  return [...ledger.rows()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** Amounts in units of 1e-8, which binary fractions do not hold; a sum of them has fewer than twelve digits. */
const request = fc.tuple(anyRow, fc.option(fc.nat(1_000_000))).map(([{ sentAt, to, purpose, usage, cost }, units]) => ({
  request: { sentAt, to, purpose, usage },
  cost: units === null ? null : { currency: cost?.currency ?? "CNY", units },
}));
type Made<Source> = Source extends fc.Arbitrary<infer Value> ? Value : never;
type Billed = Made<typeof request>;
const withCost = ({ request: billed, cost }: Billed) => ({
  ...billed,
  cost: cost === null ? null : { currency: cost.currency, amount: cost.units / 1e8 },
  atMost: null,
});

const conversation = fc.record({
  exchanges: fc.array(fc.record({ requests: fc.array(request, { maxLength: 3 }), withdrawn: fc.boolean() }), {
    minLength: 1,
    maxLength: 6,
  }),
  own: fc.array(fc.array(request, { minLength: 1, maxLength: 2 }), { maxLength: 2 }),
});

const sentAt = new Date("2026-03-01T00:00:00Z");

async function checkSums(conversations: readonly Made<typeof conversation>[]) {
  const place = newPlace();
  const all: (Billed & { readonly conversation: string })[] = [];
  for (const [number, { exchanges, own }] of conversations.entries()) {
    const id = `c${String(number).padStart(7, "0")}`;
    const header = { id, startedAt: sentAt, zone: null, title: null, origin: null };
    const encoded = exchanges.map(({ requests, withdrawn }, index) => {
      all.push(...requests.map((each) => ({ ...each, conversation: id })));
      const course = { id: `e${number}x${index}`, turn: turn("q"), pieces: [], pieceAt: sentAt };
      const exchange = expected({ ...course, ending: ending({ requests: requests.map(withCost) }) });
      return Object.assign(exchange, { withdrawn });
    });
    const notes = own.map((requests, index) => {
      all.push(...requests.map((each) => ({ ...each, conversation: id })));
      return `${metadataLine("billed", { id: `o${number}x${index}`, requests: requestsJson(requests.map(withCost)) })}\n\n`;
    });
    put(join(place.cwd, "transcripts", `${id}.md`), encodeTranscript(header, encoded) + notes.join(""));
  }
  const zone = "America/New_York";
  const env = { TZ: zone };
  expect(await run(["usage", "--rebuild"], { place, env })).toMatchObject({ code: 0 });
  const calendar = new Calendar(zone);
  const time = (unit: "day" | "week" | "month") => (each: Billed) =>
    calendar.nameOf(unit, each.request.sentAt.getTime());
  const keys: Readonly<Record<string, (each: (typeof all)[number]) => string>> = {
    day: time("day"),
    week: time("week"),
    month: time("month"),
    model: ({ request: { to } }) => `${to.provider}/${to.model}`,
    provider: ({ request: { to } }) => to.provider,
    conversation: (each) => each.conversation,
    purpose: (each) => each.request.purpose,
  };
  await Promise.all(
    Object.entries(keys).map(async ([by, keyOf]) => {
      const { stdout } = await run(["usage", "--json", "--by", by], { place, env });
      const report = JSON.parse(stdout) as { rows: (Sum & { readonly [name: string]: unknown })[]; total: Sum };
      const found = new Map(
        report.rows.map(({ [by]: key, requests, usage, costs, cost_unknown, uncounted }) => [
          key,
          { requests, usage, costs: costs.toSorted(byCurrency), cost_unknown, uncounted },
        ]),
      );
      const groups = [...Map.groupBy(all, keyOf)].map(([key, same]) => [key, sumOf(same)] as const);
      expect(found).toEqual(new Map(groups));
      expect({ ...report.total, costs: report.total.costs.toSorted(byCurrency) }).toMatchObject(sumOf(all));
    }),
  );
}

test("sums of a ledger that was rebuilt from transcripts are the sums of their requests, however they are grouped", async () => {
  const conversations = fc.array(conversation, { minLength: 30, maxLength: 40 });
  // Each run takes eight processes.
  await fc.assert(fc.asyncProperty(conversations, checkSums), { numRuns: 1, endOnFailure: true });
});

const byCurrency = (a: { readonly currency: string }, b: { readonly currency: string }) =>
  a.currency < b.currency ? -1 : 1;
type Sum = ReturnType<typeof sumOf>;

/** What a group of requests is to be reported as. */
function sumOf(same: readonly Billed[]) {
  const usages = same.flatMap(({ request: { usage } }) => usage ?? []);
  const sum = (kind: keyof (typeof usages)[number]) => usages.reduce((all, each) => all + each[kind], 0);
  const costs = Map.groupBy(
    same.flatMap(({ cost }) => cost ?? []),
    ({ currency }) => currency,
  );
  return {
    requests: same.length,
    usage: {
      prompt_tokens: sum("promptTokens"),
      cached_tokens: sum("cachedTokens"),
      completion_tokens: sum("completionTokens"),
      reasoning_tokens: sum("reasoningTokens"),
      total_tokens: sum("totalTokens"),
    },
    costs: [...costs]
      .map(([currency, each]) => ({ currency, amount: each.reduce((all, { units }) => all + units, 0) / 1e8 }))
      .toSorted(byCurrency),
    cost_unknown: same.filter(({ cost }) => cost === null).length,
    uncounted: same.length - usages.length,
  };
}

const lastMessage = ({ body }: Received) => (body!["messages"] as { role: string; content: string }[]).at(-1)!;

/** A service that breaks off, ends early, thinks only, and is down, by what it is asked. */
function moody() {
  const times = new Map<string, number>();
  let billed = 0;
  return (received: Received): Reply => {
    const { role, content } = lastMessage(received);
    const time = (times.get(content) ?? 0) + 1;
    times.set(content, time);
    const counts = { prompt_tokens: 100 + ++billed, prompt_cache_hit_tokens: 64, completion_tokens: 7 * billed };
    const count = event({ choices: [], usage: { ...counts, total_tokens: 100 + 8 * billed } });
    const whole = { body: [text(`answer ${billed}`), finish(), count, done] };
    if (role === "assistant") return whole;
    if (content === "cut") return { body: [text("half of"), finish("length"), count, done] };
    if (content === "broken" && time === 1) return { body: [text("half of")], end: "cut" };
    if (content === "thinks" && time === 1) return { body: [delta({ reasoning_content: "hm" })], end: "cut" };
    if (content === "down" && received.path.startsWith("/main")) return { status: 503, body: "{}" };
    return whole;
  };
}

test("a ledger that was lost comes back from the transcripts of real conversations, row by row", async () => {
  await using server = await serve(moody());
  const place = newPlace();
  const other = `{ base_url: "${server.url}/other", key_needed: false, model: m }`;
  put(
    place.configFile,
    `title_model: deepseek/deepseek-flash
retries: 1
failover: { deepseek/deepseek-v4-pro: [other/m] }
providers: { other: ${other} }
models: { other/m: { CNY: { cached: 0.5, input: 1.5, output: 3 } } }
`,
  );
  const env = askingAt({ url: `${server.url}/main` });
  const session = async (lines: readonly string[], ...args: readonly string[]) => {
    const { code, stderr } = await run([...args], { place, env, input: `${lines.join("\n")}\n` });
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("ledger")]);
  };
  await using terminal = openProgram([], { place, env });
  await say(terminal, "titled");
  await server.received(2);
  await say(terminal, "more");
  await terminal.until("answer 3");
  await say(terminal, "q");
  await terminal.exit;
  await session(["cut", "/continue", "one", "/retry", "broken", "thinks", "/undo", "/compact", "two"], "-c");
  await session(["three", "/fork 1", "four", "/model deepseek-v4-pro", "down"], "-c");
  expect((await run(["ask", "-c", "five"], { place, env })).code).toBe(0);
  const rows = rowsIn(place);
  const purposes = new Set(rows.map(({ purpose }) => purpose));
  expect(purposes).toEqual(new Set(["question", "continuation", "retry", "title", "summary"]));
  expect(new Set(rows.map(({ to }) => to.provider))).toEqual(new Set(["deepseek", "other"]));
  expect(rows.some(({ cost }) => cost === null)).toBe(true);
  expect(new Set(rows.map((row) => row.conversation)).size).toBe(2);
  const folder = join(ledgerOf(place), "..");
  for (const name of readdirSync(folder).filter((each) => each.startsWith("ledger.db"))) rmSync(join(folder, name));
  expect((await run(["usage", "--rebuild"], { place })).code).toBe(0);
  expect(rowsIn(place)).toEqual(rows);
});
