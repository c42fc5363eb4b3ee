import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { newPlace, type Place, published, run, start } from "../support/program.ts";

/** `nobody`, on every system that has such a user. */
const otherUser = 65_534;
const isRoot = process.getuid?.() === 0;

/**
 * Makes a file of compiled code that the program cannot tell from its own by content: V8 compares no more than the length of the
 * source.
 */
const poison = `
  const { Script } = require("node:vm"), fs = require("node:fs"), path = require("node:path");
  const [dist, out, mark] = process.argv.slice(1);
  const filename = path.join(dist, "main.script");
  const length = fs.readFileSync(filename, "latin1").length + "(function (exports, require, module, __dirname) {\\n})".length;
  const body = \`(function(exports){process.getBuiltinModule("node:fs").writeFileSync(\${JSON.stringify(mark)},"")\`;
  const evil = body + " ".repeat(length - body.length - 2) + "})";
  const code = new Script(evil, { filename });
  try { code.runInThisContext()({}); } catch {}
  fs.rmSync(mark, { force: true });
  const data = code.createCachedData();
  const digest = fs.readFileSync(path.join(dist, "digest"), "latin1");
  const head = JSON.stringify({ digest, scripts: [["main.script", data.length]] }) + "\\n";
  fs.writeFileSync(out, Buffer.concat([Buffer.from(head), data]), { mode: 0o600 });
`;

interface Cache {
  readonly place: Place;
  /** `XDG_CACHE_HOME`. */
  readonly xdg: string;
  readonly own: string;
  readonly folder: string;
  readonly file: string;
  /** A file that exists once the code of the attack has run. */
  readonly mark: string;
}

/** A cache whose code for `config` is the attack's, and otherwise as the program makes it. */
function poisoned(): Cache {
  const place = newPlace();
  const [xdg, mark] = [join(place.home, "cache"), join(place.home, "ran")];
  const own = join(xdg, "deepseek-chat");
  const folder = join(own, "compiled");
  const file = join(folder, "config");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  execFileSync(process.execPath, ["-e", poison, join(published, "dist"), file, mark]);
  return { place, xdg, own, folder, file, mark };
}

async function outcome({ place, xdg, mark }: Cache) {
  const { code, stdout } = await run(["config", "path"], { place, env: { XDG_CACHE_HOME: xdg } });
  return { attacked: existsSync(mark), done: code === 0 && stdout === `${place.configFile}\n` };
}

const harmless = { attacked: false, done: true };

describe.runIf(process.platform === "linux")("compiled code", () => {
  test("is run from the person's own cache, so that the attempts below would show", async () => {
    expect(await outcome(poisoned())).toMatchObject({ attacked: true });
  });

  test.runIf(isRoot).each(["file", "folder", "own"] as const)(
    "is not run where its %s is another user's",
    async (part) => {
      const cache = poisoned();
      chmodSync(cache.file, 0o644);
      chownSync(cache[part], otherUser, otherUser);
      expect(await outcome(cache)).toEqual(harmless);
    },
  );

  test.each(["file", "folder", "own"] as const)("is not run where others may write to its %s", async (part) => {
    const cache = poisoned();
    chmodSync(cache[part], part === "file" ? 0o622 : 0o777);
    expect(await outcome(cache)).toEqual(harmless);
  });

  test.each(["file", "folder", "own"] as const)("is not run where its %s is a link", async (part) => {
    const cache = poisoned();
    renameSync(cache[part], `${cache.xdg}.elsewhere`);
    symlinkSync(`${cache.xdg}.elsewhere`, cache[part]);
    expect(await outcome(cache)).toEqual(harmless);
  });

  test("is not waited for where a pipe lies in its place", async () => {
    const cache = poisoned();
    renameSync(cache.file, `${cache.file}.old`);
    execFileSync("mkfifo", [cache.file]);
    expect(await outcome(cache)).toEqual(harmless);
  });

  test("is looked for nowhere in the working directory", async () => {
    const cache = poisoned();
    renameSync(cache.xdg, join(cache.place.cwd, "cache"));
    expect(await outcome({ ...cache, xdg: "cache" })).toEqual(harmless);
  });

  test.runIf(isRoot).each(["folder", "own"] as const)("is not written where its %s is another user's", async (part) => {
    const cache = poisoned();
    writeFileSync(cache.file, "theirs");
    chownSync(cache[part], otherUser, otherUser);
    expect(await outcome(cache)).toEqual(harmless);
    expect(readFileSync(cache.file, "utf8")).toBe("theirs");
  });

  test("is written to no file that another name leads to", async () => {
    const place = newPlace();
    const folder = join(place.home, ".cache", "deepseek-chat", "compiled");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const target = join(place.home, "target");
    writeFileSync(target, "mine");
    symlinkSync(target, join(folder, "config"));
    await run(["config", "path"], { place });
    expect(readFileSync(target, "utf8")).toBe("mine");
    expect(readdirSync(folder)).toEqual(["config"]);
    expect(lstatSync(join(folder, "config")).isFile()).toBe(true);
  });
});

describe.runIf(process.platform === "linux")("a home below /proc", () => {
  test("lets the program answer, and end", async () => {
    const place = newPlace();
    // A question whose run takes long enough for compiled code to be kept.
    const env = { HOME: "/proc/nowhere" };
    const running = start(["--transcript", join(place.cwd, "notes.md"), "-p", "demo"], { place, env, openInput: true });
    running.stdin?.write("hello\n");
    await running.until(({ stdout }) => stdout.length > 0);
    running.kill("SIGTERM");
    expect(await running.done).toMatchObject({ signal: null, code: 143 });
  });
});
