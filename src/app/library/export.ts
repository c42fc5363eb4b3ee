import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expandHome, shortenHome } from "../../config/home.ts";
import { AppError, asAppError, systemReason } from "../../errors.ts";
import { isFolder, makeFolder } from "../../files.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { AtomicFile } from "../../atomic-file.ts";
import { formOf, forms } from "../../transcripts/export/formats.ts";
import type { FormName } from "../../transcripts/export/form-names.ts";
import { type ExportPart, partOf, type TurnRange, turnRangeOf } from "../../transcripts/export/part.ts";
import type { ExportContext } from "../../transcripts/export/types.ts";
import { turnsIn } from "../../transcripts/format/turns.ts";
import type { Transcript } from "../../transcripts/format/types.ts";
import { readTranscript, type TranscriptSummary } from "../../transcripts/store/read.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { displayPath } from "../display-path.ts";
import { findConversation, type Library, listConversations, passOver } from "./conversations.ts";
import { withPictures, type WithPictures } from "./exported-pictures.ts";
import { warnOfLost } from "./lost-pictures.ts";
import { dialect } from "./page-dialect.ts";

export interface ExportOptions {
  /** Conversations as they were named; none with `all`. */
  readonly references: readonly string[];
  readonly all: boolean;
  /** Null: what the ending of `output` says, else Markdown. */
  readonly form: FormName | null;
  /** A file or folder; null for stdout. */
  readonly output: string | null;
  /** Replace files that are there. */
  readonly force: boolean;
  /** As it was typed: `3`, `3-5` or `3-`; null for all. */
  readonly turns: string | null;
  readonly thinking: boolean;
}

type Destination =
  | { readonly kind: "stdout" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "folder"; readonly path: string };

/** What `transcripts export` does. */
export async function exportConversations(
  engine: Pick<Engine, "folders" | "stop" | "transcripts" | "workingFolder">,
  console: Console,
  options: ExportOptions,
): Promise<void> {
  const part = { turns: rangeIn(options.turns), thinking: options.thinking };
  const chosen = await choose(engine, console, options);
  if (chosen.length === 0)
    return console.terminal.say(console.words.transcripts.none({ folder: sanitize(shortenHome(engine.transcripts)) }));
  const form = options.form ?? formOf(options.output ?? "") ?? "md";
  const destination = destine(engine.workingFolder, options, form, chosen.length);
  const places = placesOf(destination, form, chosen);
  const texts = written(engine.stop, console, form, chosen, { ...options, part, places });
  if (destination.kind === "stdout") {
    for await (const { text } of texts) {
      // Nobody reads any more.
      if (engine.stop.reason === "closed") return;
      console.terminal.text(text);
    }
    return;
  }
  const exported =
    destination.kind === "file"
      ? await intoFile(destination.path, options.force, texts)
      : await intoFolder(destination.path, options.force, texts, places);
  const path = displayPath(engine.workingFolder, destination.path);
  const turns = part.turns === null ? null : exported.turns;
  console.terminal.succeed(console.words.exporting.done({ count: exported.count, turns, path }));
}

async function choose(
  engine: Library,
  console: Console,
  { references, all }: ExportOptions,
): Promise<TranscriptSummary[]> {
  if (all) return await listConversations(engine, console);
  if (references.length === 0) throw new AppError("nothing_named", { option: "--all", what: "conversation" });
  const found = new Map<string, TranscriptSummary>();
  for (const reference of references) {
    const summary = await findConversation(engine, console, reference);
    found.set(summary.path, summary);
  }
  return [...found.values()];
}

function destine(workingFolder: string, { output, all }: ExportOptions, form: FormName, count: number): Destination {
  const { gathers } = forms[form];
  if (output === null || output === "-") {
    if (count > 1 && !gathers) throw new AppError("output_needed", { count, form });
    return { kind: "stdout" };
  }
  const path = resolve(workingFolder, expandHome(output));
  const folder = /[\\/]$/.test(output) || isFolder(path) || (!gathers && (all || count > 1));
  return { kind: folder ? "folder" : "file", path };
}

/** Where each conversation is exported to, by the path of its transcript; none on stdout. */
type Places = ReadonlyMap<string, string>;

function placesOf(destination: Destination, form: FormName, chosen: readonly TranscriptSummary[]): Places {
  if (destination.kind === "stdout") return new Map();
  const { kind, path } = destination;
  if (kind === "file") return new Map(chosen.map((summary) => [summary.path, path]));
  return new Map(namesFor(chosen, form).map(({ from, name }) => [from, join(path, name)]));
}

interface ExportedText extends Pick<WithPictures, "writeCopies"> {
  readonly summary: TranscriptSummary;
  readonly text: string;
  readonly turns: number;
}

/** How many conversations were written, and how many turns of them. */
interface ExportedCount {
  readonly count: number;
  readonly turns: number;
}

