import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Exchange } from "../../../src/transcripts/format/types.ts";
import { companion, Lock } from "../../../src/transcripts/store/lock.ts";
import { readTranscript } from "../../../src/transcripts/store/read.ts";
import { TranscriptWriter } from "../../../src/transcripts/store/writer.ts";
import { ending, noon, temporaryFolder, turn } from "../../support/transcripts.ts";

const program = join(import.meta.dirname, "../../support/transcript-appender.ts");

/** Another program that appends to `path`; `said` waits until it has said a line that fits. */
class Appender {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  #output = "";

  constructor(path: string, name: string, count: number, pause: number) {
    const args = [program, path, name, String(count), String(pause)];
    this.#process = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#process.stdout.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    onTestFinished(() => void this.#process.kill("SIGKILL"));
  }

  async said(line: string): Promise<void> {
    while (!`\n${this.#output}`.includes(`\n${line}\n`)) await once(this.#process.stdout, "data");
  }

  start(): void {
    this.#process.stdin.write("\n");
  }

  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#closed();
  }

  /** Its exit code. */
  async ended(): Promise<number | null> {
    await this.#closed();
    return this.#process.exitCode;
  }

  /** How many exchanges it has ended. */
  get count(): number {
    return this.#output.split("\nend ").length - 1;
  }

  async #closed(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await once(this.#process, "close");
  }
}

const whole = (name: string, number: number) => [0, 1, 2, 3, 4].map((piece) => `${name} ${number} ${piece}\n`).join("");

/** The exchanges of one program, checked: in order from 0, none twice, each one whole, or broken off and a beginning. */
function ofProgram(exchanges: readonly Exchange[], name: string): readonly Exchange[] {
  const own = exchanges.filter(({ question }) => question.startsWith(`${name} `));
  expect(own.map(({ question }) => question)).toEqual(own.map((_, number) => `${name} ${number}`));
  expect(
    own.filter(({ answer, status }, number) =>
      status === "complete" ? answer !== whole(name, number) : !whole(name, number).startsWith(answer),
    ),
  ).toEqual([]);
  expect(new Set(own.map(({ system }) => system)).size).toBeLessThanOrEqual(1);
  return own;
}

function exchange(writer: TranscriptWriter, question: string): void {
  writer.begin(turn(question));
  writer.text("answer", noon);
  writer.end(ending());
}

test("two programs that write a thousand exchanges to one file lose and interleave nothing", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "notes.md");
  const programs = ["a", "b"].map((name) => new Appender(path, name, 500, 0));
  await Promise.all(programs.map((one) => one.said("ready")));
  for (const one of programs) one.start();
  expect(await Promise.all(programs.map((one) => one.ended()))).toEqual([0, 0]);
  const { exchanges } = await readTranscript(path);
  expect(exchanges).toHaveLength(1000);
  expect(ofProgram(exchanges, "a")).toHaveLength(500);
  expect(ofProgram(exchanges, "b")).toHaveLength(500);
  expect(exchanges.filter(({ status }) => status !== "complete")).toEqual([]);
  expect(readdirSync(folder)).toEqual(["notes.md"]);
});

test("programs that are killed while they write to one file lose nothing that had ended", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "notes.md");
  const names = ["a", "b", "c", "d"];
  const programs = names.map((name) => new Appender(path, name, 1000, 1));
  await Promise.all(programs.map((one) => one.said("ready")));
  for (const one of programs) one.start();
  for (const [order, one] of programs.entries()) {
    await one.said(`begin ${(order + 1) * 3}`);
    await one.kill();
  }
  exchange(TranscriptWriter.append(path), "last");
  const { exchanges } = await readTranscript(path);
  expect(exchanges.at(-1)).toMatchObject({ question: "last", status: "complete" });
  for (const [order, name] of names.entries()) {
    const own = ofProgram(exchanges, name);
    const { count } = programs[order]!;
    // It may have been killed before it could say that another one had ended.
    const complete = own.filter(({ status }) => status === "complete").length;
    expect(complete).toBeGreaterThanOrEqual(count);
    expect([complete, complete + 1]).toContain(own.length);
  }
  expect(readdirSync(folder)).toEqual(["notes.md"]);
});

