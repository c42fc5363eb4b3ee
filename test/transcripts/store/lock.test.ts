import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { isHeld, Lock, lockOf } from "../../../src/file-lock.ts";
import { isAlive, thisOwner } from "../../../src/process-identity.ts";
import { TranscriptWriter } from "../../../src/transcripts/store/writer.ts";
import { ending, noon, temporaryFolder, turn } from "../../support/transcripts.ts";

const transcript = () => join(temporaryFolder(), "a.md");
const host = hostname().replaceAll(/[^A-Za-z0-9]/g, "-");
/** No process has so high a number. */
const dead = `999999999.1.${host}`;
const elsewhere = "1.1.another-machine";
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

describe("a lock", () => {
  test("is held by one alone, and free when that one lets it go", () => {
    const path = transcript();
    expect(isHeld(path)).toBe(false);
    const lock = Lock.take(path)!;
    expect([lock.isOurs(), isHeld(path), Lock.take(path)]).toEqual([true, true, null]);
    expect(readlinkSync(lockOf(path))).toMatch(new RegExp(`^${process.pid}\\.\\d+\\.${host} [0-9a-z]{8}$`));
    lock.release();
    expect([isHeld(path), existsSync(lockOf(path)), lock.isOurs()]).toEqual([false, false, false]);
    expect(Lock.take(path)!.isOurs()).toBe(true);
  });

  test("that was taken from us meanwhile is not released for another", () => {
    const path = transcript();
    const lock = Lock.take(path)!;
    unlinkSync(lockOf(path));
    const other = Lock.take(path)!;
    expect(lock.isOurs()).toBe(false);
    lock.release();
    expect([other.isOurs(), isHeld(path)]).toEqual([true, true]);
    other.release();
    other.release();
    expect(isHeld(path)).toBe(false);
  });

  test("of a process that is gone is taken over at once, one of a living process never", () => {
    const path = transcript();
    symlinkSync(`${dead} x`, lockOf(path));
    expect(isHeld(path)).toBe(false);
    const lock = Lock.take(path)!;
    expect(lock.isOurs()).toBe(true);
    expect(existsSync(`${lockOf(path)}.guard`)).toBe(false);
    lock.release();
    symlinkSync(`${thisOwner()} x`, lockOf(path));
    lutimesSync(lockOf(path), minutesAgo(60), minutesAgo(60));
    expect([isHeld(path), Lock.take(path)]).toEqual([true, null]);
  });

  test("of another machine stands a quarter of an hour behind the last sign of life of it or its file", () => {
    const path = transcript();
    symlinkSync(`${elsewhere} x`, lockOf(path));
    writeFileSync(path, "");
    expect(Lock.take(path)).toBeNull();
    lutimesSync(lockOf(path), minutesAgo(16), minutesAgo(16));
    expect([Lock.take(path), isHeld(path)]).toEqual([null, true]);
    utimesSync(path, minutesAgo(14), minutesAgo(14));
    expect(Lock.take(path)).toBeNull();
    utimesSync(path, minutesAgo(16), minutesAgo(16));
    expect(isHeld(path)).toBe(false);
    expect(Lock.take(path)?.isOurs()).toBe(true);
  });

  test("that is a file counts as one; an empty one only for a moment, and one of enormous length not at all", () => {
    const path = transcript();
    const lock = lockOf(path);
    writeFileSync(lock, `${thisOwner()} x`);
    expect([isHeld(path), Lock.take(path)]).toEqual([true, null]);
    writeFileSync(lock, "");
    expect([isHeld(path), Lock.take(path)]).toEqual([true, null]);
    utimesSync(lock, minutesAgo(1), minutesAgo(1));
    expect(isHeld(path)).toBe(false);
    const taken = Lock.take(path)!;
    expect([taken.isOurs(), lstatSync(lock).isSymbolicLink()]).toEqual([true, true]);
    taken.release();
    writeFileSync(lock, "x".repeat(1024));
    expect(isHeld(path)).toBe(true);
    writeFileSync(lock, "x".repeat(1025));
    expect(isHeld(path)).toBe(false);
  });

  test("waits while somebody else frees it, whose guard counts only for a moment", () => {
    const path = transcript();
    const guard = `${lockOf(path)}.guard`;
    symlinkSync(`${dead} x`, lockOf(path));
    writeFileSync(guard, "");
    expect([Lock.take(path), existsSync(guard)]).toEqual([null, true]);
    utimesSync(guard, minutesAgo(1), minutesAgo(1));
    expect([Lock.take(path), existsSync(guard)]).toEqual([null, false]);
    expect(Lock.take(path)?.isOurs()).toBe(true);
  });

  test("in a folder that takes no files guards nothing, and stands in nobody's way", () => {
    const lock = Lock.take(join(temporaryFolder(), "not there", "a.md"))!;
    expect(lock.isOurs()).toBe(true);
    expect(() => lock.release()).not.toThrow();
  });
});

