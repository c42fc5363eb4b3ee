import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Counts } from "../../../scripts/work/runs.ts";
import { renameTranscript } from "../../../src/transcripts/store/manage.ts";
import { NewestMarker } from "../../../src/transcripts/store/newest-marker.ts";
import { newestPath } from "../../../src/transcripts/store/read.ts";
import { TranscriptWriter } from "../../../src/transcripts/store/writer.ts";
import { askingAt, newPlace, type Place, run } from "../../support/program.ts";
import { serve } from "../../support/raw-server.ts";
import { ending, temporaryFolder, turn } from "../../support/transcripts.ts";
import { answer } from "../../support/wire.ts";

const counter = fileURLToPath(new URL("../../../scripts/work/counter.cjs", import.meta.url));
const minute = 60_000;

/** Runs `work` when all files are old enough to be marked. */
async function later<Result>(work: () => Promise<Result>): Promise<Result> {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 5_000 });
  try {
    return await work();
  } finally {
    vi.useRealTimers();
  }
}

function converse(writer: TranscriptWriter, question: string, at = new Date()): string {
  writer.begin(turn(question, { at, provider: "deepseek", model: "m" }));
  writer.text("answer", at);
  writer.end(ending({ at }));
  return writer.path!;
}

interface Scene {
  readonly folder: string;
  readonly cache: string;
  readonly old: string;
  readonly newest: string;
  /** A file that says no time of its own. */
  readonly plain: string;
}

/** A folder with an old and a new conversation and one that says no time. */
function scene(): Scene {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  const old = converse(TranscriptWriter.create(folder), "old", new Date(Date.now() - 2 * minute));
  const newest = converse(TranscriptWriter.create(folder), "newest", new Date(Date.now() - minute));
  const plain = join(folder, "plain.md");
  writeFileSync(plain, "# Notes\n");
  return { folder, cache, old, newest, plain };
}

async function marked(): Promise<Scene> {
  const made = scene();
  expect(await later(() => newestPath(made.folder, made.cache, {}))).toBe(made.newest);
  expect(new NewestMarker(made.folder, made.cache).path).toBe(made.newest);
  return made;
}

const resume = (path: string, cache: string | null) => TranscriptWriter.append(path, { cache });
const plainTurn = "[2099-11-20 23:41:07] Question:\nhi\n\n[2099-11-20 23:41:09] Answer:\nyes\n";

test.each<[string, (scene: Scene) => unknown, (scene: Scene) => string]>([
  [
    "a conversation was resumed by a program that keeps no marker",
    ({ old }) => converse(resume(old, null), "x"),
    ({ old }) => old,
  ],
  ["one was given another title", ({ old }) => renameTranscript(old, "other"), ({ newest }) => newest],
  ["it was removed", ({ newest }) => rmSync(newest), ({ old }) => old],
  [
    "it was renamed",
    ({ newest, folder }) => renameSync(newest, join(folder, "a.md")),
    ({ folder }) => join(folder, "a.md"),
  ],
  ["it was appended to in place", ({ newest }) => appendFileSync(newest, "\n"), ({ newest }) => newest],
  [
    "a file was dropped in",
    ({ folder, old }) => writeFileSync(join(folder, "b.md"), readFileSync(old)),
    ({ newest }) => newest,
  ],
  [
    "a file without a time of its own was written to in place",
    ({ plain }) => writeFileSync(plain, plainTurn),
    ({ plain }) => plain,
  ],
])("the marker does not count once %s", async (_, change, expected) => {
  const made = await marked();
  await change(made);
  expect(new NewestMarker(made.folder, made.cache).path).toBeNull();
  expect(await newestPath(made.folder, made.cache, {})).toBe(expected(made));
});

test("the marker follows exchanges and notes of this program, of several writers in turn too", async () => {
  const { folder, cache, old } = await marked();
  const newest = () => new NewestMarker(folder, cache).path;
  const writer = TranscriptWriter.create(folder, { cache });
  const fresh = converse(writer, "fresh");
  expect(newest()).toBe(fresh);
  writer.note("title", { title: "other" });
  expect(newest()).toBe(fresh);
  const second = resume(old, cache);
  converse(second, "again");
  expect(newest()).toBe(old);
  // The first one's knowledge ended when the second began.
  converse(writer, "once more");
  expect(newest()).toBeNull();
  expect(await later(() => newestPath(folder, cache, {}))).toBe(fresh);
  expect(newest()).toBe(fresh);
});

test("nothing is marked that something else happened beside, or that is older than what is there", async () => {
  const { folder, cache, plain, old } = await marked();
  const newest = () => new NewestMarker(folder, cache).path;
  const writer = TranscriptWriter.create(folder, { cache });
  writer.begin(turn("fresh"));
  writeFileSync(join(folder, "dropped.md"), plainTurn);
  writer.end(ending({ at: new Date() }));
  expect(newest()).toBeNull();
  rmSync(join(folder, "dropped.md"));
  await later(() => newestPath(folder, cache, {}));
  expect(newest()).toBe(writer.path);
  converse(resume(old, cache), "with a clock that is slow", new Date(Date.now() - minute));
  expect(newest()).toBeNull();
  await later(() => newestPath(folder, cache, {}));
  resume(old, cache).note("pin", { pinned: true });
  expect(newest()).toBeNull();
  await later(() => newestPath(folder, cache, {}));
  converse(resume(plain, cache), "in a file that was written to by hand");
  expect(newest()).toBeNull();
});

