import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { askingAt, newPlace, type Place, put, run } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";

const posix = process.platform !== "win32";
const secret = "the-secret-of-this-person";

const exchange = (id: string, question: string) =>
  `<!-- deepseek-chat turn {"id":"${id}"} -->\n[2026-11-20 23:41:07] Question:\n${question}\n\n` +
  `[2026-11-20 23:41:09] Answer:\nAn answer.\n\n${"-".repeat(40)}\n<!-- deepseek-chat end {"status":"complete"} -->\n\n`;

interface Project {
  readonly place: Place;
  readonly transcript: string;
  /** The one side file of the transcript. */
  readonly side: string;
}

/** A working directory that came with a conversation in the plain form, which has no end. */
function project(): Project {
  const place = newPlace();
  const transcript = join(place.cwd, "transcripts", "x.md");
  put(
    transcript,
    "[2026-11-20 23:41:07] Question:\nWhat is this project?\n\n[2026-11-20 23:41:09] Answer:\nA nice one.\n",
  );
  const side = join(place.cwd, "transcripts", ".x.md.waiting", "1-000000.1.1.h.abc.md");
  mkdirSync(join(side, ".."), { mode: 0o700 });
  put(join(place.home, "private"), `${secret}\n`);
  return { place, transcript, side };
}

const commands = [
  ["ask", "-c", "hello"],
  ["transcripts", "show", "last"],
  ["transcripts", "list"],
  ["transcripts", "search", "project"],
  ["transcripts", "export", "last", "--to", "json"],
];

/** Everything that the commands say, send and leave in the folder of transcripts. */
async function everything({ place, transcript }: Project): Promise<string> {
  await using server = await serve(() => answer("yes"));
  const texts: string[] = [];
  for (const args of commands) {
    const { code, stdout, stderr } = await run(args, { place, env: { ...askingAt(server), MY_SECRET: secret } });
    expect([args.join(" "), code, stderr]).toEqual([args.join(" "), 0, expect.any(String)]);
    texts.push(stdout, stderr);
  }
  return [
    ...texts,
    JSON.stringify(server.requests.map((_, index) => server.body(index))),
    readFileSync(transcript, "utf8"),
  ].join("\n");
}

describe.runIf(posix).concurrent("a side file of a conversation in a folder that came from somebody", () => {
  const attempts: Record<string, (side: string, place: Place) => void> = {
    "a link to the environment": (side) => symlinkSync("/proc/self/environ", side),
    "a link to a private file": (side, { home }) => symlinkSync(join(home, "private"), side),
    "a link to a conversation elsewhere": (side, { home }) => {
      writeFileSync(join(home, "other.md"), exchange("abc", secret));
      symlinkSync(join(home, "other.md"), side);
    },
    "a link to an endless device": (side) => symlinkSync("/dev/zero", side),
    "a pipe": (side) => execFileSync("mkfifo", [side]),
  };

  test.each(Object.keys(attempts))("is not touched where it is %s", async (what) => {
    const found = project();
    attempts[what]!(found.side, found.place);
    const all = await everything(found);
    expect(all).toContain("What is this project?");
    expect(all).not.toContain(secret);
    expect(readdirSync(join(found.side, ".."))).toHaveLength(1);
  });

  test("stays where its folder is a link to another one", async () => {
    const found = project();
    const [folder, elsewhere] = [join(found.side, ".."), join(found.place.home, "private-conversations")];
    put(join(elsewhere, "1-000000.1.1.h.abc.md"), exchange("abc", secret));
    rmSync(folder, { recursive: true });
    symlinkSync(elsewhere, folder);
    expect(await everything(found)).not.toContain(secret);
    expect(readdirSync(elsewhere)).toHaveLength(1);
  });

  test("becomes a conversation of the folder, like any other file that came with it", async () => {
    const found = project();
    writeFileSync(found.side, exchange("abc", "asked meanwhile"));
    const all = await everything(found);
    expect(all).toContain("asked meanwhile");
    expect(readFileSync(found.transcript, "utf8")).not.toContain("asked meanwhile");
    expect(existsSync(join(found.side, ".."))).toBe(false);
  });
});

describe.runIf(posix).concurrent("a lock of a conversation", () => {
  const attempts: Record<string, (lock: string) => void> = {
    "a pipe": (lock) => execFileSync("mkfifo", [lock]),
    "a link to an endless device": (lock) => symlinkSync("/dev/zero", lock),
    "a folder": (lock) => mkdirSync(lock),
    "a large file": (lock) => writeFileSync(lock, "x".repeat(5_000_000)),
  };

  test.each(Object.keys(attempts))("that is %s is read by nobody and waited for by nobody", async (what) => {
    const { place, transcript } = project();
    attempts[what]!(join(place.cwd, "transcripts", ".x.md.lock"));
    await using server = await serve(() => answer("yes"));
    const ran = await run(["ask", "-c", "hello"], { place, env: askingAt(server) });
    expect(ran).toMatchObject({ code: 0, stdout: "yes\n" });
    expect(readFileSync(transcript, "utf8")).toContain("A nice one.");
  });
});

