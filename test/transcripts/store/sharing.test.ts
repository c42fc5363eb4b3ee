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
import fc from "fast-check";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Exchange, Transcript, ExchangeStart } from "../../../src/transcripts/format/types.ts";
import { Lock, lockOf } from "../../../src/file-lock.ts";
import { listTranscripts, readTranscript, readTranscriptFile } from "../../../src/transcripts/store/read.ts";
import { TranscriptWriter } from "../../../src/transcripts/store/writer.ts";
import { ending, noon, temporaryFolder, turn } from "../../support/transcripts.ts";

const program = join(import.meta.dirname, "../../support/transcript-appender.ts");

/** What a program does, see the support program. */
interface Course {
  readonly kind: "session" | "resumed" | "questions";
  readonly count: number;
  readonly pause: number;
  readonly patience: number;
}

/** Another program that appends to `path`; `said` waits until it has said a line that fits. */
class Appender {
  readonly name: string;
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  #output = "";

  constructor(path: string, name: string, { kind, count, pause, patience }: Course) {
    this.name = name;
    const args = [program, path, name, String(count), String(pause), kind, String(patience)];
    this.#process = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#process.stdout.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    onTestFinished(() => void this.#process.kill("SIGKILL"));
  }

  /** Returns also when it has ended without saying so. */
  async said(line: string): Promise<void> {
    const ended = once(this.#process, "close");
    while (this.#runs && !`\n${this.#output}`.includes(`\n${line}\n`))
      await Promise.race([once(this.#process.stdout, "data"), ended]);
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

  get #runs(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  async #closed(): Promise<void> {
    if (this.#runs) await once(this.#process, "close");
  }
}

const whole = (name: string, number: number) => [0, 1, 2, 3, 4].map((piece) => `${name} ${number} ${piece}\n`).join("");

/** The exchanges of one program, checked: from 0 on, none twice, each one whole, or broken off and a beginning. */
function ofProgram(exchanges: readonly Exchange[], name: string): readonly Exchange[] {
  const number = ({ question }: Exchange) => Number(question.slice(name.length));
  const own = exchanges
    .filter(({ question }) => question.startsWith(`${name} `))
    .sort((one, other) => number(one) - number(other));
  expect(own.map(({ question }) => question)).toEqual(own.map((_, index) => `${name} ${index}`));
  expect(
    own.filter(({ answer, status }, index) =>
      status === "complete" ? answer !== whole(name, index) : !whole(name, index).startsWith(answer),
    ),
  ).toEqual([]);
  expect(new Set(own.map(({ system }) => system)).size).toBeLessThanOrEqual(1);
  return own;
}

function exchange(writer: TranscriptWriter, question: string, more: Partial<ExchangeStart> = {}): void {
  writer.begin(turn(question, more));
  writer.text("answer", noon);
  writer.end(ending());
}

/** The conversations of a folder, the one that was begun first before all others. */
async function conversations(folder: string): Promise<Transcript[]> {
  const found = await Promise.all((await listTranscripts(folder)).map(({ path }) => readTranscript(path)));
  return found.sort((one, other) => Number(one.origin !== null) - Number(other.origin !== null));
}

/** All exchanges of a folder, each where it was written: without those that a branch begins with, which the original has. */
async function written(folder: string): Promise<Exchange[]> {
  const [original, ...branches] = await conversations(folder);
  const known = new Set(original!.exchanges.map(({ id }) => id));
  const own = branches.flatMap(({ origin, exchanges }) => {
    expect(origin?.id).toBe(original!.id);
    const copies = exchanges.slice(0, origin!.turns);
    expect(copies.filter(({ id }) => !known.has(id))).toEqual([]);
    return exchanges.slice(copies.length);
  });
  return [...original!.exchanges, ...own];
}

test("two programs that wait for each other write a thousand exchanges to one file", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "notes.md");
  const course = { kind: "session", count: 500, pause: 0, patience: 60_000 } as const;
  const programs = ["a", "b"].map((name) => new Appender(path, name, course));
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

test("whatever programs append to one file, and wherever they are killed, each exchange stands whole in one file", async () => {
  const course: fc.Arbitrary<Course & { readonly killedAt: number | null }> = fc.record({
    kind: fc.constantFrom("session", "resumed", "questions"),
    count: fc.integer({ min: 1, max: 12 }),
    pause: fc.nat({ max: 3 }),
    patience: fc.constantFrom(0, 20, 2_000),
    killedAt: fc.option(fc.nat({ max: 8 })),
  });
  const courses = fc.array(course, { minLength: 2, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(courses, fc.boolean(), async (all, mayBeThere) => {
      // Who does not wait at all may find a file without a word yet, and so without a name; and only what is there is resumed.
      const isThere = mayBeThere || all.some(({ kind, patience }) => patience < 2_000 || kind === "resumed");
      const folder = temporaryFolder();
      const path = join(folder, "notes.md");
      if (isThere) exchange(TranscriptWriter.append(path), "before");
      const programs = all.map((one, order) => new Appender(path, `p${order}`, one));
      await Promise.all(programs.map((one) => one.said("ready")));
      for (const one of programs) one.start();
      const codes = await Promise.all(
        programs.map(async (one, order) => {
          const { killedAt } = all[order]!;
          if (killedAt === null) return await one.ended();
          await one.said(`begin ${killedAt}`);
          await one.kill();
          return 0;
        }),
      );
      expect(codes.filter((code) => code !== 0)).toEqual([]);
      exchange(TranscriptWriter.append(path), "last");

      const exchanges = await written(folder);
      expect(new Set(exchanges.map(({ id }) => id)).size).toBe(exchanges.length);
      expect(exchanges.filter(({ question }) => question === "before")).toHaveLength(isThere ? 1 : 0);
      for (const [order, { name, count }] of programs.entries()) {
        const own = ofProgram(exchanges, name).length;
        const complete = exchanges.filter(
          ({ question, status }) => question.startsWith(`${name} `) && status === "complete",
        );
        // Killed, it may have been before it could say that another one had ended.
        expect(complete.length).toBeGreaterThanOrEqual(all[order]!.killedAt === null ? all[order]!.count : count);
        expect([complete.length, complete.length + 1]).toContain(own);
      }
      // A program that was killed leaves its lock on a file of its own.
      const others = readdirSync(folder).filter((file) => !/^[^.].*\.md$/u.test(file));
      expect(others.filter((file) => !file.endsWith(".lock"))).toEqual([]);
    }),
    { numRuns: 6, endOnFailure: true },
  );
}, 60_000);

test("the lock of a program that was killed holds nobody up", async () => {
  const path = join(temporaryFolder(), "notes.md");
  const other = new Appender(path, "a", { kind: "session", count: 1, pause: 3_600_000, patience: 0 });
  await other.said("ready");
  other.start();
  await other.said("begin 0");
  const waiting = TranscriptWriter.append(path);
  const ready = waiting.ready(new AbortController().signal, 60_000);
  await other.kill();
  expect(lstatSync(lockOf(path)).isFile()).toBe(process.platform === "win32");
  await ready;
  exchange(waiting, "meanwhile");
  expect([waiting.path, waiting.takeAvoided()]).toEqual([path, null]);
  expect((await readTranscript(path)).exchanges).toMatchObject([
    { question: "a 0", status: "interrupted", torn: false },
    { question: "meanwhile", status: "complete" },
  ]);
});

test("who does not get the lock goes on in a branch that names the other conversation, whichever way the file is named", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "notes.md");
  exchange(TranscriptWriter.append(path), "zero");
  symlinkSync(path, join(folder, "link.md"));
  const one = TranscriptWriter.append(path);
  const two = TranscriptWriter.resume(await readTranscriptFile(join(folder, "link.md")));
  one.begin(turn("one"));
  exchange(two, "two", { system: "brief" });
  expect([two.takeAvoided(), two.takeAvoided()]).toEqual([join(folder, "link.md"), null]);
  two.note("title", { title: "A name" });
  exchange(two, "three", { system: "brief" });
  one.text("answer", noon);
  one.end(ending());

  const [original, branch] = [await readTranscript(path), await readTranscript(two.path!)];
  expect(original.exchanges.map(({ question }) => question)).toEqual(["zero", "one"]);
  expect(branch).toMatchObject({ id: two.id, title: "A name", origin: { id: original.id, turns: 1 } });
  expect(branch.id).not.toBe(original.id);
  expect(branch.exchanges[0]).toEqual(original.exchanges[0]);
  expect(branch.exchanges).toMatchObject([
    { question: "zero", status: "complete", system: null },
    { question: "two", status: "complete", system: "brief" },
    { question: "three", status: "complete", system: "brief" },
  ]);
  expect(readdirSync(folder)).toHaveLength(3);
});

test("a question for a file that is being written to brings nothing of the file along", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "notes.md");
  const one = TranscriptWriter.append(path);
  one.begin(turn("one"));
  const two = TranscriptWriter.append(path);
  await two.ready(new AbortController().signal, 50);
  exchange(two, "two");
  one.end(ending());
  const branch = await readTranscript(two.path!);
  expect(branch).toMatchObject({ title: "two", origin: { id: one.id, turns: 0 }, exchanges: [{ question: "two" }] });
  expect((await readTranscript(path)).exchanges).toHaveLength(1);
});

test("an interrupt ends the waiting", async () => {
  const path = join(temporaryFolder(), "notes.md");
  TranscriptWriter.append(path).begin(turn("one"));
  const waiting = TranscriptWriter.append(path);
  const stop = new AbortController();
  const ready = waiting.ready(stop.signal, 3_600_000);
  stop.abort();
  await ready;
  exchange(waiting, "two");
  expect(waiting.path).not.toBe(path);
});

test("side files of an older version become conversations of their own", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "notes.md");
  exchange(TranscriptWriter.append(path), "one");
  const text = readFileSync(path, "utf8");
  const aside = text.slice(text.indexOf("<!-- deepseek-chat turn")).replaceAll("one", "aside");
  const waiting = join(folder, ".notes.md.waiting");
  mkdirSync(waiting);
  writeFileSync(join(waiting, "1-000000.1.0.elsewhere.zzz.md"), aside);
  writeFileSync(join(waiting, "2-000000.1.0.elsewhere.yyy.md"), aside.slice(0, aside.indexOf("answer") + 3));
  expect((await readTranscript(path)).exchanges).toHaveLength(1);
  expect(readdirSync(folder).sort()).toEqual(["notes-yyy.md", "notes-zzz.md", "notes.md"]);
  expect(await readTranscript(join(folder, "notes-zzz.md"))).toMatchObject({
    exchanges: [{ question: "aside", answer: "answer", status: "complete" }],
  });
  expect(await readTranscript(join(folder, "notes-yyy.md"))).toMatchObject({
    exchanges: [{ question: "aside", answer: "ans", status: "interrupted" }],
  });
});

test("the lock of another machine stands while its file shows life, and not for ever", async () => {
  const path = join(temporaryFolder(), "notes.md");
  exchange(TranscriptWriter.append(path), "one");
  writeFileSync(lockOf(path), "1.0.elsewhere token");
  exchange(TranscriptWriter.append(path), "two");
  expect((await readTranscript(path)).exchanges).toHaveLength(1);
  const longAgo = new Date(Date.now() - 3_600_000);
  utimesSync(lockOf(path), longAgo, longAgo);
  exchange(TranscriptWriter.append(path), "three");
  expect((await readTranscript(path)).exchanges).toHaveLength(1);
  utimesSync(path, longAgo, longAgo);
  exchange(TranscriptWriter.append(path), "four");
  expect((await readTranscript(path)).exchanges.map(({ question }) => question)).toEqual(["one", "four"]);
  expect((await written(dirname(path))).map(({ question }) => question).sort()).toEqual([
    "four",
    "one",
    "three",
    "two",
  ]);
});

test("a machine that slept so long that others went on writes its exchange again, whole", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  const path = join(temporaryFolder(), "notes.md");
  const sleeper = TranscriptWriter.append(path);
  sleeper.begin(turn("sleeper"));
  sleeper.text("first ", noon);
  // What others do after long enough: they take the lock for stale.
  rmSync(lockOf(path));
  exchange(TranscriptWriter.append(path), "other");
  vi.advanceTimersByTime(3_600_000);
  sleeper.text("and second", noon);
  sleeper.end(ending());
  expect((await readTranscript(path)).exchanges).toMatchObject([
    { question: "sleeper", answer: "first ", status: "interrupted" },
    { question: "other", answer: "answer", status: "complete" },
  ]);
  expect(sleeper.takeAvoided()).toBe(path);
  expect((await readTranscript(sleeper.path!)).exchanges).toMatchObject([
    { id: sleeper.exchangeId, question: "sleeper", answer: "first and second", status: "complete" },
  ]);
});

