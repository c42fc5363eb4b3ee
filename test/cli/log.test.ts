import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { askingAt, environment, launcher, newPlace, put, run, type RunOptions } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer, counted, delta, done, finish, refusal, text, usage } from "../support/wire.ts";
import { wordsOf } from "../support/words.ts";

type Line = Record<string, unknown>;

/** Asks with a log, and reads it. */
async function askLogged(args: readonly string[], options: RunOptions) {
  const place = options.place ?? newPlace();
  const path = join(place.cwd, "run.log");
  const ran = await run(["--log-file", "run.log", "ask", ...args], { ...options, place });
  const written = readFileSync(path, "utf8");
  const lines = written
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
  return { ...ran, path, written, lines, of: (event: string) => lines.filter(({ msg }) => msg === event) };
}

const secretQuestion = "What is the recipe of the secret sauce?";

describe("--log-file", () => {
  it("tells of a request from its start to its end, and of none of its words", async () => {
    const stream = [
      delta({ reasoning_content: "hmm\u00e9\u00e9\u00e9" }),
      text("Tomatoes, "),
      text("salt."),
      finish(),
      usage,
      done,
    ];
    await using server = await serve([{ headers: { "x-ds-trace-id": "trace-1" }, body: stream }]);
    const args = ["-s", "Be kind", "--temperature", "0.5", "--stop", "sauce", secretQuestion];
    const { code, lines, of, path, written } = await askLogged(args, { env: askingAt(server) });
    expect(code).toBe(0);
    const events = lines.map(({ msg }) => msg);
    expect(events.filter((msg) => msg !== "http")).toEqual(["start", "request", "response", "first", "finish", "end"]);
    expect(of("start")[0]).toMatchObject({ level: "info", command: "ask", node: process.versions.node });
    expect(of("request")[0]).toMatchObject({
      request: 1,
      provider: "deepseek",
      host: new URL(server.url).host,
      model: "deepseek-flash",
      messages: 2,
      characters: secretQuestion.length + "Be kind".length,
      sampling: { temperature: 0.5, stops: 1 },
      stream: true,
    });
    expect(of("response")[0]).toMatchObject({ request: 1, attempt: 1, traceId: "trace-1" });
    expect(of("first")[0]).toMatchObject({ what: "reasoning" });
    expect(of("http")).toMatchObject([
      { method: "POST", host: new URL(server.url).host, path: "/chat/completions", status: 200, reused: false },
    ]);
    const { sent, received } = of("http")[0] as { sent: number; received: number };
    expect(sent).toBeGreaterThan(JSON.stringify(server.body()).length);
    expect(received).toBeGreaterThan(stream.join("").length);
    expect(of("finish")[0]).toMatchObject({
      reason: "stop",
      characters: { reasoning: 6, text: 15 },
      pieces: expect.any(Number),
      usage: { promptTokens: counted.prompt_tokens, cachedTokens: counted.prompt_cache_hit_tokens },
      traceId: "trace-1",
    });
    expect(of("end")[0]).toMatchObject({ exitCode: 0 });
    for (const line of lines) expect(Date.parse(String(line["time"]))).toBeGreaterThan(Date.now() - 60_000);
    for (const word of ["sauce", "Be kind", "Tomatoes", "hmm"]) expect(written).not.toContain(word);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("tells the words where it is asked to", async () => {
    await using server = await serve([answer("Tomatoes", ".")]);
    const args = ["--log-content", secretQuestion];
    const { of } = await askLogged(args, { env: askingAt(server) });
    expect(of("request")[0]).toMatchObject({ content: [{ role: "user", content: secretQuestion }] });
    expect(of("finish")[0]).toMatchObject({ content: { text: "Tomatoes.", reasoning: "" } });
  });

  it("tells of each attempt and why it failed, in codes", async () => {
    const busy = refusal(503, { error: { message: `overloaded by ${secretQuestion}` } }, { "retry-after-ms": "1" });
    await using server = await serve([busy, busy, answer("yes")]);
    const { code, of, written } = await askLogged([secretQuestion], { env: askingAt(server) });
    expect(code).toBe(0);
    expect(of("retry")).toMatchObject([
      { level: "warn", attempt: 1, attempts: 4, delay: 1, code: "service_failed", details: { status: 503 } },
      { level: "warn", attempt: 2, attempts: 4, delay: 1, code: "service_failed", details: { status: 503 } },
    ]);
    expect(of("http")).toMatchObject([{ status: 503 }, { status: 503, reused: true }, { status: 200, reused: true }]);
    expect(of("finish")[0]).toMatchObject({ attempt: 3, reason: "stop" });
    expect(written).not.toContain("sauce");
  });

  it("ends with how it failed", async () => {
    const refused = refusal(
      400,
      { error: { message: `cannot say: ${secretQuestion}` } },
      { "x-ds-trace-id": "trace-9" },
    );
    await using server = await serve([refused]);
    const { code, of, written } = await askLogged([secretQuestion], { env: askingAt(server) });
    expect(code).toBe(4);
    expect(of("failure")[0]).toMatchObject({
      level: "error",
      code: "request_refused",
      exitCode: 4,
      errorTraceId: "trace-9",
      details: { status: 400 },
    });
    expect(of("end")[0]).toMatchObject({ level: "error", code: "request_refused", exitCode: 4 });
    expect(written).not.toContain("sauce");
  });

  it("has no key in it, whoever sends it, even with the words", async () => {
    const key = "odd\\key\\0123456789";
    const environment = (url: string) => ({ ...askingAt({ url }), DEEPSEEK_API_KEY: key });
    const echo = `your key ${key}, or sk-somebody-elses-0123456789, or Bearer abc.def`;
    const config = "providers: { deepseek: { headers: { x-gateway: gateway-secret-1 } } }\n";
    const place = newPlace();
    put(place.configFile, config);
    await using server = await serve([answer(`${echo} gateway-secret-1`)]);
    const answered = await askLogged(["--log-content", key], { env: environment(server.url), place });
    await using refusing = await serve([refusal(400, { error: { message: echo } })]);
    const refused = await askLogged(["--log-content", key], { env: environment(refusing.url), place });
    expect(answered.of("finish")[0]).toMatchObject({ content: { text: "your key [key], or [key], or [key] [key]" } });
    for (const { written } of [answered, refused]) {
      for (const secret of [key, JSON.stringify(key).slice(1, -1), "somebody-elses", "abc.def", "gateway-secret-1"]) {
        expect(written).not.toContain(secret);
      }
    }
  });

  it("is added to, and is opened by a variable too", async () => {
    await using server = await serve([answer("yes")]);
    const place = newPlace();
    const log = join(place.home, "from-the-variable.log");
    const env = { ...askingAt(server), DEEPSEEK_CHAT_LOG: "~/from-the-variable.log" };
    await run(["ask", "1"], { place, env });
    await run(["ask", "2"], { place, env });
    const lines = readFileSync(log, "utf8").trimEnd().split("\n");
    expect(lines.filter((line) => line.includes('"msg":"start"'))).toHaveLength(2);
  });

  it("writes to nothing that is no log", async () => {
    const place = newPlace();
    const precious = join(place.home, ".profile");
    put(precious, "export PATH\n");
    symlinkSync(precious, join(place.cwd, "link.log"));
    mkdirSync(join(place.cwd, "folder"));
    const unwritable = (path: string, reason: string) =>
      wordsOf("storage_failed", { path: join(place.cwd, path), reason }).what;
    for (const [path, code, why] of [
      [precious, 2, "isn't a log of this program"],
      ["link.log", 6, unwritable("link.log", "ELOOP")],
      ["folder", 6, unwritable("folder", "EISDIR")],
      ["missing/run.log", 6, unwritable(join("missing", "run.log"), "ENOENT")],
    ] as const) {
      const ran = await run(["--log-file", path, "ask", "-p", "demo", "hello"], { place });
      expect([ran.code, ran.stderr]).toEqual([code, expect.stringContaining(why)]);
    }
    expect(readFileSync(precious, "utf8")).toBe("export PATH\n");
  });

  it.skipIf(process.platform === "win32")("ends when the disk is full, and the answer goes on", async () => {
    await using server = await serve([answer("yes")]);
    const place = newPlace();
    // A limit on the size of files, in blocks of 512 bytes or 1 KiB, is what a full disk looks like to a program.
    const limited = ["-c", 'ulimit -f 1; exec "$@"', "sh", process.execPath, launcher, "--log-file", "run.log"];
    const env = environment(place, askingAt(server));
    const args = [...limited, "ask", "--no-transcript", "-s", "s", "question"];
    const running = promisify(execFile)("sh", args, { env, cwd: place.cwd });
    running.child.stdin?.end();
    const { stdout, stderr } = await running;
    expect(stdout).toBe("yes\n");
    const [log, ledger, ...more] = stderr.trimEnd().split("\n");
    expect(log).toMatch(/^Can't write [^\n]*run\.log: the file has reached its maximum size/u);
    expect(ledger).toContain("usage --rebuild");
    expect(more).toEqual([]);
  });
});
