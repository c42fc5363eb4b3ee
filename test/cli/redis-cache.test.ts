import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient } from "@redis/client";
import { askingAt, newPlace, put, run, type RunOptions, start } from "../support/program.ts";
import { type RawServer, type Script, serve } from "../support/raw-server.ts";
import { delaying, proxy, type RedisServer, refusing, startRedis } from "../support/redis.ts";
import { hasProgram } from "../support/system-programs.ts";
import { answer, done, finish, text } from "../support/wire.ts";
import { en, wordsOf } from "../support/words.ts";

const servers: RawServer[] = [];
afterAll(async () => void (await Promise.all(servers.map(async (server) => server[Symbol.asyncDispose]()))));

/** Another answer each time. */
const numbered: Script = (_request, index) => answer(`answer ${index + 1}`);

/** A place whose answers are stored in Redis. */
async function scene(store: string, script: Script = numbered) {
  const server = await serve(script);
  servers.push(server);
  const place = newPlace();
  put(place.configFile, `save: false\ncache: { ttl: 1h, store: "${store}" }\n`);
  const options = (more: RunOptions = {}): RunOptions => ({ place, env: askingAt(server), ...more });
  return { server, options, ask: async (question: string) => await run(["ask", question], options()) };
}

const warning = (port: number, reason: string) =>
  wordsOf("cache_unavailable", { store: `redis://127.0.0.1:${port}/0`, reason }).whole;

describe.skipIf(!hasProgram("redis-server"))("answers in Redis", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => redis[Symbol.asyncDispose]());

  test("are shared, expire, are counted and removed; the password is never shown", async () => {
    const { server, options, ask } = await scene(redis.url);
    expect([(await ask("q")).stdout, (await ask("q")).stdout]).toEqual(["answer 1\n", "answer 1\n"]);
    expect(server.requests).toHaveLength(1);
    const client = await createClient({ url: redis.url }).connect();
    const names = await client.keys("*");
    const left = await client.pTTL(names[0]!);
    client.destroy();
    expect([names, left > 3_500_000 && left <= 3_600_000]).toEqual([[expect.stringMatching(/:answer$/u)], true]);
    const stats = await run(["cache", "stats", "--json"], options());
    const listed = await run(["config", "list"], options());
    const got = await run(["config", "get", "cache.store"], options());
    const old = await run(["cache", "clear", "--older-than", "1h", "--yes"], options());
    const cleared = await run(["cache", "clear", "--yes"], options());
    expect(JSON.parse(stats.stdout)).toMatchObject({
      store: `redis://127.0.0.1:${redis.port}/0`,
      answers: 1,
      hits: null,
    });
    expect(got.stdout).toBe(`redis://127.0.0.1:${redis.port}/0\n`);
    expect([old.stderr, cleared.stderr]).toEqual(
      [0, 1].map((answers) => expect.stringContaining(en.cache.cleared({ answers })) as string),
    );
    for (const { stdout, stderr } of [stats, listed, got, cleared])
      expect(stdout + stderr).not.toContain(redis.password);
  });

  test("are asked for once by processes that ask the same at once", async () => {
    const all = Promise.withResolvers<void>();
    const { server, options } = await scene(redis.url, () => ({ body: [all.promise, text("once"), finish(), done] }));
    const runs = Array.from({ length: 6 }, () => start(["ask", "at once"], options()));
    await server.received(1);
    all.resolve();
    const ended = await Promise.all(runs.map(({ done: end }) => end));
    expect(ended.map(({ stdout, stderr }) => stderr + stdout)).toEqual(Array(6).fill("once\n"));
    expect(server.requests).toHaveLength(1);
  });

  test("a session goes on without them when Redis stops, with one warning, and the next one has them again", async () => {
    const { server, options, ask } = await scene(redis.url);
    const session = start(["chat"], options({ input: "one\n", openInput: true }));
    await session.until(({ stdout }) => stdout.includes("answer 1"));
    await redis.stop();
    session.stdin!.write("two\n");
    await session.until(({ stdout }) => stdout.includes("answer 2"));
    await redis.restart();
    session.stdin!.end("three\n");
    const { stderr, code } = await session.done;
    expect(stderr.match(/redis:\S+/gu)).toEqual([`redis://127.0.0.1:${redis.port}/0:`]);
    expect([code, server.requests.length]).toEqual([0, 3]);
    expect([(await ask("four")).stdout, (await ask("four")).stdout]).toEqual(["answer 4\n", "answer 4\n"]);
  });

  test("Redis may end between the look for an answer and its storing", async () => {
    const { ask } = await scene(redis.url, async (_request, index) => {
      await redis.stop();
      return answer(`answer ${index + 1}`);
    });
    const { stdout, stderr, code } = await ask("dying");
    await redis.restart();
    expect([stdout, stderr.trim(), code]).toEqual(["answer 1\n", warning(redis.port, "closed"), 0]);
  });

  test("a wrong password is said without it", async () => {
    const { ask } = await scene(redis.url.replace(redis.password, "a-wrong-one"));
    const { stdout, stderr, code } = await ask("q");
    expect([stdout, stderr.trim(), code]).toEqual(["answer 1\n", warning(redis.port, "password"), 0]);
  });

  test("a slow Redis is not waited for", async () => {
    await using slow = await proxy(delaying(redis.port, 400));
    const { ask } = await scene(redis.url.replace(String(redis.port), String(slow.port)));
    const { stdout, stderr, code } = await ask("q");
    expect([stdout, stderr.trim(), code]).toEqual(["answer 1\n", warning(slow.port, "slow"), 0]);
  });
});

test("a server that is silent, does not know the commands, or is not there keeps nobody from an answer", async () => {
  await using silent = await proxy(() => {});
  await using other = await proxy(refusing);
  const gone = await proxy(() => {});
  await gone[Symbol.asyncDispose]();
  const cases = [
    [silent.port, "slow"],
    [other.port, "other_version"],
    [gone.port, "ECONNREFUSED"],
  ] as const;
  const outputs = cases.map(async ([port, reason]) => {
    const { stdout, stderr } = await (await scene(`redis://127.0.0.1:${port}/0`)).ask("q");
    expect([stdout, stderr.trim()]).toEqual(["answer 1\n", warning(port, reason)]);
  });
  await Promise.all(outputs);
});
