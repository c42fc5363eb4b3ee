import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadTuningWords } from "../../src/words/load.ts";
import { newPlace, openProgram, type Place, put, run, type RunOptions, start } from "../support/program.ts";
import { lossAt, serveTuning, steps } from "../support/tuning-service.ts";
import { wordsOf } from "../support/words.ts";

const words = await loadTuningWords("en");
const mock = new LLMock({ port: 0, logLevel: "silent" });
beforeAll(async () => void (await mock.start()));
afterAll(async () => await mock.stop());

const env = { GATEWAY_KEY: "sk-0123456789abcdef" };

/** Examples, and a provider that tunes models. */
function placeAt(url: string, more = ""): Place & Pick<RunOptions, "env"> {
  const place = newPlace();
  put(
    place.configFile,
    `providers:
  gateway: {base_url: ${url}/v1, key_variable: GATEWAY_KEY, fine_tuning: openai}
models:
  gateway/m1: {CNY: {cached: 1, input: 1, output: 1, training: 20}}
${more}`,
  );
  const line = `${JSON.stringify({
    messages: [
      { role: "user", content: "hi" },
      { role: "assistant", content: "yo" },
    ],
  })}\n`;
  put(join(place.cwd, "train.jsonl"), line.repeat(12));
  return place;
}

const create = ["finetune", "create", "train.jsonl", "-m", "gateway/m1", "--suffix", "mine"];
const watch = ["finetune", "watch"];

function savedFiles({ home }: Place): string[] {
  const folder = join(home, ".local", "share", "deepseek-chat", "fine-tuning");
  return readdirSync(folder).map((name) => join(folder, name));
}