test("the lock of a program that was killed holds nobody up", async () => {
  const path = join(temporaryFolder(), "notes.md");
  const other = new Appender(path, "a", 1, 3_600_000);
  await other.said("ready");
  other.start();
  await other.said("begin 0");
  const waiting = TranscriptWriter.append(path);
  waiting.begin(turn("meanwhile"));
  expect(readdirSync(companion(path, "waiting"))).toHaveLength(1);
  await other.kill();
  expect(lstatSync(companion(path, "lock")).isFile()).toBe(process.platform === "win32");
  waiting.end(ending());
  expect((await readTranscript(path)).exchanges).toMatchObject([
    { question: "a 0", status: "interrupted", torn: false },
    { question: "meanwhile", status: "complete" },
  ]);
});

test("an exchange that had to wait is taken over when the other ends, whichever way the file is named", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "notes.md");
  exchange(TranscriptWriter.append(path), "zero");
  symlinkSync(path, join(folder, "link.md"));
  const [one, two] = [TranscriptWriter.append(path), TranscriptWriter.append(join(folder, "link.md"))];
  one.begin(turn("one"));
  exchange(two, "two");
  two.note("title", { title: "A name" });
  exchange(two, "three");
  one.text("answer", noon);
  expect((await readTranscript(path)).exchanges.map(({ question }) => question)).toEqual(["zero", "one"]);
  one.end(ending());
  const { exchanges, title } = await readTranscript(path);
  expect(exchanges).toMatchObject(
    ["zero", "one", "two", "three"].map((question) => ({ question, status: "complete" })),
  );
  expect(title).toBe("A name");
  expect(readdirSync(folder).sort()).toEqual(["link.md", "notes.md"]);
});

/** A file with "one" and then "two", which was taken over from a side file, and where that begins, in bytes. */
function takenOver(): { path: string; side: string; sideText: string; start: number } {
  const path = join(temporaryFolder(), "notes.md");
  const [one, two] = [TranscriptWriter.append(path), TranscriptWriter.append(path)];
  one.begin(turn("one"));
  exchange(two, "two");
  const side = join(companion(path, "waiting"), readdirSync(companion(path, "waiting"))[0]!);
  const sideText = readFileSync(side, "utf8");
  one.end(ending());
  return { path, side, sideText, start: readFileSync(path).indexOf(sideText) };
}

test("a program that dies while it takes over a side file neither loses nor doubles it", async () => {
  const { path, side, sideText, start } = takenOver();
  const bytes = readFileSync(path);
  for (let length = 0; length <= Buffer.byteLength(sideText); length += 7) {
    writeFileSync(path, bytes.subarray(0, start + length));
    mkdirSync(dirname(side), { recursive: true });
    writeFileSync(side, sideText);
    exchange(TranscriptWriter.append(path), "three");
    const { exchanges } = await readTranscript(path);
    expect(exchanges.map(({ question, status }) => `${question} ${status}`)).toEqual([
      "one complete",
      "two complete",
      "three complete",
    ]);
  }
});

test("the lock of another machine stands while its file shows life, and not for ever", async () => {
  const path = join(temporaryFolder(), "notes.md");
  exchange(TranscriptWriter.append(path), "one");
  writeFileSync(companion(path, "lock"), "1.0.elsewhere token");
  exchange(TranscriptWriter.append(path), "two");
  expect((await readTranscript(path)).exchanges).toHaveLength(1);
  const longAgo = new Date(Date.now() - 3_600_000);
  utimesSync(companion(path, "lock"), longAgo, longAgo);
  exchange(TranscriptWriter.append(path), "three");
  expect((await readTranscript(path)).exchanges).toHaveLength(1);
  utimesSync(path, longAgo, longAgo);
  exchange(TranscriptWriter.append(path), "four");
  const { exchanges } = await readTranscript(path);
  expect(exchanges.map(({ question }) => question)).toEqual(["one", "two", "three", "four"]);
});

