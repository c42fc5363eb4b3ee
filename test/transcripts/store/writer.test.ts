import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test, vi } from "vitest";
import { lockOf } from "../../../src/file-lock.ts";
import { fileName, slug } from "../../../src/transcripts/store/names.ts";
import { parseTranscript } from "../../../src/transcripts/format/parse.ts";
import { readTranscript } from "../../../src/transcripts/store/read.ts";
import { TranscriptWriter } from "../../../src/transcripts/store/writer.ts";
import { ending, hostileText, noon, temporaryFolder, turn } from "../../support/transcripts.ts";

/** Windows knows no modes, and folders in use cannot be removed there. */
const posix = process.platform !== "win32";

function exchange(writer: TranscriptWriter, question: string, answer = "answer"): void {
  writer.begin(turn(question));
  writer.text(answer, noon);
  writer.end(ending());
}

test("a file is named after the time and the first question", () => {
  const at = new Date(2026, 10, 20, 23, 41, 7);
  const question = "\u89e3\u91ca\u91cf\u5b50\u8ba1\u7b97\u7684\u57fa\u672c\u539f\u7406";
  expect(fileName(at, question, 1)).toBe(`2026-11-20_23-41-07_${question}.md`);
  expect(fileName(at, "What's in C:\\a/b?", 2)).toBe("2026-11-20_23-41-07_What-s-in-C-a-b-2.md");
  expect(fileName(at, "\n \n\ud83d\ude00 \x1b", 1)).toBe("2026-11-20_23-41-07.md");
  expect(slug("caf\u0065\u0301, \u091c\u0941\u0932\u093e\u0908; \uff2c\uff49\uff4e\uff55\uff58\uff1f")).toBe(
    "caf\u00e9-\u091c\u0941\u0932\u093e\u0908-\uff2c\uff49\uff4e\uff55\uff58",
  );
  expect(slug("kubectl apply \u662f\u4ec0\u4e48\uff1f")).toBe("kubectl-apply-\u662f\u4ec0\u4e48");
  expect(slug("\u91cf".repeat(100))).toBe("\u91cf".repeat(20));
});

test("a name is short and safe on every platform, whatever is asked", () => {
  fc.assert(
    fc.property(hostileText, fc.string({ unit: "grapheme" }), (one, other) => {
      const name = fileName(noon, one + other, 1);
      expect(name).toMatch(/^[\d_-]{19}(?:_[\p{L}\p{N}\p{M}-]+)?\.md$/u);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
      expect(name).toBe(name.normalize("NFC"));
    }),
  );
});

test("nothing is made before the first question, and questions of the same second get files of their own", () => {
  const folder = join(temporaryFolder(), "deep", "transcripts");
  const [one, two] = [TranscriptWriter.create(folder), TranscriptWriter.create(folder)];
  expect(one.path).toBeNull();
  expect(existsSync(folder)).toBe(false);
  exchange(one, "hello");
  exchange(two, "hello");
  expect(one.path).toBe(join(folder, fileName(noon, "hello", 1)));
  expect(two.path).toBe(join(folder, fileName(noon, "hello", 2)));
  expect(one.id).toMatch(/^[0-9a-z]{8}$/);
  expect(two.id).not.toBe(one.id);
  expect(readdirSync(folder)).toHaveLength(2);
});

test.skipIf(!posix)("files and folders are private under a loose umask", () => {
  const before = process.umask(0);
  onTestFinished(() => void process.umask(before));
  const folder = join(temporaryFolder(), "deep", "transcripts");
  const writer = TranscriptWriter.create(folder);
  writer.begin(turn("hello"));
  const other = TranscriptWriter.append(writer.path!);
  other.begin(turn("meanwhile"));
  const paths = [folder, ...readdirSync(folder).map((name) => join(folder, name))];
  const modes = paths
    .filter((path) => !lstatSync(path).isSymbolicLink())
    .map((path) => [lstatSync(path).isDirectory(), statSync(path).mode & 0o777]);
  // The folder and two files; the locks are links.
  expect(modes).toHaveLength(3);
  expect(modes.filter(([isFolder]) => isFolder)).toEqual([[true, 0o700]]);
  expect(modes.filter(([isFolder]) => !isFolder).every(([, mode]) => mode === 0o600)).toBe(true);
});

