import { chmodSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { newPlace, openProgram, type Place, put, run } from "../support/program.ts";
import { say } from "../support/pty.ts";
import { type RawServer, type Reply, serve } from "../support/raw-server.ts";
import { answer, delta, event, finish, refusal, text, usage } from "../support/wire.ts";

const posix = process.platform !== "win32";
const key = "sk-7f3a91c05be84d62a1f09c7e55d8b3402c6e";

/** Where the key may be, and in which files it then is by right. */
const stores: Record<
  string,
  { readonly put: (place: Place) => Record<string, string>; readonly files: readonly string[] }
> = {
  "the environment": { put: () => ({ DEEPSEEK_API_KEY: key }), files: [] },
  "the key file": {
    put({ keyFile }) {
      put(keyFile, JSON.stringify({ deepseek: key }));
      chmodSync(keyFile, 0o600);
      return {};
    },
    files: ["keys.json"],
  },
  ".env": {
    put({ cwd }) {
      put(join(cwd, ".env"), `DEEPSEEK_API_KEY=${key}\n`);
      return {};
    },
    files: [".env"],
  },
  "a key command": {
    put({ home, configFile }) {
      put(join(home, "vault"), `${key}\n`);
      put(configFile, 'providers: {deepseek: {key_command: "cat ~/vault"}}\n');
      return {};
    },
    files: ["vault"],
  },
};

const halves = [key.slice(0, 15), key.slice(15)] as const;
/** What a gateway says that repeats what it was given, in turn. */
const echoes: readonly Reply[] = [
  refusal(401, { error: { message: `Your key ${key} is wrong`, code: key } }, { "x-request-id": key }),
  refusal(400, { error: { message: `Bearer ${key}: no` } }, { "x-ds-trace-id": key }),
  refusal(500, `<html><title>${key}</title>${key}</html>`),
  refusal(503, { message: key, data: { key } }, { "retry-after-ms": "1" }),
  { body: [text("begun "), event({ error: { message: `broken for ${key}`, type: key } })] },
  { body: [delta({ content: `It is ${key}.` }, { model: key, id: key }), finish("stop"), usage] },
  {
    body: [
      delta({ reasoning_content: `I know ${halves[0]}` }),
      delta({ reasoning_content: halves[1] }),
      text("So."),
      finish(key),
    ],
  },
  { body: [text(`Yours: ${halves[0]}`), text(halves[1]), finish()] },
  { body: [...Array.from(`One by one ${key}!`, text), finish()] },
  { body: [text(`unfinished ${key.slice(0, 30)}`)], end: "cut" },
  { status: 302, headers: { location: `https://elsewhere.example/${key}` } },
  { body: [`data: {"broken": "${key}\n\n`] },
  refusal(402, { error: { message: key } }),
];

async function echoing(): Promise<RawServer> {
  let next = 0;
  return await serve(({ path }) => {
    if (path.endsWith("/models")) return refusal(200, { data: [{ id: `model-${key}` }, { id: "deepseek-flash" }] });
    if (path.endsWith("/balance")) return refusal(403, { error: { message: key } });
    return echoes[next++ % echoes.length]!;
  });
}

/** What begins like the key and goes on like it, with more of it than may be seen. */
function traces(shown: string): string[] {
  const pieces = Array.from({ length: key.length - 10 }, (_, at) => key.slice(at, at + 10));
  return pieces.filter((piece) => shown.includes(piece));
}

/** All files under a folder. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

describe.concurrent("a key", () => {
  test.runIf(posix).each(Object.keys(stores))("from %s comes out nowhere", async (store) => {
    await using server = await echoing();
    const place = newPlace();
    const { put: plant, files } = stores[store]!;
    const env = { ...plant(place), DEEPSEEK_BASE_URL: server.url, DEEPSEEK_CHAT_DEBUG: "1" };
    const log = ["--verbose", "--log-file", "run.log", "--log-content", "--retries", "1"];
    const shown: string[] = [];
    const tour = async (...args: string[]) => {
      const { stdout, stderr, code } = await run(args, { place, env });
      shown.push(stdout, stderr);
      return code;
    };
    for (const _ of echoes) await tour("ask", ...log, "hello");
    for (const form of ["json", "jsonl", "json", "jsonl", "json", "jsonl"])
      await tour("ask", "-o", form, ...log, "hello");
    for (const args of [
      ["models"],
      ["balance"],
      ["doctor", "--json"],
      ["doctor", "--probe"],
      ["config", "list"],
      ["config", "list", "--json"],
    ]) {
      await tour(...args, ...log.slice(0, 4));
    }
    await using session = openProgram([...log], { place, env, cols: 160 });
    for (const line of ["one", "two", "three", "/cost", "/history", "/export html page.html", "/save copy.md", "q"]) {
      await say(session, line);
    }
    await session.exit;
    shown.push(session.raw);
    for (const form of ["md", "html", "json", "jsonl", "txt"]) {
      await tour("transcripts", "export", "--all", "--to", form, "-o", `all-${form}`);
    }
    for (const args of [["list"], ["show", "last"], ["show", "last", "--json"], ["search", "hello"]])
      await tour("transcripts", ...args);
    expect(traces(shown.join("\n"))).toEqual([]);
    const written = [...filesIn(place.home), ...filesIn(place.cwd)].filter((path) => !files.includes(basename(path)));
    expect(written.length).toBeGreaterThan(10);
    for (const path of written) expect([path, traces(readFileSync(path, "latin1"))]).toEqual([path, []]);
    // It was sent, and there was something to repeat.
    expect(server.requests.length).toBeGreaterThan(20);
    expect(server.requests.every(({ headers }) => headers.authorization === `Bearer ${key}`)).toBe(true);
    expect(shown.join("\n")).toContain("[key]");
  });

  test("is not in what the program says when it fails by its own fault", async () => {
    await using server = await serve([answer("never")]);
    const place = newPlace();
    put(
      join(place.home, "fault.cjs"),
      `const http = require("node:http");
      http.request = (...given) => { throw new TypeError("fault " + JSON.stringify(given)); };
      require("node:module").syncBuiltinESMExports();`,
    );
    const env = { DEEPSEEK_API_KEY: key, DEEPSEEK_BASE_URL: server.url, DEEPSEEK_CHAT_DEBUG: "1" };
    const args = ["ask", "--retries", "0", "--log-file", "run.log", "hello"];
    const { code, stdout, stderr } = await run(args, {
      place,
      env,
      node: ["--require", join(place.home, "fault.cjs")],
    });
    expect(stderr).toContain("fault ");
    expect(code).not.toBe(0);
    expect(traces(stdout + stderr)).toEqual([]);
    for (const path of filesIn(place.cwd)) expect([path, traces(readFileSync(path, "latin1"))]).toEqual([path, []]);
  });

  test.runIf(process.platform === "linux")(
    "is in no process's arguments, nor in an environment that it did not come from",
    async () => {
      await using server = await serve([{ body: [text("begun")], end: "stall" }]);
      const place = newPlace();
      const env = { ...stores["a key command"]!.put(place), DEEPSEEK_BASE_URL: server.url };
      await using terminal = openProgram(["ask", "hello"], { place, env });
      await terminal.until("begun");
      for (const file of ["cmdline", "environ", "comm"]) {
        expect(traces(readFileSync(`/proc/${terminal.pid}/${file}`, "latin1"))).toEqual([]);
      }
    },
  );

  test("is never taken from an argument", async () => {
    for (const flag of ["--key", "--api-key", "--token"]) {
      const { code, stderr } = await run(["ask", flag, key, "hello"]);
      expect([code, traces(stderr)]).toEqual([2, []]);
    }
  });
});

test("what looks for a key finds pieces of it", () => {
  expect(traces(`see ${key.slice(5, 15)}`)).toHaveLength(1);
  expect(traces("see sk-7f3a9 and [key]")).toEqual([]);
});
