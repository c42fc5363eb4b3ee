import { statSync } from "node:fs";
import { resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expandHome } from "../../config/home.ts";
import { AppError, asAppError } from "../../errors.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { describe } from "../../terminal/terminal.ts";
import type { Item, ImportSource } from "../../transcripts/import/types.ts";
import { importFile, type ImportOutcome } from "../../transcripts/import/import-file.ts";
import { Shelf } from "../../transcripts/import/shelf.ts";
import { titleOf } from "../../transcripts/store/names.ts";
import { KeptPictures } from "../../transcripts/store/kept-pictures.ts";
import { listTranscripts } from "../../transcripts/store/read.ts";
import type { TextEncoding } from "../../text-encoding.ts";
import { encodingOf } from "../../transcripts/import/bytes.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { spooled } from "../ask/spooled-pipe.ts";
import { beside } from "../worker/worker.ts";
import { warnOfLost } from "./lost-pictures.ts";

type Counts = Record<"imported" | "extended" | "present" | "skipped", number>;

interface FileReport {
  readonly file: string;
  readonly counts: Counts;
  readonly outcomes: readonly ImportOutcome[];
  /** What kept the file from being read to its end. */
  readonly error: AppError | null;
}

/**
 * What `transcripts import` does: one file after the other, whatever is wrong with one of them.
 *
 * @returns the first error, which has been reported
 * @throws AppError `transcript_unwritable`, which ends it
 */
export async function importFiles(
  engine: Pick<Engine, "folders" | "stop" | "thread" | "transcripts" | "workingFolder">,
  console: Console,
  files: readonly string[],
  json: boolean,
): Promise<AppError | null> {
  const words = console.words.importing;
  const shelf = new Shelf(engine.transcripts, await listTranscripts(engine.transcripts, engine.folders.cache));
  const reports: FileReport[] = [];
  for (const file of files) {
    const report = await importOne(engine, console, shelf, file);
    reports.push(report);
    if (report.error !== null) console.terminal.warn(sanitize(describe(report.error, console.words.errors)));
    if (!json) {
      const form = formsOf(report)
        .map((source) => words.forms[source])
        .join(", ");
      console.terminal.print(words.file({ file: sanitize(file), form, counts: words.counts(report.counts) }));
    }
  }
  const total = sum(reports.map(({ counts }) => counts));
  if (json) console.terminal.json(asObject(console, total, reports));
  else if (files.length > 1) console.terminal.print(words.total({ counts: words.counts(total) }));
  return reports.find(({ error }) => error !== null)?.error ?? null;
}

async function importOne(
  engine: Pick<Engine, "stop" | "thread" | "workingFolder">,
  console: Console,
  shelf: Shelf,
  file: string,
): Promise<FileReport> {
  const path = resolve(engine.workingFolder, expandHome(file));
  const outcomes: ImportOutcome[] = [];
  let error: AppError | null = null;
  try {
    using input = await spooled(engine.stop, console, path, file);
    tellEncoding(console, file, input.path);
    const pictures = new KeptPictures(path);
    for await (const outcome of importFile(input.path, shelf, itemsOf(engine, input.path), pictures.resolve)) {
      outcomes.push(outcome);
      tell(console, file, outcome);
      // Files are written without waiting; signals come through in between.
      await setImmediate();
      if (engine.stop.aborted) throw new AppError("interrupted", {});
    }
    warnOfLost(console, pictures.lost);
    if (!outcomes.some(isUnderstood)) error = new AppError("not_a_conversation", { path: file });
  } catch (thrown) {
    error = asAppError(thrown);
    // Where the folder takes no more, the other files need not be tried.
    if (error.code !== "input_unreadable" && error.code !== "input_too_heavy") throw error;
  }
  return { file, counts: countsOf(outcomes), outcomes, error };
}

/** Seconds without a conversation or a megabyte read, after which a file is given up. */
const idleTimeout = 60;
/** Seconds for a file in all. */
const limit = 3600;

/** The conversations in a file, read beside this thread. */
function itemsOf(engine: Pick<Engine, "stop" | "thread">, path: string): AsyncIterable<Item> {
  const stopped = (why: "time" | "memory") => () => new AppError("input_too_heavy", { path, why });
  const bounds = { idleTimeout, limit, onSlow: stopped("time"), onMemory: stopped("memory") };
  return beside(engine, "import", { path }, bounds);
}

/** Says where a file is read in another encoding than UTF-8. */
function tellEncoding({ terminal, words }: Console, file: string, path: string): void {
  let encoding: TextEncoding;
  try {
    // Looking into a device could wait without end.
    if (!statSync(path).isFile()) return;
    encoding = encodingOf(path);
  } catch {
    // Reading it will tell.
    return;
  }
  if (encoding !== "UTF-8") terminal.say(words.attachments.converted({ name: sanitize(file), encoding }));
}

/** An empty conversation is one, too. */
function isUnderstood(outcome: ImportOutcome): boolean {
  return outcome.status !== "skipped" || outcome.reason === "empty";
}

function tell({ terminal, words }: Console, file: string, outcome: ImportOutcome): void {
  const { importing } = words;
  if (outcome.status === "skipped") {
    const { number, reason } = outcome;
    const title = titleOf(outcome.title ?? "");
    const place = title === "" ? importing.number({ number }) : importing.named({ number, title });
    terminal.warn(sanitize(importing.skipped({ file, place, reason: importing.reasons[reason] })));
  } else {
    const { id, status, leftOut: count } = outcome;
    const title = titleOf(outcome.title ?? "") || id;
    terminal.detail(sanitize(`${status} ${id} ${outcome.path}`));
    if (count > 0) terminal.detail(sanitize(importing.leftOut({ count, title })));
  }
}

function formsOf({ outcomes }: FileReport): ImportSource[] {
  return [...new Set(outcomes.flatMap((outcome) => (outcome.status === "skipped" ? [] : [outcome.source])))];
}

function countsOf(outcomes: readonly ImportOutcome[]): Counts {
  const counts: Counts = { imported: 0, extended: 0, present: 0, skipped: 0 };
  for (const { status } of outcomes) counts[status] += 1;
  return counts;
}

function sum(all: readonly Counts[]): Counts {
  const total: Counts = { imported: 0, extended: 0, present: 0, skipped: 0 };
  for (const counts of all) for (const key of Object.keys(total) as (keyof Counts)[]) total[key] += counts[key];
  return total;
}

function asObject(console: Console, total: Counts, reports: readonly FileReport[]): object {
  return {
    ...countsJson(total),
    files: reports.map(({ file, counts, outcomes, error }) => ({
      file,
      ...countsJson(counts),
      error: error === null ? null : { code: error.code, message: describe(error, console.words.errors) },
      conversations: outcomes.map(outcomeJson),
    })),
  };
}

function countsJson({ imported, extended, present, skipped }: Counts): object {
  return { imported, extended, already_there: present, skipped };
}

function outcomeJson(outcome: ImportOutcome): object {
  const { number, title } = outcome;
  if (outcome.status === "skipped") return { number, status: "skipped", title, reason: outcome.reason };
  const { status, id, path, source, turns, leftOut } = outcome;
  const shown = status === "present" ? "already_there" : status;
  return { number, status: shown, id, title, path, source, turns, left_out: leftOut };
}
