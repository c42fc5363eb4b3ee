import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { askingAt, newPlace, type Place, put, openProgram, run, transcriptsOf } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";

const posix = process.platform !== "win32";
const isRoot = process.getuid?.() === 0;

/** A working directory that came with a `.env`. */
function placeWith(dotenv: string): Place {
  const place = newPlace();
  put(join(place.cwd, ".env"), dotenv);
  return place;
}

/** Files that shells and desktops read where they are there. */
const startFiles = [".bash_aliases", ".zshenv", ".config/fish/conf.d/a.fish", ".xsessionrc"];

describe.concurrent("a working directory's .env names no place to write outside of it", () => {
  test.each(startFiles)("as a log: ~/%s", async (file) => {
    await using server = await serve(() => answer("yes"));
    const place = placeWith(
      `DEEPSEEK_CHAT_LOG=~/${file}\nDEEPSEEK_CHAT_MODEL=$(touch ran)\nDEEPSEEK_BASE_URL=${server.url}\nDEEPSEEK_API_KEY=sk-theirs-0123456789\n`,
    );
    mkdirSync(join(place.home, ".config", "fish", "conf.d"), { recursive: true });
    const ran = await run(["ask", "hello"], { place });
    expect(ran).toMatchObject({ code: 0, stdout: "yes\n" });
    expect(ran.stderr).toContain(`Ignored DEEPSEEK_CHAT_LOG in ${join(place.cwd, ".env")}: `);
    expect(existsSync(join(place.home, file))).toBe(false);
  });

  test("as a log, when a shell asks for completions, of which it says nothing", async () => {
    const place = placeWith("DEEPSEEK_CHAT_LOG=~/.bash_aliases\n");
    expect(await run(["complete-words", "--", "ask", "--prov"], { place })).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(join(place.home, ".bash_aliases"))).toBe(false);
  });

  test.each(["~/.bashrc.d", "..", "../elsewhere", "link", "link/below", "dangling"])(
    "as a folder of transcripts: %s",
    async (folder) => {
      await using server = await serve(() => answer("yes"));
      const place = placeWith(`DEEPSEEK_CHAT_TRANSCRIPTS=${folder}\n`);
      symlinkSync(place.home, join(place.cwd, "link"));
      symlinkSync(join(place.home, "new"), join(place.cwd, "dangling"));
      const ran = await run(["ask", "hello"], { place, env: askingAt(server) });
      expect(ran).toMatchObject({ code: 0 });
      expect(ran.stderr).toContain(`Ignored DEEPSEEK_CHAT_TRANSCRIPTS in ${join(place.cwd, ".env")}: `);
      expect(readdirSync(join(place.cwd, "transcripts"))).toHaveLength(1);
      const made = readdirSync(place.home, { recursive: true, encoding: "utf8" });
      const ledger = /^\.local(?:\/share(?:\/deepseek-chat(?:\/ledger\.db(?:-wal|-shm)?)?)?)?$/u;
      expect(made.filter((name) => !name.startsWith(".cache") && !ledger.test(name))).toEqual([]);
    },
  );

  test.each(["here", "./a/b", "..here"])("but one inside of it: %s", async (folder) => {
    await using server = await serve(() => answer("yes"));
    const place = placeWith(`DEEPSEEK_CHAT_TRANSCRIPTS=${folder}\n`);
    expect(await run(["ask", "hello"], { place, env: askingAt(server) })).toMatchObject({ code: 0 });
    expect(readdirSync(join(place.cwd, folder))).toHaveLength(1);
  });

  test("as a config file", async () => {
    const place = placeWith("DEEPSEEK_CHAT_CONFIG=theirs.yaml\n");
    put(join(place.cwd, "theirs.yaml"), "model: theirs\n");
    const { stdout } = await run(["config", "get", "model"], { place });
    expect(stdout).toBe("");
  });
});

const settingsFiles = {
  ".env": ({ cwd }: Place) => join(cwd, ".env"),
  "the config file": ({ configFile }: Place) => configFile,
  "the key file": ({ keyFile }: Place) => keyFile,
};

describe.runIf(posix).concurrent.each(Object.keys(settingsFiles) as (keyof typeof settingsFiles)[])("%s", (which) => {
  const attempts: Record<string, (path: string) => void> = {
    "a pipe": (path) => execFileSync("mkfifo", [path]),
    "an endless device": (path) => symlinkSync("/dev/zero", path),
    "a terminal": (path) => symlinkSync("/dev/tty", path),
    "a huge file": (path) => {
      writeFileSync(path, "");
      truncateSync(path, 8e9);
    },
    "no text": (path) =>
      writeFileSync(path, Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7) % 256))),
  };

  test.each(Object.keys(attempts))("may be %s: the program says so and goes on or ends", async (what) => {
    const place = newPlace();
    mkdirSync(join(place.home, "config"));
    const path = settingsFiles[which](place);
    attempts[what]!(path);
    await using server = await serve(() => answer("yes"));
    const env = which === "the key file" ? { DEEPSEEK_BASE_URL: server.url } : askingAt(server);
    const ran = await run(["ask", "hello"], { place, env });
    expect(ran).toMatchObject(which === ".env" ? { code: 0, stdout: "yes\n" } : { code: 3, stdout: "" });
    expect(ran.stderr).toContain(path);
    expect(ran.stderr).toMatch(/regular file|too large|not a text file|ENXIO/u);
  });

  test("may be the null device, as though it were not there", async () => {
    const place = newPlace();
    mkdirSync(join(place.home, "config"));
    symlinkSync("/dev/null", settingsFiles[which](place));
    await using server = await serve(() => answer("yes"));
    const ran = await run(["ask", "hello"], { place, env: askingAt(server) });
    expect(ran).toMatchObject({ code: 0, stdout: "yes\n" });
    expect(ran.stderr).not.toContain("Ignored");
  });
});

