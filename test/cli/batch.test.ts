import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { askingAt, newPlace, type Place, put, run, start } from "../support/program.ts";
import { type Received, serve } from "../support/raw-server.ts";
import { answer, refusal } from "../support/wire.ts";
import { en, wordsOf } from "../support/words.ts";

const jsonl = (...lines: readonly object[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

interface OutputLine {
  readonly custom_id: string;
  readonly response: { readonly status_code: number; readonly body: { readonly choices: readonly object[] } } | null;
  readonly error: { readonly code: string } | null;
}

/** The lines of an output, by their ids. */
function answersIn({ cwd }: Place, name = "out.jsonl"): ReadonlyMap<string, OutputLine> {
  const lines = readFileSync(join(cwd, name), "utf8").split("\n").slice(0, -1);
  const parsed = lines.map((line) => JSON.parse(line) as OutputLine);
  expect(new Set(parsed.map(({ custom_id: id }) => id)).size).toBe(lines.length);
  return new Map(parsed.map((line) => [line.custom_id, line]));
}

/** The question of a request. */
const asked = ({ body }: Received) => (body as unknown as { messages: { content: string }[] }).messages.at(-1)!.content;

test("answers every line, in OpenAI's form, and asks nothing twice", async () => {
  await using server = await serve((request) => answer("re: ", asked(request)));
  const place = newPlace();
  put(
    join(place.cwd, "in.jsonl"),
    jsonl(
      { custom_id: "a", prompt: "one" },
      { id: 7, messages: [{ role: "user", content: "two" }], temperature: 0.5, top_logprobs: 2 },
      {
        custom_id: "c\n\t",
        method: "POST",
        url: "/v1/chat/completions",
        body: { model: "deepseek-v4-pro", messages: [{ role: "user", content: "three" }], logprobs: true },
      },
      { prompt: "four" },
    ),
  );
  const options = { place, env: askingAt(server) };
  const args = ["batch", "run", "in.jsonl", "-o", "out.jsonl"];
  const first = await run(args, options);
  expect(first.code).toBe(0);
  const answers = answersIn(place);
  expect([...answers.keys()].sort()).toEqual(["7", "a", "c\n\t", "line-4"]);
  const { response, error } = answers.get("c\n\t")!;
  expect(error).toBeNull();
  expect(response).toMatchObject({
    status_code: 200,
    body: { object: "chat.completion", usage: { total_tokens: 42 } },
  });
  expect(response!.body.choices[0]).toMatchObject({ finish_reason: "stop", message: { content: "re: three" } });
  const body = (question: string) => server.requests.find((request) => asked(request) === question)!.body;
  expect(body("three")).toMatchObject({ model: "deepseek-v4-pro", logprobs: true });
  expect(body("two")).toMatchObject({ temperature: 0.5, top_logprobs: 2 });
  expect(statSync(join(place.cwd, "out.jsonl")).mode & 0o777).toBe(0o600);

  const second = await run(args, options);
  expect(second.code).toBe(0);
  expect(server.requests).toHaveLength(4);
});

test("goes on after a kill with what is missing, and mends torn ends", async () => {
  const held = Promise.withResolvers<void>();
  await using server = await serve(async (request) => {
    if (asked(request) === "last") await held.promise;
    return answer(asked(request));
  });
  const place = newPlace();
  put(join(place.cwd, "in.txt"), "first\nsecond\nlast\n");
  const options = { place, env: askingAt(server) };
  const args = ["batch", "run", "in.txt", "-o", "out.jsonl"];
  const running = start(args, options);
  await server.received(3);
  const output = join(place.cwd, "out.jsonl");
  await expect.poll(() => readFileSync(output, "utf8").split("\n")).toHaveLength(3);
  const refused = await run(args, options);
  expect(refused.stderr).toContain(wordsOf("batch_busy", { path: "out.jsonl" }).what);
  expect(refused.code).toBe(2);
  running.kill("SIGKILL");
  await running.done;
  held.resolve();
  writeFileSync(output, '{"id":"batch_req_', { flag: "a" });
  writeFileSync(`${output}.journal`, "[12,", { flag: "a" });
  const second = await run(args, options);
  expect(second.code).toBe(0);
  expect([...answersIn(place).keys()].sort()).toEqual(["line-1", "line-2", "line-3"]);
  expect(server.requests).toHaveLength(4);
});

test("tells failures apart, and gives the exit code of what may pass", async () => {
  await using server = await serve((request) =>
    asked(request) === "bad"
      ? refusal(400, { error: { message: "No." } })
      : refusal(503, { error: { message: "Busy." } }),
  );
  const place = newPlace();
  put(join(place.cwd, "in.txt"), "bad\nbusy\n");
  const args = ["batch", "run", "in.txt", "-o", "out.jsonl", "--retries", "0"];
  const { code } = await run(args, { place, env: askingAt(server) });
  expect(code).toBe(5);
  const answers = answersIn(place);
  expect(answers.get("line-1")).toMatchObject({ response: { status_code: 400 }, error: { code: "request_refused" } });
  expect(answers.get("line-2")).toMatchObject({ response: { status_code: 503 }, error: { code: "service_failed" } });
});

test("sends nothing where a line is bad, and leaves it out where that is wanted", async () => {
  await using server = await serve([answer("yes")]);
  const place = newPlace();
  put(
    join(place.cwd, "in.jsonl"),
    `${jsonl({ id: "a", prompt: "x" }, { id: "a", prompt: "y" }, { nothing: 1 })}{"prom\n`,
  );
  const options = { place, env: askingAt(server) };
  const args = ["batch", "run", "in.jsonl", "-o", "out.jsonl"];
  const refused = await run(args, options);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(wordsOf("batch_input_bad", { path: "in.jsonl", bad: 3 }).what);
  expect(server.requests).toHaveLength(0);
  const { code } = await run([...args, "--skip-bad"], options);
  expect(code).toBe(0);
  expect([...answersIn(place).keys()]).toEqual(["a"]);
});

test("notices a changed parameter, and an output of something else", async () => {
  await using server = await serve([answer("yes")]);
  const place = newPlace();
  put(join(place.cwd, "in.txt"), "x\n");
  put(join(place.cwd, "other.jsonl"), "{}\n");
  const options = { place, env: askingAt(server) };
  await run(["batch", "run", "in.txt", "-o", "out.jsonl"], options);
  const changed = await run(["batch", "run", "in.txt", "-o", "out.jsonl", "-T", "1"], options);
  const change = { what: "parameter", name: "temperature", before: "", after: "1" } as const;
  expect(changed.stderr).toContain(wordsOf("batch_changed", { path: "out.jsonl", changes: [change] }).what);
  const foreign = await run(["batch", "run", "in.txt", "-o", "other.jsonl"], options);
  expect(foreign.stderr).toContain(wordsOf("batch_output_foreign", { path: "other.jsonl", line: null }).what);
  expect(readFileSync(join(place.cwd, "other.jsonl"), "utf8")).toBe("{}\n");
});

test("an output that is the input or no file is refused before anything is read, and points to the command's help", async () => {
  const place = newPlace();
  put(join(place.cwd, "in.txt"), "one\n");
  for (const [name, why] of [
    ["in.txt", "input"],
    ["./in.txt", "input"],
    [".", "not_a_file"],
  ] as const) {
    const { code, stderr } = await run(["batch", "run", "in.txt", "-o", name], { place });
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(en.errors.batch_output_unfit({ path: name, why }).what),
    ]);
  }
  expect(readFileSync(join(place.cwd, "in.txt"), "utf8")).toBe("one\n");
  const without = await run(["batch", "run", "in.txt"], { place });
  expect(without.stderr).toContain("deepseek-chat batch run --help");
  const unknown = await run(["-q", "batch", "worker", "--no-such"], { place });
  expect(unknown.stderr).toContain("deepseek-chat batch worker --help");
});

