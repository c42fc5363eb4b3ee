import { spawnSync } from "node:child_process";
import { appendFileSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lockOf } from "../../../src/file-lock.ts";
import {
  forkTranscript,
  pinTranscript,
  removeTranscript,
  renameTranscript,
  saveTranscript,
  tagTranscript,
} from "../../../src/transcripts/store/manage.ts";
import { listTranscripts, readTranscript, readTranscriptFile } from "../../../src/transcripts/store/read.ts";
import { TranscriptWriter } from "../../../src/transcripts/store/writer.ts";
import { ending, noon, temporaryFolder, turn } from "../../support/transcripts.ts";

const later = new Date(noon.getTime() + 3_600_000);

function converse(folder: string, questions: readonly string[]): string {
  const writer = TranscriptWriter.create(folder);
  for (const question of questions) {
    writer.begin(turn(question, { system: `of ${question}`, thinking: { enabled: true, effort: "low" } }));
    writer.reasoning("hm\n", noon);
    writer.text(`answer to ${question}`, later);
    writer.end(ending({ at: later }));
  }
  return writer.path!;
}

test("a conversation gets another name, and stays where it was among the others", async () => {
  const folder = temporaryFolder();
  const path = converse(folder, ["one"]);
  utimesSync(path, noon, noon);
  const before = await readTranscript(path);
  await renameTranscript(path, "A \u540d\u5b57\n\x1b[31m");
  await renameTranscript(path, "Another");
  await pinTranscript(path, true);
  await tagTranscript(path, { add: ["工作", "urgent", "ＷＩＤＥ"], remove: [] });
  await tagTranscript(path, { add: ["Urgent", "a b", "x".repeat(41)], remove: ["#wide"] });
  const after = await readTranscript(path);
  expect(after).toEqual({ ...before, title: "Another", named: true, pinned: true, tags: ["工作", "urgent"] });
  expect(statSync(path).mtime).toEqual(noon);
  expect(await listTranscripts(folder)).toMatchObject([{ title: "Another", pinned: true, tags: ["工作", "urgent"] }]);
  await pinTranscript(path, false);
  expect(await readTranscript(path)).toMatchObject({ pinned: false, tags: ["工作", "urgent"] });
  const copy = forkTranscript(after, folder, later, null);
  expect(copy.title).toBe("one");
  expect(await readTranscriptFile(copy.path)).toEqual(copy);
});

test("a conversation of the older form gets a name", async () => {
  const path = join(temporaryFolder(), "conversation.txt");
  writeFileSync(path, "[2026-11-20 23:41:07] Question:\none\n\n[2026-11-20 23:41:09] Answer:\nfir");
  const before = await readTranscript(path);
  await renameTranscript(path, "A name");
  const after = await readTranscript(path);
  expect(after).toMatchObject({ id: before.id, title: "A name", torn: false });
  expect(after.exchanges).toMatchObject([{ question: "one", answer: "fir", status: "interrupted" }]);
});

test("a conversation is neither removed nor renamed while somebody writes to it", async () => {
  const folder = temporaryFolder();
  const path = converse(folder, ["one"]);
  writeFileSync(lockOf(path), "1.0.elsewhere token");
  const busy = expect.objectContaining({ code: "transcript_busy" });
  expect(() => removeTranscript(path)).toThrow(busy);
  await expect(renameTranscript(path, "A name", 0)).rejects.toEqual(busy);
  expect(readdirSync(folder)).toHaveLength(2);
  rmSync(lockOf(path));
  removeTranscript(path);
  expect(readdirSync(folder)).toEqual([]);
});

test("what is not there can be neither renamed nor removed", async () => {
  const path = join(temporaryFolder(), "nowhere.md");
  const missing = expect.objectContaining({ code: "transcript_not_found", details: { reference: path } });
  await expect(renameTranscript(path, "x")).rejects.toEqual(missing);
  expect(() => removeTranscript(path)).toThrow(missing);
});