test("the header and metadata say what is known and nothing else", () => {
  const writer = TranscriptWriter.create(temporaryFolder(), { id: "abc", zone: "Asia/Shanghai" });
  writer.begin(turn("hello", { system: "Be brief.", sampling: { top_p: 0.5 } }));
  writer.end(ending({ finishReason: null }));
  exchange(writer, "again");
  const lines = readFileSync(writer.path!, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("<!--"));
  const data = lines.map((line) => JSON.parse(line.slice(line.indexOf("{"), -4)) as Record<string, unknown>);
  expect(data[0]).toEqual({ v: 1, id: "abc", started: expect.any(String), zone: "Asia/Shanghai" });
  expect(data[1]).toEqual({
    id: expect.stringMatching(/^[0-9a-z]{8}$/),
    at: data[0]!["started"],
    provider: "demo",
    model: "tour",
    system: "Be brief.",
    sampling: { top_p: 0.5 },
  });
  expect(new Date(String(data[1]!["at"]))).toEqual(noon);
  // The prompt was taken back.
  expect(data[3]).toMatchObject({ system: null });
});

test("a system prompt is written where it changes, also after somebody else has written", async () => {
  const path = join(temporaryFolder(), "notes.md");
  const [one, two] = [TranscriptWriter.append(path), TranscriptWriter.append(path)];
  const systems = ["a", "a", "b", null];
  for (const system of systems) {
    for (const writer of [one, one, two]) {
      writer.begin(turn("q", { system }));
      writer.end(ending());
    }
  }
  const { exchanges } = await readTranscript(path);
  expect(exchanges.map(({ system }) => system)).toEqual(systems.flatMap((system) => [system, system, system]));
  expect(one.id).toBe(two.id);
});

