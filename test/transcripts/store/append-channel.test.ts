import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { Channel } from "../../../src/transcripts/store/append-channel.ts";
import { Lock, lockOf } from "../../../src/file-lock.ts";
import { TranscriptWriter } from "../../../src/transcripts/store/writer.ts";
import { ending, noon, temporaryFolder, turn } from "../../support/transcripts.ts";

const posix = process.platform !== "win32";
const file = () => join(temporaryFolder(), "a.md");

/** A file with a whole conversation of one exchange. */
function conversation(answer: string): { readonly path: string; readonly id: string } {
  const path = file();
  const writer = TranscriptWriter.append(path);
  writer.begin(turn("one"));
  writer.text(answer, noon);
  writer.end(ending());
  return { path, id: writer.id };
}

/** What opening a file says of it. */
function heldIn(path: string, size: number | null): unknown {
  const { channel, held } = Channel.open(path, false, size)!;
  channel.release();
  return held;
}

test("a file that ends whole needs no more than a look at its end, any other is read", () => {
  for (const answer of ["short", "long ".repeat(10_000)]) {
    const { path, id } = conversation(answer);
    const text = readFileSync(path, "utf8");
    expect([heldIn(path, null), heldIn(path, text.length), heldIn(path, text.length - 1)]).toEqual([
      "unread",
      "ours",
      "unread",
    ]);
    writeFileSync(path, `${text}<!-- deepseek-chat pin {"pinned":true} -->\n\n`);
    expect(heldIn(path, text.length)).toBe("unread");
    writeFileSync(path, text.slice(0, text.lastIndexOf("<!-- deepseek-chat end")));
    expect(heldIn(path, text.length)).toEqual({ id });
    expect([heldIn(path, null), readFileSync(path, "utf8").includes('"status":"interrupted"')]).toEqual([
      "unread",
      true,
    ]);
  }
});

test("a file that holds no conversation says so, and is left as it is when nothing breaks off in it", () => {
  const path = file();
  expect(() => Channel.open(path, false, null)).toThrow(expect.objectContaining({ code: "ENOENT" }));
  expect(existsSync(lockOf(path))).toBe(false);
  for (const text of ["", "# Notes\n\n"]) {
    writeFileSync(path, text);
    expect([heldIn(path, null), readFileSync(path, "utf8")]).toEqual([{ id: null }, text]);
  }
});

test.skipIf(!posix)("a device is open to all at once, and its end is not looked at", () => {
  const [one, two] = [Channel.open("/dev/null", false, 0)!, Channel.open("/dev/null", false, null)!];
  one.channel.write("text");
  expect([one.held, two.held, one.channel.isLost(), existsSync("/dev/.null.lock")]).toEqual([
    "unread",
    "unread",
    false,
    false,
  ]);
  one.channel.release();
  two.channel.release();
});

test("a channel is lost only where another took the lock, and there was a minute without a write", () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  const path = file();
  const channel = Channel.create(path)!;
  vi.advanceTimersByTime(3_600_000);
  expect(channel.isLost()).toBe(false);
  rmSync(lockOf(path));
  expect(channel.isLost()).toBe(true);
  channel.write("text");
  vi.advanceTimersByTime(60_000);
  expect(channel.isLost()).toBe(false);
  vi.advanceTimersByTime(1);
  expect(channel.isLost()).toBe(true);
  channel.release();
});

test("a channel ends once, and tells the file's size", () => {
  const path = file();
  const channel = Channel.create(path)!;
  expect([Channel.create(path), Channel.open(path, true, null)]).toEqual([null, null]);
  channel.write("text");
  expect([channel.close(), existsSync(lockOf(path))]).toEqual([statSync(path).size, false]);
  const other = Lock.take(path)!;
  channel.release();
  expect(other.isOurs()).toBe(true);
  other.release();
  expect(Channel.create(path)).toBeNull();
  expect(readdirSync(join(path, ".."))).toEqual(["a.md"]);
});

test("what is written to a file that was deleted is an error with a code and words", () => {
  const path = file();
  const channel = Channel.create(path)!;
  rmSync(path);
  expect(() => channel.write("text")).toThrow(
    expect.objectContaining({ code: "ENOENT", message: expect.stringMatching(/\w/) }),
  );
  channel.release();
});

test.skipIf(!posix)("no way to open or end a file leaves a descriptor open", () => {
  const { path } = conversation("answer");
  /** The system gives the lowest number that is free. */
  const free = () => {
    const descriptor = openSync(path, "r");
    closeSync(descriptor);
    return descriptor;
  };
  const before = free();
  heldIn(path, null);
  const lock = Lock.take(path)!;
  expect(Channel.open(path, false, null)).toBeNull();
  lock.release();
  expect([Channel.create(path), free()]).toEqual([null, before]);
  Channel.create(file())!.close();
  expect(free()).toBe(before);
});
