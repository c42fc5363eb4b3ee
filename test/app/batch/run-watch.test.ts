import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Console } from "../../../src/app/console.ts";
import { RunWatch } from "../../../src/app/batch/run-watch.ts";
import { batchProgress } from "../../../src/words/en/batch-progress.ts";
import { KeptTerminal } from "../../support/app.ts";
import { failedItem, itemResult } from "../../support/batch-events.ts";
import { en } from "../../support/words.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const output = "answers.jsonl";

test("where there is no terminal, a line each half minute and a summary", async () => {
  const terminal = new KeptTerminal();
  const watch = await RunWatch.open(new Console(terminal, en), { json: false, metrics: null });
  watch.onEvent({ type: "begin", total: 4, done: 0, failed: {} });
  vi.advanceTimersByTime(20_000);
  watch.onEvent(itemResult());
  expect(terminal.stderr).toBe("");
  vi.advanceTimersByTime(41_000);
  const lines = terminal.stderr.trimEnd().split("\n");
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^1\/4 \(25%\) · /u);
  // A short pause is not worth a line.
  watch.onEvent({ type: "pause", why: "disconnected", until: null });
  watch.onEvent({ type: "resume" });
  vi.advanceTimersByTime(6_000);
  expect(terminal.stderr).not.toContain(batchProgress.resumed);
  watch.onEvent({ type: "pause", why: "disconnected", until: null });
  vi.advanceTimersByTime(6_000);
  watch.onEvent({ type: "resume" });
  expect(terminal.stderr).toContain(
    `${batchProgress.paused.disconnected({ until: null })}\n${batchProgress.resumed}\n`,
  );
  watch.onEvent(failedItem("timeout"));
  await watch.end("stopped", output, { answered: 1, failures: 1 }, new AbortController().signal);
  const said = terminal.stderr.split("\n").slice(-6, -1);
  expect(said).toEqual([
    expect.stringContaining(batchProgress.answered({ items: "1" })),
    `  ${batchProgress.failures({ codes: "1 timeout" })}`,
    expect.stringContaining(batchProgress.spent({ cost: "¥0.5000" })),
    `  ${batchProgress.output({ path: output })}`,
    `  ${batchProgress.missing({ items: "2" })}`,
  ]);
  vi.advanceTimersByTime(120_000);
  expect(terminal.stderr.split("\n").slice(-6, -1)).toEqual(said);
  expect(terminal.stdout).toBe("");
});

test.for([
  ["done", { answered: 2, failures: 1 }, batchProgress.retry({ path: output })],
  ["cost", { answered: 2, failures: 0 }, batchProgress.missingAtLimit({ items: "1" })],
  // Of three that came, one was written before the disk was full.
  ["failed", { answered: 1, failures: 0 }, batchProgress.missingAfterError({ items: "2" })],
] as const)("a run that ends by %s counts what is saved, and says what to do next", async ([why, saved, next]) => {
  const terminal = new KeptTerminal();
  const watch = await RunWatch.open(new Console(terminal, en), { json: false, metrics: null });
  watch.onEvent({ type: "begin", total: 3, done: 0, failed: {} });
  for (const id of ["a", "b", "c"]) watch.onEvent(itemResult({ id }));
  await watch.end(why, output, saved, new AbortController().signal);
  expect(terminal.stderr).toContain(batchProgress.answered({ items: String(saved.answered) }));
  expect(terminal.stderr.trimEnd().split("\n").at(-1)).toBe(`  ${next}`);
});

test("--json has every event as a line, and the summary at the end", async () => {
  const terminal = new KeptTerminal();
  const watch = await RunWatch.open(new Console(terminal, en), { json: true, metrics: null });
  watch.onEvent({ type: "begin", total: 2, done: 0, failed: {} });
  watch.onEvent({ type: "start", item: { index: 0, id: "a" } });
  const model = { provider: "deepseek", model: "deepseek-flash" };
  watch.onEvent({ type: "retry", id: "a", model, code: "rate_limited", attempt: 1 });
  watch.onEvent(itemResult({ id: "a", requests: 2 }));
  watch.onEvent({ type: "limit", provider: "deepseek", concurrency: 4, why: "refused" });
  watch.onEvent({ type: "pause", why: "off-peak", until: new Date() });
  watch.onEvent({ type: "resume" });
  watch.onEvent(failedItem("timeout", { id: "b\n" }));
  await watch.end("done", output, { answered: 1, failures: 1 }, new AbortController().signal);
  const lines = terminal.stdout.trimEnd().split("\n");
  const read = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(read.map(({ type }) => type)).toEqual([
    "begin",
    "start",
    "retry",
    "result",
    "limit",
    "pause",
    "resume",
    "result",
    "end",
    "summary",
  ]);
  expect(read[3]).toMatchObject({ id: "a", ok: true, error: null, usage: { prompt_tokens: 100 }, requests: 2 });
  expect(read[7]).toMatchObject({ id: "b\n", ok: false, error: { code: "timeout", status: 503 }, usage: null });
  expect(read[9]).toMatchObject({
    why: "done",
    answered: 1,
    failed: 1,
    missing: 0,
    errors: { timeout: 1 },
    retries: 1,
  });
  expect(terminal.stderr).toBe("");
});

test("metrics follow the run", async () => {
  vi.useRealTimers();
  vi.useFakeTimers({ toFake: ["performance"] });
  const terminal = new KeptTerminal();
  using watch = await RunWatch.open(new Console(terminal, en), { json: true, metrics: "0" });
  const [{ url }] = [JSON.parse(terminal.stdout) as { url: string }];
  watch.onEvent({ type: "begin", total: 10, done: 2, failed: { timeout: 1 } });
  for (const id of ["a", "b", "c"]) watch.onEvent({ type: "start", item: { index: 0, id } });
  watch.onEvent(itemResult({ id: "a" }));
  watch.onEvent({ type: "pause", why: "off-peak", until: null });
  vi.advanceTimersByTime(3_000);
  const spent = { currency: "CNY", amount: 0.5 };
  watch.onEvent({
    type: "spending",
    spent,
    reserved: { currency: "CNY", amount: 0.25 },
    limit: { currency: "CNY", amount: 9 },
  });
  const read = async () => await (await fetch(url)).text();
  const text = await read();
  for (const [state, count] of Object.entries({ answered: 3, failed: 1, in_flight: 2, waiting: 4 }))
    expect(text).toContain(`deepseek_chat_batch_items{state="${state}"} ${count}\n`);
  expect(text).toContain('deepseek_chat_batch_paused{reason="off_peak"} 1\n');
  expect(text).toContain('deepseek_chat_batch_cost_reserved{currency="CNY"} 0.25\n');
  expect(text).toContain('deepseek_chat_batch_cost_limit{currency="CNY"} 9\n');
  watch.onEvent({ type: "resume" });
  watch.onEvent(itemResult({ id: "b" }));
  // Who has read them reads the last ones.
  const ended = watch.end("done", output, { answered: 4, failures: 1 }, new AbortController().signal);
  expect(await read()).toContain('deepseek_chat_batch_items{state="answered"} 4\n');
  await ended;
  await expect(RunWatch.open(new Console(terminal, en), { json: true, metrics: "no" })).rejects.toMatchObject({
    code: "bad_value",
  });
});
