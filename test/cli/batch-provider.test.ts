import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { LLMock } from "@copilotkit/aimock";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { newPlace, type Place, put, run, start } from "../support/program.ts";
import { type Received, type Reply, serve } from "../support/raw-server.ts";
import { en } from "../support/words.ts";
import { batchProgress } from "../../src/words/en/batch-progress.ts";
import { providerBatchWords } from "../../src/words/en/provider-batch.ts";

const mock = new LLMock({ port: 0, logLevel: "silent" });
beforeAll(async () => {
  await mock.start();
});
afterEach(() => mock.reset());
afterAll(async () => await mock.stop());

const key = { GATEWAY_KEY: "sk-0123456789abcdef" };

/** A provider with batches, small files of them, and a price. `outcome`: what aimock's batches come to. */
function gateway(place: Place, url = `${mock.url}/v1`, outcome = "completed"): void {
  put(
    place.configFile,
    `providers:
  gateway:
    base_url: ${url}
    key_variable: GATEWAY_KEY
    model: m1
    headers: {X-AIMock-Batch-Outcome: ${outcome}}
    batches: {form: openai, max_lines: 2}
models:
  gateway/m1: {CNY: {cached: 0, input: 200000, output: 600000}}
`,
  );
}

const items = [
  { custom_id: "a", prompt: "one" },
  { custom_id: "问题 2", prompt: "two" },
  { custom_id: "c\nd", prompt: "three" },
];
const batch = ["batch", "run", "prompts.jsonl", "-o", "answers.jsonl", "-p", "gateway", "--at-provider"];

function placeWith(prompts: readonly object[] = items): Place {
  const place = newPlace();
  put(join(place.cwd, "prompts.jsonl"), prompts.map((prompt) => `${JSON.stringify(prompt)}\n`).join(""));
  return place;
}

interface OutputLine {
  readonly custom_id: string;
  readonly response: {
    readonly body: { readonly choices: readonly [{ readonly message: { readonly content: string } }] };
  };
  readonly error: { readonly code: string } | null;
}

function output({ cwd }: Place): OutputLine[] {
  const text = readFileSync(join(cwd, "answers.jsonl"), "utf8");
  return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as OutputLine]));
}

/** On a connection of its own: one that was kept may be closed just when it is used again. */
async function page(url: string): Promise<string> {
  const request = get(url, { agent: false });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return await text(response);
}

const batchesMade = () => mock.getRequests().filter(({ method, path }) => method === "POST" && path === "/v1/batches");

test("a provider's batches answer all prompts at half the price", async () => {
  const place = placeWith();
  gateway(place);
  const { code, stderr } = await run(batch, { place, env: key });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(
    output(place)
      .map(({ custom_id: id }) => id)
      .sort(),
  ).toEqual(["a", "c\nd", "问题 2"]);
  expect(output(place)[0]!.response.body.choices[0].message.content).toBe("Mock batch completion");
  expect(batchesMade()).toHaveLength(2);
  expect(existsSync(join(place.cwd, "answers.jsonl.parts"))).toBe(false);
  expect(statSync(join(place.cwd, "answers.jsonl")).mode & 0o777).toBe(0o600);
  const usage = await run(["usage", "--by", "purpose", "--json"], { place, env: key });
  // aimock counts a token each way: 0.8 yuan at the full price.
  expect(JSON.parse(usage.stdout)).toMatchObject({
    rows: [{ purpose: "batch", requests: 3, costs: [{ amount: 1.2 }] }],
  });
});

test("an expired batch leaves its items for a direct run, which asks only them", async () => {
  const place = placeWith();
  gateway(place, undefined, "expired");
  const { code, stderr, stdout } = await run(batch, { place, env: key });
  expect({ code, stdout }).toEqual({ code: 5, stdout: "" });
  expect(stderr).toContain(en.errors.batch_left({ provider: "gateway", left: 3, statuses: ["expired"] }).next);
  expect(output(place)).toEqual([]);
  mock.onMessage(/./u, { content: "directly" });
  const direct = await run(batch.slice(0, -1), { place, env: key });
  expect(direct.code).toBe(0);
  expect(output(place).map(({ response }) => response.body.choices[0].message.content)).toEqual(
    Array(3).fill("directly"),
  );
});

test("killed while its batches run, the program goes on with them and makes no others", async () => {
  const place = placeWith();
  gateway(place);
  const first = start(batch, { place, env: key });
  await first.until(() => batchesMade().length === 2);
  first.kill("SIGKILL");
  await first.done;
  const second = await run(batch, { place, env: key });
  expect(second.code).toBe(0);
  expect(output(place)).toHaveLength(3);
  expect(batchesMade()).toHaveLength(2);
});