describe.runIf(posix).concurrent("a link in the folder of transcripts", () => {
  /** A conversation outside of the folder, and a link to it inside. */
  function linkedOut(): { place: Place; outside: string } {
    const place = newPlace();
    const outside = join(place.home, "private.md");
    put(outside, exchange("abc", secret));
    symlinkSync(outside, join(place.cwd, "transcripts", "x.md"));
    return { place, outside };
  }

  test("that leads out of it is no conversation of it", async () => {
    const { place, outside } = linkedOut();
    const before = readFileSync(outside, "utf8");
    await using server = await serve(() => answer("yes"));
    const env = askingAt(server);
    const attempts = [
      ["transcripts", "list"],
      ["transcripts", "list", "--json"],
      ["transcripts", "search", secret],
      ["transcripts", "search", "--regex", "the-secret"],
      ["transcripts", "show", "last"],
      ["transcripts", "show", "x.md"],
      ["transcripts", "export", "--all", "--to", "json"],
      ["ask", "-c", "hello"],
      ["ask", "--resume", "x.md", "hello"],
      ["complete", "--", "ask", "--resume", ""],
    ];
    for (const args of attempts) {
      const { stdout } = await run(args, { place, env });
      expect([args, stdout.includes("the-secret")]).toEqual([args, false]);
    }
    expect(server.requests).toHaveLength(0);
    expect(readFileSync(outside, "utf8")).toBe(before);
  });

  test("is followed where a person names it by its path", async () => {
    const { place } = linkedOut();
    const { stdout } = await run(["transcripts", "show", "transcripts/x.md"], { place });
    expect(stdout).toContain(secret);
  });

  test("that stays in it is the conversation it leads to", async () => {
    const place = newPlace();
    put(join(place.cwd, "transcripts", "sub", "real.md"), exchange("abc", "a question"));
    symlinkSync(join("sub", "real.md"), join(place.cwd, "transcripts", "x.md"));
    expect((await run(["transcripts", "show", "last"], { place })).stdout).toContain("a question");
  });
});

describe.runIf(posix).concurrent("a folder of transcripts that is a link out of the working directory", () => {
  /** `transcripts` leads to the person's own conversations. */
  function leadingOut(): { place: Place; target: string } {
    const place = newPlace();
    const target = join(place.home, "conversations");
    put(join(target, "x.md"), exchange("abc", secret));
    rmSync(join(place.cwd, "transcripts"), { recursive: true });
    symlinkSync(target, join(place.cwd, "transcripts"));
    return { place, target };
  }

  test("is left aside, which is told, and nothing in it is sent or written", async () => {
    const { place, target } = leadingOut();
    await using server = await serve(() => answer("yes"));
    const env = askingAt(server);
    const resumed = await run(["ask", "-c", "hello"], { place, env });
    expect([resumed.code, server.requests.length]).toEqual([2, 0]);
    const asked = await run(["ask", "hello"], { place, env });
    expect(asked).toMatchObject({ code: 0, stdout: "yes\n" });
    expect(asked.stderr).toContain(`Ignored ${join(place.cwd, "transcripts")}: it is a link to ${target}`);
    expect(readdirSync(target)).toEqual(["x.md"]);
    const chinese = await run(["transcripts", "list"], { place, env: { LC_ALL: "zh_CN.UTF-8" } });
    expect(chinese.stderr).toContain(`\u5df2\u5ffd\u7565 ${join(place.cwd, "transcripts")}`);
  });

  test("is used where the person names it", async () => {
    const { place } = leadingOut();
    const args = ["transcripts", "show", "last"];
    const env = { DEEPSEEK_CHAT_TRANSCRIPTS: "transcripts" };
    for (const ran of [
      await run([...args, "--transcripts", "transcripts"], { place }),
      await run(args, { place, env }),
    ]) {
      expect(ran.stderr).toBe("");
      expect(ran.stdout).toContain(secret);
    }
  });

  test("is used where it stays inside", async () => {
    const { place } = leadingOut();
    rmSync(join(place.cwd, "transcripts"));
    renameSync(join(place.home, "conversations"), join(place.cwd, "chats"));
    symlinkSync("chats", join(place.cwd, "transcripts"));
    expect(await run(["transcripts", "show", "last"], { place })).toMatchObject({ code: 0, stderr: "" });
  });
});