describe.skipIf(process.platform === "win32")("where links are not to be had", () => {
  /** The program takes itself to be on Windows until the test ends. */
  function onWindows(): void {
    const real = process.platform;
    Object.defineProperty(process, "platform", { value: "win32" });
    onTestFinished(() => void Object.defineProperty(process, "platform", { value: real }));
  }

  test("a lock is a file that names its holder, held by one alone and private", () => {
    onWindows();
    const path = transcript();
    const lock = Lock.take(path)!;
    const { mode } = lstatSync(lockOf(path));
    expect([lstatSync(lockOf(path)).isFile(), mode & 0o777]).toEqual([true, 0o600]);
    expect(readFileSync(lockOf(path), "utf8")).toMatch(new RegExp(`^${process.pid}\\.\\d+\\.${host} [0-9a-z]{8}$`));
    expect([lock.isOurs(), isHeld(path), Lock.take(path)]).toEqual([true, true, null]);
    lock.release();
    expect([isHeld(path), existsSync(lockOf(path))]).toEqual([false, false]);
    const missing = Lock.take(join(path, "not there", "a.md"))!;
    expect(missing.isOurs()).toBe(true);
    writeFileSync(lockOf(path), `${dead} x`);
    expect(Lock.take(path)?.isOurs()).toBe(true);
    expect(readdirSync(join(path, ".."))).toEqual([".a.md.lock"]);
  });

  test("a file that breaks off is closed, and shortened where its last line may be half a mark", () => {
    const whole = transcript();
    const writer = TranscriptWriter.append(whole);
    writer.begin(turn("one"));
    writer.text("answer", noon);
    writer.end(ending());
    const text = readFileSync(whole, "utf8");
    const ends = [text.indexOf("answer") + 4, text.lastIndexOf("-".repeat(40)) + 7];
    const [here, there] = [false, true].map((isWindows) => {
      if (isWindows) onWindows();
      return ends.map((end) => {
        const path = transcript();
        writeFileSync(path, text.slice(0, end));
        utimesSync(path, noon, noon);
        const next = TranscriptWriter.append(path);
        next.note("title", { title: "x" });
        return readFileSync(path, "utf8");
      });
    });
    expect(there).toEqual(here);
    expect(here![1]).not.toContain(text.slice(0, ends[1]));
  });
});

describe("a lock that cannot be removed", () => {
  test("is an error with the system's reason", () => {
    const path = transcript();
    const guard = `${lockOf(path)}.guard`;
    symlinkSync(`${dead} x`, lockOf(path));
    mkdirSync(guard);
    utimesSync(guard, minutesAgo(1), minutesAgo(1));
    expect(() => Lock.take(path)).toThrow(expect.objectContaining({ code: expect.stringMatching(/^E(ISDIR|PERM)$/) }));
  });
});

describe.skipIf(process.platform !== "linux")("a process", () => {
  /** When a process began, as the system counts. */
  const startOf = (pid: number) =>
    readFileSync(`/proc/${pid}/stat`, "latin1")
      .replace(/^.*\) /s, "")
      .split(" ")[19]!;

  test("that has ended and whose parent has not asked for it yet runs no more", async () => {
    // The shell becomes a program that asks for no child; only then may the child end, as a shell would ask for it.
    const parent = spawn("sh", ["-c", "exec 3<&0; cat <&3 & echo $!; exec sleep 60"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    onTestFinished(() => void parent.kill("SIGKILL"));
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const pid = Number(line.toString());
    await expect.poll(() => readFileSync(`/proc/${parent.pid}/comm`, "utf8")).toBe("sleep\n");
    const owner = `${pid}.${startOf(pid)}.${host}`;
    expect(isAlive(owner)).toBe(true);
    parent.stdin.end();
    await expect.poll(() => isAlive(owner)).toBe(false);
    expect(readFileSync(`/proc/${pid}/stat`, "latin1")).toContain(") Z ");
    expect(isAlive(`${parent.pid}.${startOf(parent.pid!)}.${host}`)).toBe(true);
  });

  test("whose program has an odd name is known all the same", async () => {
    const program = join(temporaryFolder(), "odd) Z 1 (name) x");
    symlinkSync("/bin/sh", program);
    const child = spawn(program, ["-c", "echo; read line"], { stdio: ["pipe", "pipe", "ignore"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child.stdout, "data");
    expect(isAlive(`${child.pid}.${startOf(child.pid!)}.${host}`)).toBe(true);
    child.stdin.end();
  });

  test("is told from another one that has its number by when it began", () => {
    const [pid, start] = thisOwner().split(".");
    expect(thisOwner()).toBe(`${process.pid}.${startOf(process.pid)}.${host}`);
    expect(isAlive(thisOwner())).toBe(true);
    expect(isAlive(`${pid}.${Number(start) + 1}.${host}`)).toBe(false);
    expect(isAlive(`${pid}.0.${host}`)).toBeNull();
    expect(isAlive(dead)).toBe(false);
    expect(isAlive(`1.1.${host}`)).toBe(false);
  });

  test("of another machine, or without a number, cannot be asked", () => {
    const [pid, start] = thisOwner().split(".");
    expect([
      isAlive(`${pid}.${start}.${host}x`),
      isAlive(`x${pid}.${start}.${host}`),
      isAlive(`${pid}x.${start}.${host}`),
      isAlive(""),
      isAlive(`.${start}.${host}`),
    ]).toEqual([null, null, null, null, null]);
  });
});