test("a branch has the exchanges up to its point and names where it comes from, which stays as it was", async () => {
  const folder = temporaryFolder();
  const path = converse(folder, ["one", "two", "three"]);
  const original = await readTranscript(path);
  const branch = await readTranscript(forkTranscript(await readTranscript(path), folder, later, 2).path);
  expect(branch.exchanges).toEqual(original.exchanges.slice(0, 2));
  expect(branch).toMatchObject({ startedAt: later, origin: { id: original.id, turns: 2 } });
  expect(branch.id).not.toBe(original.id);
  expect(await readTranscript(path)).toEqual(original);

  const writer = TranscriptWriter.append(branch.path);
  writer.begin(turn("other", { system: "of two" }));
  writer.end(ending());
  const { exchanges } = await readTranscript(branch.path);
  expect(exchanges.map(({ question, system }) => [question, system])).toEqual([
    ["one", "of one"],
    ["two", "of two"],
    ["other", "of two"],
  ]);
});

test("a branch keeps what was taken back and what was summed up", async () => {
  const folder = temporaryFolder();
  const path = converse(folder, ["one", "two"]);
  const [one, two] = (await readTranscript(path)).exchanges;
  const writer = TranscriptWriter.append(path);
  writer.note("undo", { id: one!.id });
  writer.note("compact", { summary: "All --> of it", through: two!.id });
  const branch = await readTranscript(forkTranscript(await readTranscript(path), folder, later, null).path);
  expect(branch.exchanges.map(({ withdrawn }) => withdrawn)).toEqual([true, false]);
  expect(branch.compaction).toEqual({ summary: "All --> of it", through: two!.id });
  expect(
    (await readTranscript(forkTranscript(await readTranscript(path), folder, later, 1).path)).compaction,
  ).toBeNull();
});

test("a branch of a conversation that breaks off is whole", async () => {
  const folder = temporaryFolder();
  const writer = TranscriptWriter.create(folder);
  writer.begin(turn("one"));
  writer.text("half", noon);
  const branch = await readTranscript(forkTranscript(await readTranscript(writer.path!), folder, later, null).path);
  expect(branch).toMatchObject({ torn: false, exchanges: [{ answer: "half", status: "interrupted", torn: false }] });
});

test("a conversation from elsewhere is saved under the name of its beginning, and not over another", async () => {
  const folder = join(temporaryFolder(), "new");
  const { exchanges } = await readTranscript(converse(temporaryFolder(), ["one"]));
  const header = { id: "abc", startedAt: noon, zone: null, title: "Imported", origin: null };
  const paths = [saveTranscript(folder, header, exchanges), saveTranscript(folder, header, exchanges)];
  expect(readdirSync(folder)).toHaveLength(2);
  expect(await readTranscript(paths[1]!)).toMatchObject({ id: "abc", title: "Imported", startedAt: noon, exchanges });
  const inTheWay = join(folder, "file");
  writeFileSync(inTheWay, "");
  expect(() => saveTranscript(inTheWay, header, exchanges)).toThrow(
    expect.objectContaining({ code: "transcript_unwritable" }),
  );
});

test.skipIf(process.platform === "win32")("a pin that the disk has no room for leaves nothing in the file", () => {
  const path = converse(temporaryFolder(), ["one"]);
  // Files of at most 64 blocks stand for a disk with so much room.
  appendFileSync(path, "\n".repeat(64 * 512 - 10 - statSync(path).size));
  const before = readFileSync(path, "utf8");
  const code = `import(process.argv[1]).then((manage) => manage.pinTranscript(process.argv[2], true)).catch((error) => process.stdout.write(error.code))`;
  const manage = join(import.meta.dirname, "../../../src/transcripts/store/manage.ts");
  const command = `ulimit -f 64; exec "${process.execPath}" -e '${code}' "${manage}" "${path}"`;
  const { stdout } = spawnSync("sh", ["-c", command], { encoding: "utf8" });
  expect(stdout).toBe("transcript_unwritable");
  expect(readFileSync(path, "utf8")).toBe(before);
});
