import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadSqlite } from "../../src/sqlite.ts";
import {
  askingAt,
  newPlace,
  openProgram,
  type Place,
  put,
  run,
  type RunOptions,
  start,
  transcriptsOf,
} from "../support/program.ts";
import { type RawServer, type Script, serve } from "../support/raw-server.ts";
import { answer, delta, done, finish, text, usage } from "../support/wire.ts";
import { en, wordsOf } from "../support/words.ts";

const servers: RawServer[] = [];
afterAll(async () => void (await Promise.all(servers.map(async (server) => server[Symbol.asyncDispose]()))));

/** Another answer each time. */
const numbered: Script = (_request, index) => answer(`answer ${index + 1}`);

/** Where the program stores answers when it runs at a place. */
const storeOf = ({ home }: Place) => join(home, "cache", "deepseek-chat", "answers.db");

/** A place whose config file has a setting, and what runs the program there. */
async function scene(script: Script = numbered, config = "") {
  const server = await serve(script);
  servers.push(server);
  const place = newPlace();
  if (config !== "") put(place.configFile, config);
  const options = (more: RunOptions = {}): RunOptions => ({
    place,
    ...more,
    env: { ...askingAt(server), XDG_CACHE_HOME: join(place.home, "cache"), ...more.env },
  });
  const ask = async (...args: string[]) => {
    const { stdout, stderr } = await run(["ask", ...args], options());
    return (stderr + stdout).trimEnd();
  };
  return { server, place, options, ask };
}

describe.concurrent("the answer cache", () => {
  test("gives a stored answer to the same question only, and asks where it is to be refreshed or not used", async () => {
    const { server, ask } = await scene();
    expect(await ask("--cache", "q")).toBe("answer 1");
    expect(await ask("q", "--cache")).toBe("answer 1");
    expect(await ask("--cache=1h", "q")).toBe("answer 1");
    expect(await ask("--cache", "-T", "0.3", "q")).toBe("answer 2");
    expect(await ask("--refresh-cache", "q")).toBe("answer 3");
    expect(await ask("--cache", "1h", "q")).toBe("answer 3");
    expect(await ask("--no-cache", "q")).toBe("answer 4");
    expect(await ask("q")).toBe("answer 5");
    expect(server.requests).toHaveLength(5);
  });

  test("marks a stored answer in JSON, in events and in the transcript, and it costs nothing", async () => {
    const reply = { body: [delta({ reasoning_content: "hm" }), text("yes"), finish(), usage, done] };
    const { server, place, ask } = await scene([reply], "cache: 7d\n");
    const first = JSON.parse(await ask("-o", "json", "q")) as Record<string, unknown>;
    const second = JSON.parse(await ask("-o", "json", "q")) as Record<string, unknown>;
    expect(first).not.toHaveProperty("cached");
    expect(second).toMatchObject({
      cached: true,
      cost: { currency: "CNY", amount: 0 },
      answer: "yes",
      reasoning: "hm",
    });
    expect(second["usage"]).toEqual(first["usage"]);
    const lines = (await ask("-o", "jsonl", "q")).split("\n").map((line) => JSON.parse(line) as { type: string });
    expect(lines.map(({ type }) => type)).toEqual(["cached", "reasoning", "text", "usage", "finish"]);
    expect(transcriptsOf(place).map((file) => file.includes('"cached":true'))).toEqual([false, true, true]);
    const shown = JSON.parse((await run(["transcripts", "show", "--json"], { place })).stdout) as {
      exchanges: object[];
    };
    expect(shown.exchanges).toMatchObject([{ cached: true, answer: "yes" }]);
    expect(server.requests).toHaveLength(1);
  });

  test("says so below the answer", async () => {
    const { place, options, ask } = await scene(numbered, "cache: true\n");
    await ask("q");
    await using terminal = openProgram(["ask", "q"], { place, env: options().env! });
    await terminal.exit;
    expect(terminal.screen()).toContain(`${en.answer.cached} \u00b7 \u00a50.00`);
  });

  test("asks again what is older than wanted, and removes what was used least recently", async () => {
    const config = "cache: { ttl: 1h, max_size: 1kB }\nhistory: false\nsave: false\n";
    const { server, place, options } = await scene(numbered, config);
    const chat = async (...questions: readonly string[]) => {
      const { stdout } = await run(["chat"], options({ input: `${questions.join("\n")}\n` }));
      return stdout.match(/answer \d/gu);
    };
    await chat("old");
    const hour = 3_600_000;
    using database = new (loadSqlite().DatabaseSync)(storeOf(place));
    database.prepare("UPDATE answers SET stored_at = stored_at - ?, expires_at = expires_at - ?").run(hour, hour);
    // Two fit in; `b` was used before `old`.
    const answers = [2, 3, 2, 4, 2, 5].map((number) => `answer ${number}`);
    expect(await chat("old", "b", "old", "c", "old", "b")).toEqual(answers);
    expect(server.requests).toHaveLength(5);
  });

  test("asks once where twenty processes ask the same at once", async () => {
    const all = Promise.withResolvers<void>();
    const { server, options } = await scene(() => ({ body: [text("on"), all.promise, text("ce"), finish(), done] }));
    const runs = Array.from({ length: 20 }, () => start(["ask", "--cache", "--no-transcript", "q"], options()));
    await server.received(1);
    all.resolve();
    const ended = await Promise.all(runs.map(({ done: end }) => end));
    expect(ended.map(({ stdout, stderr, code }) => `${code} ${stderr}${stdout}`)).toEqual(Array(20).fill("0 once\n"));
    expect(server.requests).toHaveLength(1);
  });

  test("asks again where the process that asked first was killed", async () => {
    const { server, options, ask } = await scene((_request, index) =>
      index === 0 ? { body: [text("ha")], end: "stall" } : answer("whole"),
    );
    const killed = start(["ask", "--cache", "q"], options());
    await killed.until(({ stdout }) => stdout === "ha");
    const waiting = ask("--cache", "q");
    killed.kill("SIGKILL");
    expect(await waiting).toBe("whole");
    expect(server.requests).toHaveLength(2);
  });

  test("asks another answer of the model with /retry", async () => {
    const { server, options } = await scene(numbered, "cache: true\n");
    const { stdout } = await run(["chat"], options({ input: "hi\n/retry\n" }));
    expect(stdout).toContain("answer 2");
    expect(server.requests).toHaveLength(2);
  });

  test.skipIf(process.platform === "win32")(
    "does without a file that the disk has no room for, with one warning",
    async () => {
      const { place, options } = await scene(numbered, "cache: true\nsave: false\n");
      // Files of at most 8 blocks stand for a disk with so much room.
      const { code, stdout, stderr } = await run(
        ["chat"],
        options({ input: "hi\nhi\n", shell: 'ulimit -f 8; exec "$@"' }),
      );
      const { what } = wordsOf("cache_unavailable", { store: storeOf(place), reason: "EIO" });
      expect([code, stderr.split(what)]).toEqual([0, [expect.anything(), expect.anything()]]);
      expect(stdout).toContain("answer 2");
    },
  );

  test("does without a file that another program keeps locked", async () => {
    const { place, options, ask } = await scene();
    expect(await ask("--cache", "q")).toBe("answer 1");
    using database = new (loadSqlite().DatabaseSync)(storeOf(place));
    database.exec("BEGIN EXCLUSIVE");
    const { stdout, stderr, code } = await run(["ask", "--cache", "other"], options());
    expect([stdout, code]).toEqual(["answer 2\n", 0]);
    expect(stderr).toContain(wordsOf("cache_unavailable", { store: storeOf(place), reason: "locked" }).whole);
  });

  test("makes a damaged file again, and says so", async () => {
    const { place, options } = await scene();
    put(storeOf(place), "no database".repeat(1000));
    const { stdout, stderr } = await run(["ask", "--cache", "q"], options());
    expect([stdout, stderr]).toEqual([
      "answer 1\n",
      expect.stringContaining(wordsOf("cache_damaged", { path: storeOf(place) }).whole),
    ]);
    expect((await run(["ask", "--cache", "q"], options())).stdout).toBe("answer 1\n");
  });
});