test("a machine that slept so long that others went on writes its exchange again, whole", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  const path = join(temporaryFolder(), "notes.md");
  const sleeper = TranscriptWriter.append(path);
  sleeper.begin(turn("sleeper"));
  sleeper.text("first ", noon);
  // What others do after long enough: they take the lock for stale.
  rmSync(companion(path, "lock"));
  exchange(TranscriptWriter.append(path), "other");
  vi.advanceTimersByTime(3_600_000);
  sleeper.text("and second", noon);
  sleeper.end(ending());
  const { exchanges } = await readTranscript(path);
  expect(exchanges).toMatchObject([
    { question: "sleeper", answer: "first ", status: "interrupted" },
    { question: "other", answer: "answer", status: "complete" },
    { question: "sleeper", answer: "first and second", status: "complete" },
  ]);
});

test("a side folder of another user is not taken over", async () => {
  const path = join(temporaryFolder(), "notes.md");
  exchange(TranscriptWriter.append(path), "one");
  const text = readFileSync(path, "utf8");
  const elsewhere = temporaryFolder();
  writeFileSync(join(elsewhere, "1-000000.1.0.elsewhere.zzz.md"), text.slice(text.indexOf("<!-- deepseek-chat turn")));
  symlinkSync(elsewhere, companion(path, "waiting"));
  exchange(TranscriptWriter.append(path), "two");
  expect((await readTranscript(path)).exchanges).toHaveLength(2);
  writeFileSync(companion(path, "lock"), "1.0.elsewhere token");
  expect(() => TranscriptWriter.append(path).begin(turn("three"))).toThrow("transcript_unwritable");
});

test("a lock that was made and not filled is soon passed over", async () => {
  const path = join(temporaryFolder(), "notes.md");
  writeFileSync(companion(path, "lock"), "");
  exchange(TranscriptWriter.append(path), "one");
  await expect(readTranscript(path)).rejects.toMatchObject({ code: "transcript_not_found" });
  const longAgo = new Date(Date.now() - 10_000);
  utimesSync(companion(path, "lock"), longAgo, longAgo);
  exchange(TranscriptWriter.append(path), "two");
  expect((await readTranscript(path)).exchanges.map(({ question }) => question)).toEqual(["one", "two"]);
});

test.skipIf(process.platform === "win32")("releasing a lock leaves the one that another program took meanwhile", () => {
  const path = join(temporaryFolder(), "notes.md");
  const lock = Lock.take(path)!;
  rmSync(companion(path, "lock"));
  symlinkSync("1.0.elsewhere token", companion(path, "lock"));
  lock.release();
  expect(readlinkSync(companion(path, "lock"))).toBe("1.0.elsewhere token");
});

test("a guard that a crash left behind is cleared, and holds nobody up for long", async () => {
  const path = join(temporaryFolder(), "notes.md");
  exchange(TranscriptWriter.append(path), "one");
  const [lock, longAgo] = [companion(path, "lock"), new Date(Date.now() - 3_600_000)];
  writeFileSync(lock, "1.0.elsewhere token");
  writeFileSync(`${lock}.guard`, "");
  for (const old of [lock, path]) utimesSync(old, longAgo, longAgo);
  exchange(TranscriptWriter.append(path), "two");
  expect((await readTranscript(path)).exchanges).toHaveLength(1);
  utimesSync(`${lock}.guard`, longAgo, longAgo);
  exchange(TranscriptWriter.append(path), "three");
  exchange(TranscriptWriter.append(path), "four");
  const { exchanges } = await readTranscript(path);
  expect(exchanges.map(({ question }) => question)).toEqual(["one", "two", "three", "four"]);
  expect(readdirSync(dirname(path))).toEqual(["notes.md"]);
});
