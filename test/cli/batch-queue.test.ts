import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { queueWords } from "../../src/words/en/batch-queue.ts";
import { askingAt, newPlace, put, run, start } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { proxy, type RedisServer, refusing, startRedis } from "../support/redis.ts";
import { hasProgram } from "../support/system-programs.ts";
import { answer, refusal } from "../support/wire.ts";
import { wordsOf } from "../support/words.ts";

describe.skipIf(!hasProgram("redis-server"))("a batch on a queue", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => redis[Symbol.asyncDispose]());

  test("is answered by a worker with its own key, the run's prompt and model, and none of its files", async () => {
    await using server = await serve(({ body }) => answer(`to ${JSON.stringify(body?.["messages"])}`));
    const place = newPlace();
    put(join(place.cwd, "in.jsonl"), '{"id":"a","prompt":"one"}\n{"id":"b","prompt":"two"}\n');
    const env = { ...askingAt(server), REDISCLI_AUTH: redis.password };
    const queue = `redis://127.0.0.1:${redis.port}`;
    const other = newPlace();
    // A prompt of the worker's own is not the run's.
    put(other.configFile, "system: 'Be kind.'\n");
    const worker = start(["batch", "worker", "--queue", queue], { place: other, env });
    const args = ["batch", "run", "in.jsonl", "-o", "out.jsonl", "--queue", queue];
    const submitted = await run([...args, "-m", "deepseek/deepseek-x", "-s", "Be terse."], {
      place,
      env: { ...env, DEEPSEEK_BASE_URL: "http://127.0.0.1:9/elsewhere" },
    });
    worker.kill("SIGTERM");
    const ended = await worker.done;
    expect([submitted.stderr, submitted.code, ended.code]).toEqual([expect.any(String), 0, 143]);
    const lines = readFileSync(join(place.cwd, "out.jsonl"), "utf8").trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { custom_id: string }).custom_id).sort()).toEqual(["a", "b"]);
    expect(server.requests.map(({ body }) => [body?.["model"], body?.["messages"]])).toEqual(
      expect.arrayContaining(
        ["one", "two"].map((content) => [
          "deepseek-x",
          [
            { role: "system", content: "Be terse." },
            { role: "user", content },
          ],
        ]),
      ),
    );
    expect(submitted.stderr + ended.stderr).not.toContain(redis.password);
  });

  test("a worker whose Redis is away ends at the first signal", async () => {
    await using away = await startRedis();
    const env = { ...askingAt({ url: "http://127.0.0.1:9" }), REDISCLI_AUTH: away.password };
    const worker = start(["batch", "worker", "--queue", `redis://127.0.0.1:${away.port}`], { place: newPlace(), env });
    await worker.until(({ stderr }) => stderr.includes(String(away.port)));
    await away.stop();
    await worker.until(({ stderr }) => stderr.includes(queueWords.disconnected()));
    worker.kill("SIGTERM");
    expect((await worker.done).code).toBe(143);
  });

  test("holds to the limit of costs and the schema, asks again what was refused for now, and is watched", async () => {
    let refused = 0;
    await using server = await serve(() => (refused++ === 0 ? refusal(429, {}) : answer('{"n":1}')));
    const place = newPlace();
    const prompts = ["a", "b", "c"].map((id) => `{"id":"${id}","prompt":"${id}","max_tokens":100}\n`);
    put(join(place.cwd, "in.jsonl"), prompts.slice(0, 2).join(""));
    const env = { ...askingAt(server), REDISCLI_AUTH: redis.password };
    const queue = ["--queue", `redis://127.0.0.1:${redis.port}`];
    const other = newPlace();
    put(other.configFile, "retries: 0\n");
    const worker = start(["batch", "worker", ...queue, "--metrics", "0"], { place: other, env });
    const submit = async (...more: string[]) =>
      await run(["batch", "run", "in.jsonl", "-o", "out.jsonl", ...queue, "--schema", "n int", "--json", ...more], {
        place,
        env,
      });
    const first = await submit("--max-cost", "1");
    expect([first.code, first.stderr]).toEqual([0, expect.any(String)]);
    const events = first.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const types = events.map(({ type }) => type);
    expect([types[0], types.at(-2), types.at(-1)]).toEqual(["begin", "end", "summary"]);
    expect(types.filter((type) => type === "result")).toHaveLength(2);
    const begun = types.filter((type) => type === "start").length;
    expect(begun).toBe(2 + types.filter((type) => type === "return").length);
    expect(server.requests).toHaveLength(3);
    put(join(place.cwd, "in.jsonl"), prompts.join(""));
    const second = await submit("--max-cost", "0.000001", "--accept-changes");
    expect([second.code, server.requests.length]).toEqual([3, 3]);
    const status = await run(["batch", "status", "out.jsonl", "--json", ...queue], { place, env });
    expect(JSON.parse(status.stdout)).toMatchObject({
      batches: [{ output: "out.jsonl", left: 1 }],
      queue: { waiting: 0, active: 0, workers: 1, runs: [] },
    });
    worker.kill("SIGTERM");
    expect((await worker.done).stderr).toContain("Metrics: http://");
  });

  test.each([
    ["a wrong password", async () => ({ port: redis.port, async [Symbol.asyncDispose]() {} }), "password"],
    ["no Redis at all", async () => await proxy(refusing), "other_version"],
    ["nobody", async () => ({ port: 1, async [Symbol.asyncDispose]() {} }), "ECONNREFUSED"],
  ])("says at once what it found: %s", async (_, open, reason) => {
    await using found = await open();
    const ended = await run(["batch", "worker", "--queue", `redis://:secret@127.0.0.1:${found.port}`]);
    const shown = wordsOf("queue_unavailable", { queue: `redis://127.0.0.1:${found.port}`, reason });
    expect([ended.code, ended.stderr]).toEqual([5, expect.stringContaining(shown.whole) as string]);
    expect(ended.stderr).not.toContain("secret");
  });
});