describe.concurrent("cache stats and clear", () => {
  test("show and remove what is stored, and make no file where there is none", async () => {
    const { place, options } = await scene(numbered, "cache: true\nhistory: false\nsave: false\n");
    const stats = async () => JSON.parse((await run(["cache", "stats", "--json"], options())).stdout) as object;
    const store = storeOf(place);
    const empty = { store, answers: 0, bytes: 0, max_bytes: 200_000_000, hits: 0, oldest: null };
    expect(await stats()).toEqual(empty);
    expect(existsSync(store)).toBe(false);
    await run(["chat"], options({ input: "a\nb\na\n" }));
    expect(await stats()).toMatchObject({ answers: 2, hits: 1, oldest: expect.stringMatching(/^20/u) as string });
    const table = (await run(["cache"], options())).stdout;
    for (const word of [
      en.cache.store,
      en.cache.answers,
      en.cache.size,
      en.cache.hits,
      en.cache.oldest,
      store.replace(place.home, "~"),
    ])
      expect(table).toContain(word);
    const refused = await run(["cache", "clear"], options());
    expect([refused.code, refused.stderr.trim()]).toEqual([
      2,
      wordsOf("not_a_terminal", { what: "cache clear", instead: "--yes" }).whole,
    ]);
    const old = await run(["cache", "clear", "--older-than", "1h", "--yes"], options());
    expect(old.stderr).toContain(en.cache.cleared({ answers: 0 }));
    expect((await run(["cache", "clear", "--yes"], options())).stderr).toContain(en.cache.cleared({ answers: 2 }));
    expect(await stats()).toEqual(empty);
  });

  test("say why they cannot read the file", async () => {
    const { place, options } = await scene();
    const store = storeOf(place);
    mkdirSync(store, { recursive: true });
    const { code, stderr } = await run(["cache", "stats"], options());
    expect([code, stderr.trim()]).toEqual([6, wordsOf("cache_unavailable", { store, reason: "EACCES" }).whole]);
  });
});

test("a time that is none is named with its flag", async () => {
  const { code, stderr } = await run(["ask", "--cache", "7days", "q"]);
  const { whole } = wordsOf("bad_value", { name: "--cache", value: "7days", expected: "30m, 1h, 7d" });
  expect([code, stderr.trim()]).toEqual([2, whole]);
});