test("a lock that was made and not filled is soon passed over", async () => {
  const path = join(temporaryFolder(), "notes.md");
  writeFileSync(lockOf(path), "");
  exchange(TranscriptWriter.append(path), "one");
  await expect(readTranscript(path)).rejects.toMatchObject({ code: "transcript_not_found" });
  const longAgo = new Date(Date.now() - 10_000);
  utimesSync(lockOf(path), longAgo, longAgo);
  exchange(TranscriptWriter.append(path), "two");
  expect((await readTranscript(path)).exchanges.map(({ question }) => question)).toEqual(["two"]);
  expect(await conversations(dirname(path))).toHaveLength(2);
});

test.skipIf(process.platform === "win32")("releasing a lock leaves the one that another program took meanwhile", () => {
  const path = join(temporaryFolder(), "notes.md");
  const lock = Lock.take(path)!;
  rmSync(lockOf(path));
  symlinkSync("1.0.elsewhere token", lockOf(path));
  lock.release();
  expect(readlinkSync(lockOf(path))).toBe("1.0.elsewhere token");
});

test("a guard that a crash left behind is cleared, and holds nobody up for long", async () => {
  const path = join(temporaryFolder(), "notes.md");
  exchange(TranscriptWriter.append(path), "one");
  const [lock, longAgo] = [lockOf(path), new Date(Date.now() - 3_600_000)];
  writeFileSync(lock, "1.0.elsewhere token");
  writeFileSync(`${lock}.guard`, "");
  for (const old of [lock, path]) utimesSync(old, longAgo, longAgo);
  exchange(TranscriptWriter.append(path), "two");
  expect((await readTranscript(path)).exchanges).toHaveLength(1);
  utimesSync(`${lock}.guard`, longAgo, longAgo);
  exchange(TranscriptWriter.append(path), "three");
  exchange(TranscriptWriter.append(path), "four");
  const { exchanges } = await readTranscript(path);
  // The third found the guard that it removed.
  expect(exchanges.map(({ question }) => question)).toEqual(["one", "four"]);
  expect((await written(dirname(path))).map(({ question }) => question).sort()).toEqual([
    "four",
    "one",
    "three",
    "two",
  ]);
  expect(readdirSync(dirname(path)).filter((name) => !name.endsWith(".md"))).toEqual([]);
});