test("reads a table with a template, and writes one in its order", async () => {
  const first = Promise.withResolvers<void>();
  await using server = await serve(async (request) => {
    if (asked(request) === "Say: a, b") await first.promise;
    else first.resolve();
    return answer(`"${asked(request)}"`);
  });
  const place = newPlace();
  put(join(place.cwd, "in.csv"), '\ufeffid,the text\r\nx,"a, b"\r\ny,"c\nd"\r\n');
  const args = [
    "batch",
    "run",
    "in.csv",
    "-o",
    "out.csv",
    "--template",
    "Say: {{the_text}}",
    "--format",
    "csv",
    "--ordered",
  ];
  const { code } = await run(args, { place, env: askingAt(server) });
  expect(code).toBe(0);
  const rows = parse(readFileSync(join(place.cwd, "out.csv")), { columns: true });
  expect(rows).toMatchObject([
    { id: "x", answer: '"Say: a, b"', prompt_tokens: "30" },
    { id: "y", answer: '"Say: c\nd"', error: "" },
  ]);
});

test("writes Parquet", async () => {
  await using server = await serve((request) => answer(asked(request)));
  const place = newPlace();
  put(join(place.cwd, "in.txt"), "one\ntwo\n");
  const args = ["batch", "run", "in.txt", "-o", "out.parquet", "--format", "parquet", "--ordered"];
  await run(args, { place, env: askingAt(server) });
  const file = await asyncBufferFromFile(join(place.cwd, "out.parquet"));
  const rows = await parquetReadObjects({ file, columns: ["id", "answer", "completion_tokens", "error"] });
  const row = (id: string, text: string) => ({ id, answer: text, completion_tokens: 12, error: null });
  expect(rows).toEqual([row("line-1", "one"), row("line-2", "two")]);
});