describe.runIf(posix).concurrent("a .env", () => {
  test("that is a pipe is not waited for by a shell's question for completions", async () => {
    const place = newPlace();
    execFileSync("mkfifo", [join(place.cwd, ".env")]);
    expect(await run(["complete-words", "--", "ask", "--prov"], { place })).toMatchObject({ code: 0, stderr: "" });
  });

  test("that is a folder, as of a virtual environment of Python's, is none", async () => {
    const place = newPlace();
    mkdirSync(join(place.cwd, ".env"));
    expect(await run(["config", "path"], { place })).toMatchObject({ code: 0, stderr: "" });
  });

  test("may be a link to a file, and in another encoding", async () => {
    const place = newPlace();
    put(join(place.home, "shared.env"), Buffer.from("\ufeffDEEPSEEK_CHAT_MODEL=mine\r\n", "utf16le"));
    symlinkSync(join(place.home, "shared.env"), join(place.cwd, ".env"));
    expect(await run(["config", "get", "model"], { place })).toMatchObject({ code: 0, stdout: "mine\n" });
  });

  test.runIf(isRoot)("that another user laid into a shared folder is left aside", async () => {
    const place = placeWith("DEEPSEEK_CHAT_MODEL=theirs\n");
    chownSync(join(place.cwd, ".env"), 65_534, 65_534);
    const ran = await run(["config", "get", "model"], { place });
    expect(ran).toMatchObject({ code: 0, stdout: "" });
    expect(ran.stderr).toContain("belongs to another user");
    // In a folder of that user's, as a container mounts it, it is the folder's own.
    chownSync(place.cwd, 65_534, 65_534);
    expect(await run(["config", "get", "model"], { place })).toMatchObject({ code: 0, stdout: "theirs\n", stderr: "" });
  });
});

describe.runIf(posix).concurrent("names that every object has", () => {
  test.each(["constructor", "__proto__", "toString"])("are no variables: %s", async (name) => {
    const place = newPlace();
    put(place.configFile, `providers: {mine: {base_url: "http://127.0.0.1:1", key_variable: ${name}, model: m}}\n`);
    put(join(place.cwd, ".env"), "A=b\n");
    const ran = await run(["ask", "-p", "mine", "hello"], { place });
    expect(ran).toMatchObject({ code: 3, stdout: "" });
    expect(ran.stderr).toContain(name);
  });
});

test.runIf(posix)("the history may be a pipe: the session goes on without it", async () => {
  const place = newPlace();
  const data = join(place.home, ".local", "share", "deepseek-chat");
  mkdirSync(data, { recursive: true });
  execFileSync("mkfifo", [join(data, "history")]);
  await using terminal = openProgram(["-p", "demo"], { place });
  await terminal.until(/>$/u);
  terminal.type("hello");
  await terminal.until(/> hello$/u);
  terminal.type("\r");
  await terminal.until("tour");
  await terminal.until(/>$/u);
  terminal.type("q");
  await terminal.until(/> q$/u);
  terminal.type("\r");
  expect(await terminal.exit).toMatchObject({ code: 0 });
  expect(transcriptsOf(place)[0]).toContain("hello");
});

test.runIf(isRoot).concurrent.each(["config", "key"] as const)(
  "a %s file that another user laid where everybody may write is not used",
  async (which) => {
    await using server = await serve(() => answer("yes"));
    const place = newPlace();
    const shared = join(place.home, "shared");
    const folder = join(shared, "deepseek-chat");
    const file = join(folder, which === "config" ? "config.yaml" : "keys.json");
    const mark = join(place.home, "ran");
    const command = `providers: {deepseek: {key_command: [touch, ${mark}]}}\n`;
    put(file, which === "config" ? command : JSON.stringify({ deepseek: "sk-theirs-0123456789" }));
    chownSync(folder, 65_534, 65_534);
    chownSync(file, 65_534, 65_534);
    chmodSync(shared, 0o1777);
    const env = { DEEPSEEK_CHAT_CONFIG: undefined, XDG_CONFIG_HOME: shared, DEEPSEEK_BASE_URL: server.url };
    const refused = await run(["ask", "hello"], { place, env });
    expect({ code: refused.code, ran: existsSync(mark), requests: server.requests.length }).toEqual({
      code: 3,
      ran: false,
      requests: 0,
    });
    expect(refused.stderr).toContain("belongs to another user");
    // As `sudo` with the home of the person who calls it.
    chmodSync(shared, 0o755);
    const used = await run(["ask", "hello"], { place, env });
    expect(used.stderr).not.toContain("another user");
  },
);

test("what the environment sets itself is not missed in .env", async () => {
  const place = placeWith("DEEPSEEK_CHAT_TRANSCRIPTS=..\n");
  const ran = await run(["transcripts", "path"], { place, env: { DEEPSEEK_CHAT_TRANSCRIPTS: "here" } });
  expect(ran).toMatchObject({ code: 0, stdout: `${join(place.cwd, "here")}\n`, stderr: "" });
});