test("a file of notes is gone on with below what is there", async () => {
  const path = join(temporaryFolder(), "notes.md");
  writeFileSync(path, "# Notes\n- one");
  const writer = TranscriptWriter.append(path);
  exchange(writer, "hello");
  expect(readFileSync(path, "utf8")).toMatch(/^# Notes\n- one\n\n<!-- deepseek-chat conversation /);
  expect(await readTranscript(path)).toMatchObject({ id: writer.id, exchanges: [{ question: "hello" }] });
  expect(TranscriptWriter.append(path).id).toBe(writer.id);
});

test("notes about the conversation stand between exchanges, also when made during one", async () => {
  const writer = TranscriptWriter.create(temporaryFolder());
  writer.note("title", { title: "before" });
  writer.begin(turn("hello"));
  writer.text("first half, ", noon);
  writer.note("title", { title: "during --> <!-- \u0085" });
  writer.text("second half", noon);
  writer.end(ending());
  const one = await readTranscript(writer.path!);
  writer.note("title", { title: "after" });
  const two = await readTranscript(writer.path!);
  expect([one.title, two.title]).toEqual(["during --> <!--", "after"]);
  expect(two.exchanges).toEqual(one.exchanges);
  expect(one.exchanges).toMatchObject([{ answer: "first half, second half", status: "complete", torn: false }]);
});

test("calls out of order are a fault of the program", () => {
  const writer = TranscriptWriter.create(temporaryFolder());
  expect(() => writer.text("x", noon)).toThrow("begins with its question");
  writer.begin(turn("hello"));
  expect(() => writer.begin(turn("again"))).toThrow("has not ended");
});

/** What the writer throws with code and reason; the calls that threw nothing give null. */
function failures(calls: readonly (() => void)[]): (string | null)[] {
  return calls.map((call) => {
    try {
      call();
      return null;
    } catch (error) {
      const { code, details } = error as { code: string; details: { reason: string } };
      return `${code} ${details.reason}`;
    }
  });
}

interface Ruin {
  /** When the file becomes unwritable. */
  readonly moment: "start" | "stream" | "pause";
  readonly writer: (folder: string) => TranscriptWriter;
  readonly ruin: (path: string) => void;
  readonly reason: string;
}

const inFolder = (folder: string) => TranscriptWriter.create(join(folder, "transcripts"));
const ruins: Record<string, Ruin> = {
  "a folder that cannot be made": {
    moment: "start",
    writer: (folder) => {
      writeFileSync(join(folder, "transcripts"), "");
      return inFolder(folder);
    },
    ruin: () => undefined,
    reason: "EEXIST",
  },
  "a file that is removed": { moment: "pause", writer: inFolder, ruin: rmSync, reason: "ENOENT" },
  "a file that is removed during an answer": { moment: "stream", writer: inFolder, ruin: rmSync, reason: "ENOENT" },
  "a folder that is removed": { moment: "pause", writer: inFolder, ruin: removeFolder, reason: "ENOENT" },
  "a folder that is removed during an answer": {
    moment: "stream",
    writer: inFolder,
    ruin: removeFolder,
    reason: "ENOENT",
  },
  "a folder in place of the file": {
    moment: "pause",
    writer: inFolder,
    ruin: (path) => {
      rmSync(path);
      mkdirSync(path);
    },
    reason: "EISDIR",
  },
  "a disk that is full": {
    moment: "start",
    writer: () => TranscriptWriter.append("/dev/full"),
    ruin: () => undefined,
    reason: "ENOSPC",
  },
};

function removeFolder(path: string): void {
  rmSync(dirname(path), { recursive: true });
}

const possible = ([what]: [string, Ruin]) => posix && (!what.includes("full") || existsSync("/dev/full"));

test.each(Object.entries(ruins).filter(possible))(
  "%s: told once, and nothing is lost",
  async (_, { moment, writer: open, ruin, reason }) => {
    const writer = open(temporaryFolder());
    const at = (now: Ruin["moment"]) => now === moment && ruin(writer.path ?? "");
    const result = failures([
      () => writer.begin(turn("one")),
      () => writer.text("first", noon),
      () => (at("stream"), writer.text(" half", noon)),
      () => writer.end(ending()),
      () => (at("pause"), writer.begin(turn("two"))),
      () => writer.reasoning("hm", noon),
      () => writer.end(ending()),
      () => writer.note("title", { title: "A name" }),
    ]);
    expect(result.filter((one) => one !== null)).toEqual([`transcript_unwritable ${reason}`]);
    expect(writer.failed).toMatchObject({ code: "transcript_unwritable" });

    const rescue = join(temporaryFolder(), "rescue.md");
    writer.saveTo(rescue);
    expect([writer.failed, writer.path]).toEqual([null, rescue]);
    exchange(writer, "three");
    const saved = await readTranscript(rescue);
    expect(saved).toMatchObject({ id: writer.id, title: "A name", torn: false });
    const texts = saved.exchanges.map(({ question, reasoning, answer, status }) => [
      question,
      reasoning,
      answer,
      status,
    ]);
    expect(texts).toEqual([
      ["one", "", "first half", "complete"],
      ["two", "hm", "", "complete"],
      ["three", "", "answer", "complete"],
    ]);
  },
);

test.skipIf(!posix)(
  "a disk that fills up in an answer: told once, what fits is kept, and no half copy is left",
  async () => {
    const folder = join(temporaryFolder(), "transcripts");
    const program = join(import.meta.dirname, "../../support/transcript-on-full-disk.ts");
    // Files of at most 64 blocks stand for a disk with so much room.
    const command = `ulimit -f 64; exec "${process.execPath}" "${program}" "${folder}"`;
    const { stdout } = spawnSync("sh", ["-c", command], { encoding: "utf8" });
    expect(JSON.parse(stdout)).toEqual(["text: transcript_unwritable", "save: transcript_unwritable"]);
    expect(readdirSync(folder)).toHaveLength(1);
    const { torn, exchanges } = await readTranscript(join(folder, readdirSync(folder)[0]!));
    const answer = Array.from({ length: 10_000 }, (_, number) => `piece ${number}\n`).join("");
    expect([torn, exchanges[0]!.status, answer.startsWith(exchanges[0]!.answer)]).toEqual([true, "interrupted", true]);
    expect(exchanges[0]!.answer.length).toBeGreaterThan(20_000);
  },
);

test("what a file held before is saved with the rest when it is removed", async () => {
  const path = join(temporaryFolder(), "notes.md");
  exchange(TranscriptWriter.append(path), "before");
  const writer = TranscriptWriter.append(path);
  writer.begin(turn("now"));
  rmSync(path);
  // The first write after 100 ms finds out.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 100 });
  expect(failures([() => writer.text("half", noon)])).toEqual(["transcript_unwritable ENOENT"]);
  vi.useRealTimers();
  const rescue = join(temporaryFolder(), "rescue.md");
  writer.saveTo(rescue);
  // Saved to the middle of an answer, it goes on there.
  writer.text(" and half", noon);
  writer.end(ending());
  expect(await readTranscript(rescue)).toMatchObject({
    id: writer.id,
    exchanges: [{ question: "before" }, { question: "now", answer: "half and half", status: "complete" }],
  });
});

test("a file that is removed just before an exchange ends is noticed at its end", async () => {
  const path = join(temporaryFolder(), "notes.md");
  const writer = TranscriptWriter.append(path);
  writer.begin(turn("now"));
  rmSync(path);
  writer.text("answer", noon);
  expect(failures([() => writer.end(ending())])).toEqual(["transcript_unwritable ENOENT"]);
  expect(existsSync(lockOf(path))).toBe(false);
  const rescue = join(temporaryFolder(), "rescue.md");
  writer.saveTo(rescue);
  expect(await readTranscript(rescue)).toMatchObject({ exchanges: [{ answer: "answer", status: "complete" }] });
});

test("what is noted of an exchange that no file could be made for is saved with it", async () => {
  const folder = join(temporaryFolder(), "transcripts");
  writeFileSync(folder, "");
  const writer = TranscriptWriter.create(folder);
  expect(failures([() => writer.begin(turn("one"))])).toEqual(["transcript_unwritable EEXIST"]);
  writer.text("answer", noon);
  writer.end(ending());
  writer.note("undo", { id: writer.exchangeId });
  const rescue = join(temporaryFolder(), "rescue.md");
  writer.saveTo(rescue);
  expect((await readTranscript(rescue)).exchanges).toMatchObject([{ question: "one", withdrawn: true }]);
});

test("a copy is saved beside the file, which stays the one written to; an existing file is not overwritten", async () => {
  const folder = temporaryFolder();
  const writer = TranscriptWriter.create(join(folder, "transcripts"));
  exchange(writer, "one");
  const copy = join(folder, "copy.md");
  writer.saveTo(copy);
  exchange(writer, "two");
  expect((await readTranscript(copy)).exchanges).toHaveLength(1);
  expect((await readTranscript(writer.path!)).exchanges).toHaveLength(2);
  expect(failures([() => writer.saveTo(copy)])).toEqual(["transcript_unwritable EEXIST"]);
  expect((await readTranscript(copy)).exchanges).toHaveLength(1);
});

test("a file that was moved during an exchange gets the rest of it", async () => {
  const folder = temporaryFolder();
  const writer = TranscriptWriter.create(folder);
  writer.begin(turn("one"));
  const moved = join(folder, "moved.md");
  renameSync(writer.path!, moved);
  writer.text("answer", noon);
  writer.end(ending());
  expect(await readTranscript(moved)).toMatchObject({ exchanges: [{ answer: "answer", status: "complete" }] });
  expect(readdirSync(folder)).toEqual(["moved.md"]);
});

test.each([
  ["a folder", (path: string) => mkdirSync(path), "EISDIR"],
  ["a file in a folder that is missing", () => undefined, "ENOENT"],
])("%s is refused before anything is asked", (what, make, reason) => {
  const path = join(temporaryFolder(), what.includes("missing") ? "nowhere/notes.md" : "notes.md");
  make(path);
  expect(failures([() => TranscriptWriter.append(path)])).toEqual([`transcript_unwritable ${reason}`]);
});

test.skipIf(!posix)("a link is followed in one's own folder, and not where anybody may write", () => {
  const [own, shared, target] = [temporaryFolder(), temporaryFolder(), join(temporaryFolder(), "target.md")];
  chmodSync(shared, 0o1777);
  for (const folder of [own, shared]) symlinkSync(target, join(folder, "notes.md"));
  // A link to nothing and a link to something.
  for (const calls of [1, 2]) {
    exchange(TranscriptWriter.append(join(own, "notes.md")), "hello");
    expect(parseTranscript(readFileSync(target, "utf8")).exchanges).toHaveLength(calls);
    expect(failures([() => TranscriptWriter.append(join(shared, "notes.md"))])).toEqual([
      "transcript_unwritable ELOOP",
    ]);
  }
  const late = TranscriptWriter.append(join(shared, "late.md"));
  symlinkSync(target, join(shared, "late.md"));
  expect(failures([() => late.begin(turn("hello"))])).toEqual(["transcript_unwritable ELOOP"]);
  expect(parseTranscript(readFileSync(target, "utf8")).exchanges).toHaveLength(2);
});

test.skipIf(!posix)("a link that is laid where a new conversation's file goes is not followed", () => {
  const [folder, target] = [temporaryFolder(), join(temporaryFolder(), "target.md")];
  symlinkSync(target, join(folder, fileName(noon, "hello", 1)));
  const writer = TranscriptWriter.create(folder);
  exchange(writer, "hello");
  expect(existsSync(target)).toBe(false);
  expect(basename(writer.path!)).toBe(fileName(noon, "hello", 2));
});