test("Ctrl-C leaves the batches running, and says how to go on; batch cancel ends one", async () => {
  const place = placeWith();
  gateway(place);
  const running = start(batch, { place, env: key });
  await running.until(({ stderr }) => stderr.includes("in_progress"));
  running.kill("SIGINT");
  const { code, stderr } = await running.done;
  expect(code).toBe(130);
  const [id = ""] = /batch-[\w-]+/u.exec(stderr) ?? [];
  expect(stderr).toContain(`batch status --id ${id} -p gateway`);
  const cancelled = await run(["batch", "cancel", "--id", id, "-p", "gateway", "--json"], { place, env: key });
  expect(JSON.parse(cancelled.stdout)).toMatchObject({ id, status: expect.stringContaining("cancel") as string });
  const unknown = await run(["batch", "cancel", "--id", "batch-none", "-p", "gateway"], { place, env: key });
  expect(unknown.stderr).toContain(en.errors.batch_not_found({ provider: "gateway", id: "batch-none" }).what);
});

test("a provider without batches is refused before anything is sent", async () => {
  const place = placeWith();
  await using server = await serve([{ status: 500 }]);
  const env = { DEEPSEEK_API_KEY: "sk-0123456789abcdef", DEEPSEEK_BASE_URL: server.url };
  const { code, stderr } = await run([...batch.slice(0, 5), "-p", "deepseek", "--at-provider"], { place, env });
  expect(code).toBe(2);
  expect(stderr).toContain(
    en.errors.not_offered({ provider: "deepseek", service: "batches", others: ["siliconflow", "siliconflow-com"] })
      .what,
  );
  expect(server.requests).toEqual([]);
});

/** A service in OpenAI's documented form, whose only batch ends with these files; `polls`: what it is asked before that. */
function service(files: Readonly<Record<string, string>>, polls: readonly Reply[]): (request: Received) => Reply {
  const json = (body: object) => ({ headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const made = {
    id: "batch_1",
    object: "batch",
    status: "validating",
    input_file_id: "file-in",
    created_at: 1_790_000_000,
  };
  const counts = { total: 5, completed: 1, failed: 4 };
  const ended = { ...made, status: "completed", request_counts: counts, output_file_id: "out", error_file_id: "err" };
  const waiting = [...polls];
  return ({ method, path }) => {
    if (path === "/v1/files") return json({ id: "file-in", object: "file" });
    if (method === "POST") return json(made);
    if (path === "/v1/batches/batch_1") return waiting.shift() ?? json(ended);
    const name = /files\/(\w+)\/content/u.exec(path)?.[1] ?? "";
    return name in files
      ? { headers: { "content-type": "application/jsonl" }, body: files[name]! }
      : { status: 404, body: "{}" };
  };
}

test("a partly failed batch: what came is kept, failures told apart, the rest left; troubles on the way are waited out", async () => {
  const prompts = ["a", "b", "c", "d", "e"].map((id) => ({ custom_id: id, prompt: id }));
  const place = placeWith(prompts);
  const body = {
    choices: [{ index: 0, message: { content: "好的" }, finish_reason: "stop" }],
    usage: { prompt_tokens: 2, completion_tokens: 2, total_tokens: 4 },
  };
  const answered = { id: "r1", custom_id: "a", response: { status_code: 200, request_id: "req_1", body }, error: null };
  const refused = {
    custom_id: "b",
    response: { status_code: 400, request_id: "req_2", body: { error: { message: "Content Exists Risk" } } },
    error: null,
  };
  const expired = { custom_id: "c", response: null, error: { code: "batch_expired", message: "too late" } };
  const lines = (...all: readonly object[]) => all.map((line) => `${JSON.stringify(line)}\n`).join("");
  const files = {
    out: `${lines(answered, answered, { ...answered, custom_id: "nobody" })}{"custom_id":"d","resp`,
    err: lines(refused, expired),
  };
  const polls = [
    { status: 429, headers: { "retry-after": "0" }, body: "{}" },
    { status: 200, headers: { "content-type": "text/html" }, body: "<!doctype html><title>Sign in</title>" },
  ];
  await using server = await serve(service(files, polls));
  gateway(place, `${server.url}/v1`);
  put(place.configFile, readFileSync(place.configFile, "utf8").replace("max_lines: 2", "max_lines: 9"));
  const { code, stderr } = await run(batch, { place, env: key });
  expect(code).toBe(5);
  expect(output(place).map(({ custom_id: id, error }) => [id, error?.code ?? null])).toEqual([
    ["a", null],
    ["b", "content_refused"],
  ]);
  expect(stderr).toContain(en.errors.batch_left({ provider: "gateway", left: 3, statuses: ["completed"] }).what);
  expect(stderr).toContain("1 with unknown ids, 1 repeated, 1 unreadable");
  const uploaded = server.requests.find(({ path }) => path === "/v1/files")!;
  expect(uploaded.text.indexOf('name="purpose"')).toBeLessThan(uploaded.text.indexOf('name="file"'));
});

test("the limit of costs lets go out what it surely pays for, at half the price; a limit of the day holds too", async () => {
  const place = placeWith();
  gateway(place);
  // A prompt has some 90 bytes, taken for tokens: at half the price with one token of answer each can cost some 10 yuan to 20 yuan.
  const limited = [...batch, "--max-tokens", "1", "--max-cost"];
  const none = await run([...limited, "0.01"], { place, env: key });
  expect([none.code, batchesMade().length]).toEqual([3, 0]);
  expect(none.stderr).toContain(batchProgress.missingAtLimit({ items: "3" }));
  expect(existsSync(join(place.cwd, "answers.jsonl.parts"))).toBe(false);
  put(place.configFile, `${readFileSync(place.configFile, "utf8")}budget: {day: 0.01}\n`);
  const ofDay = await run([...batch, "--max-tokens", "1"], { place, env: key });
  expect([ofDay.code, batchesMade().length]).toEqual([3, 0]);
  gateway(place);
  const { code, stdout, stderr } = await run([...limited, "45", "--json"], { place, env: key });
  const events = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const uploaded = mock.getRequests().filter(({ method, path }) => method === "POST" && path === "/v1/files").length;
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("of 3 items") });
  expect(uploaded).toBeGreaterThan(1);
  const largest = events.flatMap(({ type, reserved, spent }) =>
    type === "spending" ? [(reserved as { amount: number }).amount + (spent as { amount: number }).amount] : [],
  );
  expect(Math.max(...largest)).toBeLessThanOrEqual(45);
  expect(events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(["begin", "start", "batch", "collected", "result", "end", "summary"]),
  );
  expect(events.at(-1)).toMatchObject({ why: "done", answered: 3, cost: [{ amount: expect.closeTo(1.2) as number }] });
});

