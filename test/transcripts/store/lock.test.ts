import {
  existsSync,
  lstatSync,
  lutimesSync,
  readlinkSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isHeld, Lock, lockOf } from "../../../src/transcripts/store/lock.ts";
import { isAlive, thisOwner } from "../../../src/transcripts/store/process-identity.ts";
import { temporaryFolder } from "../../support/transcripts.ts";

const transcript = () => join(temporaryFolder(), "a.md");
const host = hostname()
  .replaceAll(/[^A-Za-z0-9]/g, "-")
  .slice(0, 40);
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
    writeFileSync(lock, "x".repeat(2000));
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

describe.skipIf(process.platform !== "linux")("a process", () => {
  test("is told from another one that has its number by when it began", () => {
    const [pid, start] = thisOwner().split(".");
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
      isAlive(""),
      isAlive(`.${start}.${host}`),
    ]).toEqual([null, null, null, null]);
  });
});