test("asks again what failed, with what it was asked with, and says how far it is", async () => {
  let isBusy = true;
  await using server = await serve((request) =>
    isBusy && asked(request) === "b" ? refusal(503, { error: { message: "Busy." } }) : answer("yes"),
  );
  const place = newPlace();
  put(join(place.cwd, "in.txt"), "a\nb\n");
  const options = { place, env: askingAt(server) };
  await run(["batch", "run", "in.txt", "-o", "out.jsonl", "-s", "Be brief.", "--retries", "0"], options);
  const status = async () =>
    JSON.parse((await run(["batch", "status", "out.jsonl", "--json"], options)).stdout) as object;
  expect(await status()).toMatchObject({
    total: 2,
    answered: 1,
    errors: { service_failed: 1 },
    left: 0,
    running: false,
    usage: { prompt_tokens: 30 },
  });
  const none = await run(["batch", "retry", "out.jsonl", "--code", "rate_limited"], options);
  expect([none.code, server.requests.length]).toEqual([5, 2]);
  isBusy = false;
  const before = readFileSync(join(place.cwd, "out.jsonl"), "utf8");
  renameSync(join(place.cwd, "in.txt"), join(place.cwd, "away.txt"));
  expect((await run(["batch", "retry", "out.jsonl"], options)).code).toBe(2);
  expect(readFileSync(join(place.cwd, "out.jsonl"), "utf8")).toBe(before);
  renameSync(join(place.cwd, "away.txt"), join(place.cwd, "in.txt"));
  const { code } = await run(["batch", "retry", "out.jsonl"], options);
  expect(code).toBe(0);
  expect(server.body()).toMatchObject({ messages: [{ role: "system", content: "Be brief." }, { content: "b" }] });
  expect([...answersIn(place).values()].map(({ error }) => error)).toEqual([null, null]);
  expect(await status()).toMatchObject({ answered: 2, failed: 0, requests: 3 });
});

test("says what a batch takes, without a key, and sends nothing", async () => {
  const { code, stdout } = await run(["batch", "run", "--dry-run", "--json", "--max-tokens", "100"], {
    input: "Hello\nWorld\n",
  });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    items: 2,
    models: [{ provider: "deepseek", model: "deepseek-flash", items: 2, exact: true, max_completion_tokens: 200 }],
  });
  const { models } = JSON.parse(stdout) as { models: { cost: { input_peak: number; input_off_peak: number } }[] };
  expect(models[0]!.cost.input_peak).toBeCloseTo(models[0]!.cost.input_off_peak * 2);
});

test.skipIf(process.platform === "win32")(
  "stops where the disk is full, and loses nothing of what was answered",
  async () => {
    await using server = await serve((request) => answer(asked(request), "x".repeat(500)));
    const place = newPlace();
    put(join(place.cwd, "in.txt"), Array.from({ length: 60 }, (_, at) => `prompt ${at}\n`).join(""));
    const args = ["batch", "run", "in.txt", "-o", "out.jsonl", "--concurrency", "4"];
    const options = { place, env: askingAt(server) };
    // A limit on the size of files, in blocks of 512 bytes or 1 KiB, is what a full disk looks like to a program.
    const full = await run(args, { ...options, shell: 'trap "" XFSZ; ulimit -f 24; "$@"' });
    expect(full.code).toBe(6);
    const kept = [...answersIn(place)];
    expect(kept.length).toBeGreaterThan(0);
    const { code } = await run(args, options);
    expect(code).toBe(0);
    expect([...answersIn(place)].slice(0, kept.length)).toEqual(kept);
    expect(answersIn(place).size).toBe(60);
  },
);

test("goes on with the new lines of an input that grew, where that is wanted", async () => {
  await using server = await serve([answer("yes")]);
  const place = newPlace();
  put(join(place.cwd, "in.txt"), "x\n");
  const options = { place, env: askingAt(server) };
  const args = ["batch", "run", "in.txt", "-o", "out.jsonl"];
  await run(args, options);
  writeFileSync(join(place.cwd, "in.txt"), "y\nz\n", { flag: "a" });
  const told = await run(args, options);
  const changes = [{ what: "grown", lines: 2 }] as const;
  expect(told.stderr).toContain(wordsOf("batch_changed", { path: "out.jsonl", changes }).what);
  const { code } = await run([...args, "--accept-changes"], options);
  expect(code).toBe(0);
  expect(answersIn(place).size).toBe(3);
  expect(server.requests).toHaveLength(3);
});