test("nothing is marked while somebody writes, where a link leads, shortly after a change, or beside what is damaged", async () => {
  const { folder, cache, newest, old } = scene();
  const marker = () => new NewestMarker(folder, cache).path;
  await newestPath(folder, cache, {});
  expect(marker()).toBeNull();
  const busy = TranscriptWriter.append(old);
  busy.begin(turn("busy", { at: new Date(0) }));
  await later(() => newestPath(folder, cache, {}));
  expect(marker()).toBeNull();
  busy.end(ending({ at: new Date(0) }));
  await later(() => newestPath(folder, cache, {}));
  expect(marker()).toBe(newest);
  const name = readdirSync(cache).find((each) => each.startsWith("newest-"));
  expect(statSync(join(cache, name!)).mode & 0o777).toBe(0o600);
  for (const damaged of ["{", "{}", '{"v":1,"usedAt":1,"files":[{"name":"../x.md"}],"folder":""}']) {
    writeFileSync(join(cache, name!), damaged);
    expect(marker()).toBeNull();
  }
  expect(await newestPath(folder, cache, {})).toBe(newest);
});

test("nothing is marked beside a conversation of a later day, which is the newest once that day comes", async () => {
  const { folder, cache, newest } = await marked();
  converse(TranscriptWriter.create(folder), "ahead", new Date(Date.now() + 48 * 60 * minute));
  utimesSync(
    join(
      folder,
      readdirSync(folder).find((name) => name.includes("ahead"))!,
    ),
    0,
    0,
  );
  expect(await later(() => newestPath(folder, cache, {}))).toBe(newest);
  expect(new NewestMarker(folder, cache).path).toBeNull();
});

test("what has another name is looked at each time", async () => {
  const { folder, cache, old, newest } = scene();
  const elsewhere = temporaryFolder();
  linkSync(old, join(elsewhere, "name.md"));
  mkdirSync(join(folder, "below"));
  renameSync(newest, join(folder, "below", "far.md"));
  symlinkSync(join(folder, "below", "far.md"), newest);
  const marker = () => new NewestMarker(folder, cache).path;
  await later(() => newestPath(folder, cache, {}));
  expect(marker()).toBe(newest);
  converse(TranscriptWriter.append(join(elsewhere, "name.md")), "through another folder");
  expect(marker()).toBeNull();
  expect(await later(() => newestPath(folder, cache, {}))).toBe(old);
  expect(marker()).toBe(old);
  converse(TranscriptWriter.append(join(folder, "below", "far.md")), "through the other one");
  expect(marker()).toBeNull();
});

test("--continue looks at no other conversation, after sessions of its own too", async () => {
  const place = newPlace();
  const folder = join(place.cwd, "transcripts");
  const cache = join(place.home, ".cache", "deepseek-chat");
  for (let index = 0; index < 20; index++) {
    converse(TranscriptWriter.create(folder), `question ${index}`, new Date(Date.now() - minute + index));
  }
  const looks = async () => (await looksOf(place)).length;
  expect(await looks()).toBeGreaterThanOrEqual(20);
  await later(() => newestPath(folder, cache, {}));
  expect(await looks()).toBeLessThan(5);
  await using server = await serve([answer("one"), answer("two")]);
  const options = { place, env: askingAt(server) };
  await run(["--continue"], { ...options, input: "go on\n" });
  expect(JSON.stringify(server.requests[0]!.body)).toContain("question 19");
  expect(await looks()).toBeLessThan(5);
  await run(["ask", "quite another"], options);
  const found = await looksOf(place);
  expect(found.length).toBeLessThan(5);
  expect(found.some((path) => path.includes("quite-another"))).toBe(true);
});

test.skipIf(process.platform === "win32")("nothing waits where a pipe was laid in the marker's place", async () => {
  const place = newPlace();
  const folder = join(place.cwd, "transcripts");
  const cache = join(place.home, ".cache", "deepseek-chat");
  converse(TranscriptWriter.create(folder), "first", new Date(Date.now() - minute));
  await later(() => newestPath(folder, cache, {}));
  const marker = join(
    cache,
    readdirSync(cache).find((name) => name.startsWith("newest-"))!,
  );
  // The program has read the marker when its question arrives.
  await using server = await serve(() => {
    rmSync(marker);
    execFileSync("mkfifo", [marker]);
    return answer("second");
  });
  const { code } = await run(["ask", "--continue", "go on"], { place, env: askingAt(server) });
  expect(code).toBe(0);
  expect(statSync(marker).isFIFO()).toBe(true);
});

/** The transcripts that `--continue` examines or opens, each once. */
async function looksOf(place: Place): Promise<readonly string[]> {
  const report = join(place.home, "counts.json");
  onTestFinished(() => rmSync(report, { force: true }));
  const env = { ...askingAt({ url: "http://127.0.0.1:9" }), WORK_COUNTS: report };
  const { code } = await run(["--continue"], { place, env, node: ["--require", counter], input: "" });
  expect(code).toBe(0);
  const { calls } = JSON.parse(readFileSync(report, "utf8")) as Counts;
  const paths = Object.keys(calls).map((key) => key.slice(key.indexOf(" ") + 1));
  return [...new Set(paths)].filter((path) => path.endsWith(".md"));
}
