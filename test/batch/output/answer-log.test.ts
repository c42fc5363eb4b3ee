import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { ItemIndex } from "../../../src/batch/input/item-index.ts";
import { AnswerLog } from "../../../src/batch/output/answer-log.ts";
import { openBatchFiles } from "../../../src/batch/output/batch-files.ts";
import { resumeOutput } from "../../../src/batch/output/batch-output.ts";
import type { DiskReserve } from "../../../src/batch/output/disk-reserve.ts";
import { removeFailures } from "../../../src/batch/output/failure-removal.ts";
import type { BatchIdentity } from "../../../src/batch/output/journal.ts";
import type { ItemResult } from "../../../src/batch/result.ts";

const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-batch-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const identity: BatchIdentity = {
  run: "r",
  startedAt: "2026-11-27T00:00:00.000Z",
  input: { path: "in.jsonl", size: 9, sha256: "00", items: 8, skipped: 0 },
  parameters: {},
  command: { folder: "/", options: {}, flags: {} },
};

/** Ids with what breaks naive readers. */
const ids = ["a", "b\n", 'c"', "d\u2028", "e\\", "日本", "\u0000", "line-8"];
const index = new ItemIndex();
for (const [at, id] of ids.entries()) index.add(id, at + 1, 0);

/** What of an item is to be seen in a file. */
interface Written {
  readonly index: number;
  /** Null for an answer. */
  readonly code: string | null;
  readonly text: string;
}

function resultOf({ index: at, code, text }: Written): ItemResult {
  const answer = { text, reasoning: "", calls: [], finishReason: "stop", data: null, requestId: null };
  const error = { code: code ?? "", message: text, status: null, requestId: null, isPassing: true, partial: "" };
  return {
    index: at,
    id: ids[at]!,
    model: { provider: "p", model: "m" },
    answer: code === null ? answer : null,
    error: code === null ? null : error,
    usage: { promptTokens: 3, cachedTokens: 1, completionTokens: 2, reasoningTokens: 0, totalTokens: 5 },
    cost: { currency: "CNY", amount: 0.5 },
    requests: 1,
    cached: false,
    startedAt: 0,
    firstMs: null,
    totalMs: 1,
  };
}

async function open(path: string, acceptChanges = false) {
  const files = await openBatchFiles(path, path, true);
  try {
    const present = { identity, prefix: async () => "" };
    return { files, ...(await resumeOutput(files, path, index, present, acceptChanges)) };
  } catch (error) {
    await files.close();
    throw error;
  }
}

/** The lines of the answers: ids with codes. */
function linesIn(path: string): Map<string, string | null> {
  const lines = readFileSync(path, "utf8").split("\n");
  expect(lines.pop()).toBe("");
  const parsed = lines.map((line) => outcomeIn(line)!);
  expect(new Set(parsed.map(([id]) => id)).size).toBe(lines.length);
  return new Map(parsed);
}

/** Id and code of a whole line; null for a torn one. */
function outcomeIn(line: string): [id: string, code: string | null] | null {
  try {
    const { custom_id: id, error } = JSON.parse(line) as { custom_id: string; error: { code: string } | null };
    return [id, error?.code ?? null];
  } catch {
    return null;
  }
}

const written = fc.record({
  index: fc.nat({ max: ids.length - 1 }),
  code: fc.constantFrom(null, null, "rate_limited", "timeout"),
  text: fc.string({ unit: "binary", maxLength: 12 }),
});

/** Results of a run, and how much a kill leaves of what it appended: to the answers, and to the journal, which comes after. */
const killed = fc.record({
  results: fc.array(written, { maxLength: 6 }),
  answers: fc.double({ min: 0, max: 1, noNaN: true }),
  journal: fc.double({ min: 0, max: 1, noNaN: true }),
});

let count = 0;

test("whatever bytes a kill leaves, each item has one line, and no whole line is lost", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(killed, { maxLength: 4 }), async (runs) => {
      const path = join(folder, `kill-${count++}.jsonl`);
      const model = new Map<string, string | null>();
      for (const { results, answers, journal } of runs) {
        const { files, sink, outcomes } = await open(path);
        expect(outcomes.done).toBe(model.size);
        const before = [(await files.answers.stat()).size, (await files.journal.stat()).size] as const;
        for (const result of results) {
          sink.put(resultOf(result));
          // Each may be an append of its own.
          await setImmediate();
        }
        await sink.flush();
        await files.close();
        for (const [id, code] of kill(path, before, [answers, journal])) model.set(id, code);
      }
      const { files } = await open(path);
      await files.close();
      expect(linesIn(path)).toEqual(model);
    }),
    { numRuns: 40 },
  );
});

