import { decodeBody } from "../format/escape.ts";
import { headerFacts, isWritable, parseMetadata } from "../format/metadata-read.ts";
import { rule } from "../format/types.ts";
import { limits, TooLarge } from "../limits.ts";
import { findMarks } from "../format/scan.ts";
import { metadataStart } from "../format/metadata-write.ts";
import { noNotes, withNote, type Notes } from "../format/notes.ts";
import { titleOf } from "./names.ts";
import { parsing } from "../format/parse.ts";
import { decodeFile, toTranscript } from "../format/decode.ts";
import { atOnce, type Steps } from "../steps.ts";
import { lastUse, turnsIn } from "../format/turns.ts";

/** What a list says of a conversation. */
export interface Summary {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** When it was used last, as the file says, in milliseconds since 1970; null where it does not say. */
  readonly usedAt: number | null;
  readonly title: string;
  readonly pinned: boolean;
  readonly tags: readonly string[];
  /** How many turns it has, see `turnsIn`. */
  readonly turns: number;
  /** Of the last exchange. */
  readonly provider: string | null;
  readonly model: string | null;
}

/** Summarises a file's bytes; null when they hold no exchange. Throws TooLarge. */
export function summarize(bytes: Buffer): Summary | null {
  return atOnce(summarizing(bytes));
}

/** The same in steps. */
export function* summarizing(bytes: Buffer): Steps<Summary | null> {
  return (yield* skim(bytes)) ?? (yield* study(bytes));
}

function* study(bytes: Buffer): Steps<Summary | null> {
  const parsed = yield* parsing(decodeFile(bytes));
  const transcript = toTranscript("", parsed);
  if (transcript === null) return null;
  const { id, title, pinned, tags, startedAt, exchanges } = transcript;
  const { provider, model } = exchanges.at(-1)!;
  const usedAt = lastUse(exchanges, parsed.header?.startedAt ?? null);
  const turns = turnsIn(exchanges);
  return { id, title, pinned, tags, startedAt: startedAt.getTime(), usedAt, turns, provider, model };
}

const metadataAhead = Buffer.from(metadataStart);
const headerStart = Buffer.from(`${metadataStart}conversation `);
const turnStart = Buffer.from(`${metadataStart}turn `);
const undoStart = Buffer.from(`${metadataStart}undo `);
/** Within a string of JSON its quotes would have backslashes. */
const continuesMark = Buffer.from(',"continues":"');
/** For each byte, how far a search for that mark may go on where this byte is the last of those compared. */
const skips = Uint8Array.from({ length: 256 }, (_, byte) => {
  return continuesMark.length - 1 - continuesMark.lastIndexOf(byte, continuesMark.length - 2);
});
const ruleLine = Buffer.from(`\n${rule}\n`);
const endStart = Buffer.from(`${metadataStart}end `);
/** Questions between two steps. */
const questionsEach = 1000;
const labelAhead = Buffer.from("\n\n[");
const question = Buffer.from("] Question:\n");
const labelLength = "[2026-11-20 23:41:07] Question:\n".length;
const carriageReturn = 13;
const newline = 10;
const digit = 0x30;
/** With a 0 for each digit: a regular expression would need a string of each label. */
const labelForm = Buffer.from("[0000-00-00 00:00:00");

/**
 * The same without reading bodies, some twenty times faster, where the file is nothing but what this program wrote: then no
 * body has a line of a label's form, all questions' labels are found by searching, and every note stands between the end of one
 * exchange and the next. Null where that is not sure, and where an exchange is undone or continues another.
 *
 * Only the labels are searched for. Of all marks they alone begin with a character that is rare in texts, which Node's search
 * skips to: each other mark takes three times as long to search for as the file takes to read.
 */
function* skim(bytes: Buffer): Steps<Summary | null> {
  if (!startsAt(bytes, 0, headerStart) || bytes.includes(carriageReturn)) return null;
  const header = headerFacts(factsAt(bytes, 0));
  if (header === null) return null;

  let notes: Notes | null = noNotes;
  let turns = 0;
  let first = 0;
  let last = 0;
  let turnAt = 0;
  for (let at = bytes.indexOf(question); at >= 0; at = bytes.indexOf(question, at + question.length)) {
    const label = at + question.length - labelLength;
    if (bytes[label - 1] !== newline || !startsAt(bytes, label, labelForm)) continue;
    turnAt = bytes.lastIndexOf(newline, label - 2) + 1;
    // Without its own metadata line it is an exchange of the plain form, where text may look like a label.
    if (!startsAt(bytes, turnAt, turnStart) || continuesAnswer(bytes, turnAt, label)) return null;
    notes = withNotes(bytes, notes, notesBefore(bytes, turnAt));
    if (notes === null) return null;
    if (turns === 0) first = label + labelLength;
    turns++;
    last = label;
    if (turns > limits.exchanges) throw new TooLarge();
    if (turns % questionsEach === 0) yield;
  }
  const turn = turns === 0 ? null : factsAt(bytes, turnAt);
  const endAt = bytes.indexOf(ruleLine, last) + ruleLine.length;
  const endedAt = endTime(bytes, endAt);
  notes = Number.isNaN(endedAt) ? null : withNotes(bytes, notes, notesBehind(bytes, endAt));
  if (turn === null || notes === null) return null;
  const startedAt = header.startedAt.getTime();
  const { provider, model } = turn;
  return {
    id: header.id,
    startedAt,
    usedAt: Math.max(endedAt, startedAt),
    title: titleOf(notes.title ?? header.title ?? bodyAt(bytes, first)),
    pinned: notes.pinned,
    tags: notes.tags,
    turns,
    provider: typeof provider === "string" ? provider : null,
    model: typeof model === "string" ? model : null,
  };
}

