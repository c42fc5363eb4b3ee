import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { LLMock } from "@copilotkit/aimock";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { newPlace, type Place, put, run, start } from "../support/program.ts";
import { type Received, type Reply, serve } from "../support/raw-server.ts";
import { en } from "../support/words.ts";

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

test("requests that a service could not answer are failures of their items, with its words", async () => {
  const place = placeWith();
  gateway(place, undefined, "failed");
  const { code } = await run(batch, { place, env: key });
  expect(code).toBe(5);
  expect(output(place).map(({ error }) => error?.code)).toEqual(Array(3).fill("service_failed"));
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

test("Ctrl-C leaves the batches running, and says how to go on", async () => {
  const place = placeWith();
  gateway(place);
  const running = start(batch, { place, env: key });
  await running.until(({ stderr }) => stderr.includes("in_progress"));
  running.kill("SIGINT");
  const { code, stderr } = await running.done;
  expect(code).toBe(130);
  const [id = ""] = /batch-[\w-]+/u.exec(stderr) ?? [];
  expect(stderr).toContain(`batch status --id ${id} -p gateway`);
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

test("a limit that the provider would not keep is refused before anything is sent", async () => {
  await using server = await serve(() => ({ body: [] }));
  const place = newPlace();
  put(join(place.cwd, "in.txt"), "a\n");
  const env = { SILICONFLOW_API_KEY: "sk-0123456789abcdef", SILICONFLOW_BASE_URL: server.url };
  for (const limit of [["--max-cost", "1"], ["--rpm", "5"], ["--off-peak"], ["--metrics", "0"]]) {
    const args = ["batch", "run", "in.txt", "-o", "out.jsonl", "-m", "siliconflow/m", "--at-provider", ...limit];
    const { code, stderr } = await run(args, { place, env });
    expect([code, stderr]).toEqual([2, expect.stringContaining(en.help.usage.atProviderAlone)]);
  }
  expect(server.requests).toEqual([]);
});