test("a job is created, watched to its end, listed, and used under a name of its own", async () => {
  const place = placeAt(mock.url);
  const created = await run(create, { place, env });
  expect({ code: created.code, stderr: created.stderr }).toMatchObject({ code: 0 });
  const id = created.stdout.trim();
  expect(created.stderr).toContain(words.created({ id, provider: "gateway", model: "m1" }));
  const watched = await run(watch, { place, env });
  expect([watched.code, watched.stdout]).toEqual([0, expect.stringContaining("Training complete") as string]);
  const [row] = JSON.parse((await run(["finetune", "list", "-p", "gateway", "--json"], { place, env })).stdout) as [
    { id: string; outcome: string; fine_tuned_model: string },
  ];
  expect(row).toMatchObject({ id, outcome: "succeeded" });
  const used = await run(["finetune", "use", id], { place, env });
  expect(used.stderr).toContain(words.used({ name: "mine", model: `gateway/${row.fine_tuned_model}` }));
  expect(readFileSync(place.configFile, "utf8")).toContain(`mine: gateway/${row.fine_tuned_model}`);
  const usage = await run(["usage", "--by", "purpose", "--json"], { place, env });
  expect(JSON.parse(usage.stdout)).toMatchObject({ rows: [{ purpose: "fine_tuning" }] });
  for (const path of savedFiles(place)) expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("two jobs of one file are refused without --again, and share one upload", async () => {
  await using server = await serveTuning();
  const place = placeAt(server.url);
  await run(create, { place, env });
  const second = await run([...create, "--epochs", "5"], { place, env });
  const told = wordsOf("job_exists", { provider: "gateway", file: "train.jsonl", ids: ["ftjob-1"] });
  expect([second.code, second.stderr]).toEqual([2, expect.stringContaining(told.what) as string]);
  const again = await run([...create, "--epochs", "5", "--again", "--set", "hyperparameters.lora_r=16"], {
    place,
    env,
  });
  expect([again.code, again.stdout]).toEqual([0, "ftjob-2\n"]);
  expect(server.files).toHaveLength(1);
  expect(server.jobs[1]!.body["hyperparameters"]).toEqual({ n_epochs: 5, lora_r: 16 });
});

test("a job whose creation got no answer is found, and no other is created", async () => {
  let lost = 2;
  await using server = await serveTuning(({ method, path }) =>
    method === "POST" && path === "/v1/fine_tuning/jobs" && lost-- > 0
      ? { status: 200, headers: { "content-type": "text/html" }, body: "<!doctype html><title>Sign in</title>" }
      : null,
  );
  const place = placeAt(server.url);
  const first = await run(create, { place, env });
  expect([first.code, first.stdout]).toEqual([0, "ftjob-1\n"]);
  expect(first.stderr).toContain(words.found({ id: "ftjob-1", provider: "gateway", model: "m1" }));
  expect([server.files.length, server.jobs.length]).toEqual([1, 1]);
});

test("killed while the job is created, the same command takes it up", async () => {
  const asked = Promise.withResolvers<void>();
  let isFirst = true;
  await using server = await serveTuning(({ method, path }) => {
    if (method !== "POST" || path !== "/v1/fine_tuning/jobs" || !isFirst) return null;
    isFirst = false;
    asked.resolve();
    return { end: "stall" };
  });
  const place = placeAt(server.url);
  const killed = start(create, { place, env });
  await asked.promise;
  killed.kill("SIGKILL");
  await killed.done;
  const second = await run(create, { place, env });
  expect([second.code, second.stdout]).toEqual([0, "ftjob-1\n"]);
  expect([server.files.length, server.jobs.length]).toEqual([1, 1]);
});

test("a watched job is taken up again after kill -9, with each event once and the same losses", async () => {
  await using server = await serveTuning();
  const place = placeAt(server.url);
  await run(create, { place, env });
  const [job] = server.jobs;
  job!.step = 25;
  const first = start([...watch, "--json"], { place, env });
  await first.until(({ stdout }) => stdout.includes("Step 25/"));
  first.kill("SIGKILL");
  await first.done;
  Object.assign(job!, { step: steps, status: "succeeded" });
  const before = server.requests.length;
  const second = await run([...watch, "--json"], { place, env });
  expect(second.code).toBe(0);
  const lines = second.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const losses = lines.flatMap(({ type, loss }) =>
    type === "event" && loss !== null ? [loss as { step: number; train: number }] : [],
  );
  expect(losses.map(({ step, train }) => [step, train])).toEqual(
    Array.from({ length: steps }, (_, index) => [index + 1, lossAt(index + 1)]),
  );
  expect(lines.at(-1)).toMatchObject({ type: "end", outcome: "succeeded", cost: { currency: "CNY", amount: 10 } });
  expect(server.requests.slice(before).filter(({ path }) => path.includes("/events"))).toHaveLength(1);
});

test("a plot grows on the terminal, q leaves the job running, and the next watch shows it again", async () => {
  await using server = await serveTuning();
  const place = placeAt(server.url);
  await run(create, { place, env });
  const [job] = server.jobs;
  job!.step = 12;
  await using terminal = openProgram(watch, { place, env, rows: 24, cols: 70 });
  await terminal.until(words.loss.train({ loss: "1.52" }));
  expect(terminal.screen()).toMatch(/┤[\u2801-\u28ff]/u);
  job!.step = 30;
  await terminal.until(words.loss.train({ loss: "0.8" }));
  expect(terminal.screen()).toContain(words.step({ step: 30, steps }));
  // Rows are written over in place.
  expect(terminal.raw).not.toContain("\u001b[2J");
  terminal.type("q");
  expect((await terminal.exit).code).toBe(130);
  expect(terminal.screen()).toContain(words.goesOn({ id: "ftjob-1" }).slice(0, 18));
  await using again = openProgram(watch, { place, env: { ...env, NO_COLOR: "1" }, rows: 24, cols: 70 });
  await again.until(words.loss.train({ loss: "0.8" }));
  expect(again.screen()).toContain("○");
  Object.assign(job!, { step: steps, status: "succeeded" });
  expect((await again.exit).code).toBe(0);
  expect(again.raw).not.toMatch(/\u001b\[3[0-9;]*m/u);
  expect(again.scrollback()).toContain(words.useIt({ id: "ftjob-1" }).slice(0, 30));
});

test("the network may be away, and what a service says controls no terminal", async () => {
  let away = 1;
  await using server = await serveTuning(({ path }) => {
    if (path.endsWith("/events?limit=100")) {
      const data = [{ id: "e1", created_at: 1, level: "warn", message: "done \u001b[2J\u001b]0;x\u0007 now" }];
      return { headers: { "content-type": "application/json" }, body: JSON.stringify({ data }) };
    }
    return path === "/v1/fine_tuning/jobs/ftjob-1" && away-- > 0
      ? { status: 503, headers: { "retry-after": "0" }, body: "{}" }
      : null;
  });
  const place = placeAt(server.url);
  await run(create, { place, env });
  Object.assign(server.jobs[0]!, {
    status: "failed",
    error: { code: "invalid_file", message: "line 3\u001b[31m is bad" },
  });
  const { code, stderr, stdout } = await run([...watch, "--retries", "0"], { place, env });
  expect([code, stderr]).toEqual([4, expect.stringContaining(words.resumed()) as string]);
  const told = wordsOf("job_unsuccessful", {
    id: "ftjob-1",
    outcome: "failed",
    code: "invalid_file",
    message: "line 3␛[31m is bad",
  });
  expect(stderr).toContain(told.what);
  expect(stderr + stdout).not.toContain("\u001b");
});

test("a job is cancelled, its name cannot be given away, and a provider without fine-tuning is told before anything is sent", async () => {
  await using server = await serveTuning();
  const place = placeAt(server.url, "  mine: gateway/m1\n");
  await run(create, { place, env });
  const cancelled = await run(["finetune", "cancel", "ftjob-1"], { place, env });
  expect(cancelled.stderr).toContain(words.statusOf({ id: "ftjob-1", status: "cancelled" }));
  expect((await run(watch, { place, env })).code).toBe(4);
  const unfinished = await run(["finetune", "use", "ftjob-1"], { place, env });
  expect(unfinished.stderr).toContain(words.unfinished({ id: "ftjob-1", status: "cancelled" }));
  const taken = await run(["finetune", "use", "gateway/ft:m1:org:mine:1"], { place, env });
  expect(taken.stderr).toContain(words.aliasTaken({ name: "mine", target: "gateway/m1" }));
  const before = server.requests.length;
  const other = await run(["finetune", "create", "train.jsonl", "-m", "deepseek/deepseek-flash"], { place, env });
  const told = wordsOf("not_offered", { provider: "deepseek", service: "fineTuning", others: ["gateway"] });
  expect([other.code, other.stderr]).toEqual([2, expect.stringContaining(told.what) as string]);
  expect(server.requests).toHaveLength(before);
});

test("what the service would refuse is not sent", async () => {
  await using server = await serveTuning();
  const place = placeAt(server.url);
  const good = readFileSync(join(place.cwd, "train.jsonl"), "utf8");
  put(join(place.cwd, "train.jsonl"), `${good}{"messages": "none"}\n`);
  const { code, stderr } = await run(create, { place, env });
  const told = wordsOf("training_file_bad", { path: "train.jsonl", bad: 1 });
  expect([code, stderr]).toEqual([2, expect.stringContaining(told.what) as string]);
  expect(stderr).toContain("train.jsonl:13: ");
  expect(server.requests).toEqual([]);
  const dear = await run([...create, "--no-check", "--epochs", "1", "--max-cost", "1"], { place, env });
  const unpriced = wordsOf("budget_unpriced", { provider: "gateway", model: "m1", currency: "CNY" });
  expect([dear.code, dear.stderr]).toEqual([3, expect.stringContaining(unpriced.what) as string]);
  put(join(place.cwd, "train.jsonl"), good);
  const over = await run([...create, "--epochs", "2", "--max-cost", "0.0001"], { place, env });
  expect([over.code, over.stderr]).toEqual([3, expect.stringContaining("× 2 epochs") as string]);
  expect(server.requests).toEqual([]);
});