/**
 * Where the metadata lines start that stand before a turn's line, behind the header or the end of the exchange before. Null where
 * anything else stands there: then the turn's line, or a note, may be part of a body.
 */
function notesBefore(bytes: Buffer, turnAt: number): readonly number[] | null {
  const found: number[] = [];
  for (let at = turnAt; bytes[at - 2] === newline;) {
    at = bytes.lastIndexOf(newline, at - 3) + 1;
    if (at === 0) return found.reverse();
    if (startsAt(bytes, at, endStart)) return startsAt(bytes, at - ruleLine.length, ruleLine) ? found.reverse() : null;
    if (!startsAt(bytes, at, metadataAhead)) return null;
    found.push(at);
  }
  return null;
}

/** Where the metadata lines start behind the line of the last exchange's end; null where anything else stands there. */
function notesBehind(bytes: Buffer, endAt: number): readonly number[] | null {
  const found: number[] = [];
  for (let at = endAt; ;) {
    const end = bytes.indexOf(newline, at);
    if (end < 0 || bytes[end + 1] !== newline) return null;
    at = end + 2;
    if (at === bytes.length) return found;
    if (!startsAt(bytes, at, metadataAhead)) return null;
    found.push(at);
  }
}

/** What notes say after those that start at some places; null where the places are not known, or one of them undoes an exchange. */
function withNotes(bytes: Buffer, before: Notes, places: readonly number[] | null): Notes | null {
  let notes = before;
  for (const at of places ?? []) {
    if (startsAt(bytes, at, undoStart)) return null;
    const metadata = metadataAt(bytes, at);
    if (metadata !== null) notes = withNote(notes, metadata.kind, metadata.data);
  }
  return places === null ? null : notes;
}

/** When an exchange ended, as the line of its end says that starts at `at`; not a number where it does not. */
function endTime(bytes: Buffer, at: number): number {
  const ended = startsAt(bytes, at, endStart) ? factsAt(bytes, at)?.["ended"] : null;
  const date = new Date(typeof ended === "string" ? ended : Number.NaN);
  return isWritable(date) ? date.getTime() : Number.NaN;
}

/** Whether a turn's line continues an answer. By Boyer, Moore and Horspool: of 14 bytes one is looked at. */
function continuesAnswer(bytes: Buffer, line: number, end: number): boolean {
  const last = continuesMark.length - 1;
  for (let at = line + last; at < end; at += skips[bytes[at]!]!) {
    if (startsAt(bytes, at - last, continuesMark)) return true;
  }
  return false;
}

/** Whether that stands at a place; in it a 0 stands for any digit. Byte by byte, because calls into Node take longer. */
function startsAt(bytes: Buffer, at: number, form: Buffer): boolean {
  for (let index = 0; index < form.length; index++) {
    const byte = bytes[at + index]!;
    const wanted = form[index]!;
    if (wanted === digit ? byte < 0x30 || byte > 0x39 : byte !== wanted) return false;
  }
  return true;
}

/** What the metadata line that starts at `at` says; null where it is none. */
function factsAt(bytes: Buffer, at: number): Record<string, unknown> | null {
  return (metadataAt(bytes, at)?.data ?? null) as Record<string, unknown> | null;
}

function metadataAt(bytes: Buffer, at: number): ReturnType<typeof parseMetadata> {
  return parseMetadata(bytes.toString("utf8", at, bytes.indexOf(newline, at)));
}

/** As much of the body at `at` as a title needs. */
function bodyAt(bytes: Buffer, at: number): string {
  // Decoding is what takes time, and most first questions are short.
  const near = bytes.indexOf(labelAhead, at);
  const text = bytes.toString("utf8", at, Math.min(at + 4096, near < 0 ? bytes.length : near + 60));
  const end = findMarks(text).find((mark) => mark.type === "label" || mark.line === rule)?.start;
  return decodeBody(text.slice(0, end));
}