/** Cuts both files as a kill leaves them; gives what whole lines the answers have behind a size. */
function kill(
  path: string,
  [answersBefore, journalBefore]: readonly [number, number],
  [answersLeft, journalLeft]: readonly [number, number],
): [string, string | null][] {
  const answers = readFileSync(path);
  const size = answersBefore + Math.round((answers.length - answersBefore) * answersLeft);
  truncateSync(path, size);
  // Appends to the journal follow those to the answers: it never has what they lack.
  const known = knownBy(readFileSync(`${path}.journal`).subarray(journalBefore), size);
  truncateSync(`${path}.journal`, journalBefore + Math.round(known * journalLeft));
  const lines = answers.toString("utf8", answersBefore, size).split("\n");
  return lines.map(outcomeIn).filter((outcome) => outcome !== null);
}

/** Bytes of the journal's lines that speak of no more than so many bytes of the answers. */
function knownBy(journal: Buffer, size: number): number {
  let length = 0;
  for (const line of journal.toString("utf8").split("\n").slice(0, -1)) {
    const fields = JSON.parse(line) as unknown;
    const [at = 0, , ...entries] = Array.isArray(fields) ? (fields as [number, number, ...[number, number][]]) : [];
    if (entries.reduce((sum, [, bytes]) => sum + bytes, at) > size) break;
    length += Buffer.byteLength(line) + 1;
  }
  return length;
}

test("what is asked again has no line any more, and what was spent on it is not forgotten", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(written, { maxLength: 8 }), async (results) => {
      const path = join(folder, `retry-${count++}.jsonl`);
      const first = await open(path);
      for (const result of results) first.sink.put(resultOf(result));
      await first.sink.flush();
      await removeFailures(first.files, (code) => code === "timeout");
      await first.files.close();
      const second = await open(path);
      await second.files.close();
      const [before, after] = [first.outcomes, second.outcomes];
      expect([after.requests, after.costs]).toEqual([before.requests, before.costs]);
      const kept = [...before.failed].filter(([code]) => code !== "timeout");
      expect([after.answered, new Map(after.failed)]).toEqual([before.answered, new Map(kept)]);
      expect(linesIn(path).size).toBe(after.done);
    }),
    { numRuns: 20 },
  );
});

test("lines that a person changed are told, and taken as they are where that is wanted", async () => {
  const path = join(folder, "changed.jsonl");
  const first = await open(path);
  for (const at of [0, 1, 2]) first.sink.put(resultOf({ index: at, code: null, text: "x" }));
  await first.sink.flush();
  await first.files.close();
  const [, ...rest] = readFileSync(path, "utf8").split("\n");
  writeFileSync(path, rest.join("\n"));
  await expect(open(path)).rejects.toMatchObject({ details: { changes: [{ what: "output" }] } });
  const second = await open(path, true);
  await second.files.close();
  expect(second.outcomes.answered).toBe(2);
  const strange = `${rest.join("\n")}{"strange":1}\n`;
  writeFileSync(path, strange);
  await expect(open(path, true)).rejects.toMatchObject({ code: "batch_output_foreign", details: { line: 3 } });
  expect(readFileSync(path, "utf8")).toBe(strange);
});

test("a journal of a newer version, or a file of another program in its place, is refused and left as it is", async () => {
  for (const [at, start] of ['{"v":2,"run":"r"}\n', "notes\n"].entries()) {
    const path = join(folder, `newer-${at}.jsonl`);
    writeFileSync(`${path}.journal`, start);
    await expect(open(path, true)).rejects.toMatchObject({ code: "batch_journal_foreign" });
    expect(readFileSync(`${path}.journal`, "utf8")).toBe(start);
    expect(existsSync(path)).toBe(false);
  }
});

test("where the disk has no room to keep back, nothing is asked; what else is wrong with that is no matter", async () => {
  const path = join(folder, "small.jsonl");
  const { files, outcomes } = await open(path);
  const logOn = (code: string) => {
    const take = () => {
      throw Object.assign(new Error(code), { code });
    };
    const reserve = { take, release: () => false } as unknown as DiskReserve;
    const file = { path, handle: files.answers, size: 0 };
    return new AnswerLog("r", { answers: file, journal: file, reserve }, outcomes);
  };
  expect(() => logOn("ENOSPC").reserve()).toThrow(
    expect.objectContaining({ code: "storage_failed", details: { path, reason: "ENOSPC" } }),
  );
  expect(() => logOn("EFBIG").reserve()).not.toThrow();
  await files.close();
});