/** @throws AppError `bad_value` */
function rangeIn(turns: string | null): TurnRange | null {
  const range = turns === null ? null : turnRangeOf(turns);
  if (turns === null || range !== null) return range;
  throw new AppError("bad_value", { name: "--turns", value: turns, expected: "3, 3-5, 3-" });
}

/** One conversation after the other, so that only one is in memory. */
async function* written(
  stop: AbortSignal,
  console: Console,
  form: FormName,
  chosen: readonly TranscriptSummary[],
  {
    all,
    part,
    turns,
    places,
  }: Pick<ExportOptions, "all" | "turns"> & { readonly part: ExportPart; readonly places: Places },
): AsyncGenerator<ExportedText> {
  const around: ExportContext = { words: console.words, dialect, signal: stop };
  for (const summary of chosen) {
    // Files are read without waiting; signals come through in between.
    await setImmediate();
    if (stop.aborted && stop.reason !== "closed") throw new AppError("interrupted", {});
    const whole = await readOne(stop, console, summary.path, all);
    if (whole === null) continue;
    const wanted = partOf(whole, part);
    if (wanted === null) throw noSuchTurns(turns ?? "", whole);
    const { pictures, write } = forms[form];
    const place = pictures === "beside" ? (places.get(summary.path) ?? null) : null;
    // On a screen a data URL is nothing but a wall of letters.
    const isShown = pictures === "beside" && place === null && console.terminal.outIsTerminal;
    const { transcript, lost, writeCopies } =
      pictures === "none" || isShown ? without(wanted) : withPictures(wanted, place);
    warnOfLost(console, lost);
    const text = await write(transcript, around);
    if (text !== "") yield { summary, text, turns: turnsIn(transcript.exchanges), writeCopies };
    else {
      const { id, title } = summary;
      console.terminal.warn(sanitize(console.words.exporting.nothingWhole({ id, title })));
    }
  }
}

function without(transcript: Transcript): WithPictures {
  return { transcript, lost: [], writeCopies() {} };
}

function noSuchTurns(turns: string, { title, exchanges }: Transcript): AppError {
  return new AppError("no_such_turns", { turns, title, count: turnsIn(exchanges) });
}

/** The conversation in a file; where all are exported, null for one that can't be read any more, which has been reported. */
async function readOne(stop: AbortSignal, console: Console, path: string, all: boolean): Promise<Transcript | null> {
  try {
    return await readTranscript(path, stop);
  } catch (error) {
    const known = asAppError(error);
    if (!all || (known.code !== "transcript_unreadable" && known.code !== "transcript_not_found")) throw error;
    passOver(console, known);
    return null;
  }
}

/** The file is opened once there is something to write: what is wrong with what was asked for comes before what is there. */
async function intoFile(path: string, force: boolean, texts: AsyncIterable<ExportedText>): Promise<ExportedCount> {
  let draft: AtomicFile | null = null;
  let [count, turns] = [0, 0];
  try {
    for await (const exported of texts) {
      draft ??= AtomicFile.open(path, force);
      exported.writeCopies();
      draft.write(exported.text);
      count += 1;
      turns += exported.turns;
    }
  } catch (error) {
    draft?.discard();
    throw error;
  }
  (draft ?? AtomicFile.open(path, force)).commit();
  return { count, turns };
}

/** None is written when one of them is there already. */
async function intoFolder(
  folder: string,
  force: boolean,
  texts: AsyncIterable<ExportedText>,
  places: Places,
): Promise<ExportedCount> {
  const taken = force ? undefined : [...places.values()].find((path) => existsSync(path));
  if (taken !== undefined) throw new AppError("output_exists", { path: taken });
  try {
    makeFolder(folder);
  } catch (error) {
    throw new AppError("storage_failed", { path: folder, reason: systemReason(error) }, { cause: error });
  }
  let [count, turns] = [0, 0];
  for await (const exported of texts) {
    const draft = AtomicFile.open(places.get(exported.summary.path)!, force);
    try {
      exported.writeCopies();
    } catch (error) {
      draft.discard();
      throw error;
    }
    draft.write(exported.text);
    draft.commit();
    count += 1;
    turns += exported.turns;
  }
  return { count, turns };
}

/** Every file is named as its transcript is; the id tells apart what would have the same name, such as a.md and a.txt. */
function namesFor(chosen: readonly TranscriptSummary[], form: FormName): { from: string; name: string }[] {
  const used = new Set<string>();
  return chosen.map(({ path, id }) => {
    const stem = basename(path).replace(/\.(?:md|txt)$/i, "");
    const name = used.has(stem.toLowerCase()) ? `${stem}-${id}` : stem;
    used.add(name.toLowerCase());
    return { from: path, name: `${name}.${form}` };
  });
}