test("stored answers are taken and not uploaded; tools are told not to run; metrics and the summary are those of every run", async () => {
  const place = placeWith();
  gateway(place);
  mock.onMessage("two", { content: "stored" });
  put(join(place.cwd, "two.jsonl"), `${JSON.stringify({ custom_id: "x", prompt: "two" })}\n`);
  const ask = ["batch", "run", "two.jsonl", "-o", "two.out", "-p", "gateway", "--cache"];
  expect((await run(ask, { place, env: key })).code).toBe(0);
  const running = start([...batch, "--cache", "--tools", "web", "--metrics", "0"], { place, env: key });
  await running.until(({ stderr }) => stderr.includes("/metrics\n"));
  const [url = ""] = /http:\S+/u.exec(running.stderr) ?? [];
  await page(url);
  await running.until(({ stderr }) => stderr.includes(batchProgress.answered({ items: "3" })));
  expect(await page(url)).toContain('deepseek_chat_batch_items{state="answered"} 3\n');
  const { code, stderr } = await running.done;
  expect(code).toBe(0);
  expect(stderr).toContain(providerBatchWords.noTools({ provider: "gateway" }));
  expect(stderr).toContain(batchProgress.cached({ items: "1" }));
  const contents = output(place).map(({ response }) => response.body.choices[0].message.content);
  expect(contents.toSorted()).toEqual(["Mock batch completion", "Mock batch completion", "stored"]);
  expect(batchesMade()).toHaveLength(1);
});

test("requests that a service could not answer are failures of their items; batch retry asks them at the provider again", async () => {
  const place = placeWith();
  gateway(place, undefined, "failed");
  expect((await run(batch, { place, env: key })).code).toBe(5);
  expect(output(place).map(({ error }) => error?.code)).toEqual(Array(3).fill("service_failed"));
  gateway(place);
  const { code, stderr } = await run(["batch", "retry", "answers.jsonl", "--at-provider"], { place, env: key });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(output(place).map(({ error }) => error)).toEqual([null, null, null]);
});

test("--dry-run tells the price of batches, and which provider has none", async () => {
  const place = placeWith();
  gateway(place);
  const estimate = async (...more: string[]) =>
    await run(["batch", "run", "prompts.jsonl", "--dry-run", "--json", ...more], { place, env: key });
  const costOf = ({ stdout }: { stdout: string }) =>
    (JSON.parse(stdout) as { models: { cost: { input_peak: number } }[] }).models[0]!.cost.input_peak;
  const whole = costOf(await estimate("-p", "gateway"));
  expect(costOf(await estimate("-p", "gateway", "--at-provider"))).toBeCloseTo(whole / 2);
  expect((await estimate("-p", "deepseek", "--at-provider")).code).toBe(2);
});

test("a limit that the provider would not keep is refused before anything is sent", async () => {
  await using server = await serve(() => ({ body: [] }));
  const place = newPlace();
  put(join(place.cwd, "in.txt"), "a\n");
  const env = { SILICONFLOW_API_KEY: "sk-0123456789abcdef", SILICONFLOW_BASE_URL: server.url };
  for (const limit of [["--concurrency", "2"], ["--rpm", "5"], ["--off-peak"], ["--queue", "redis://127.0.0.1"]]) {
    const args = ["batch", "run", "in.txt", "-o", "out.jsonl", "-m", "siliconflow/m", "--at-provider", ...limit];
    const { code, stderr } = await run(args, { place, env });
    expect([code, stderr]).toEqual([2, expect.stringContaining(en.help.usage.atProviderAlone)]);
  }
  expect(server.requests).toEqual([]);
});
