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
const lineAhead = Buffer.from(`\n${metadataStart}`);
/** Kinds of notes that a summary depends on. */
const noteKinds = ["title", "pin", "tags", "undo"].map((kind) => ({ kind, start: Buffer.from(`${kind} `) }));
const headerStart = `${metadataStart}conversation `;
const turnStart = Buffer.from(`${metadataStart}turn `);
/** Within a string of JSON its quotes would have backslashes. */
const continuesMark = Buffer.from(',"continues":"');
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
 * body has a line of a label's form, and the questions' labels are all found by searching. Null where that is not sure.
 */
function* skim(bytes: Buffer): Steps<Summary | null> {
  if (!bytes.subarray(0, headerStart.length).equals(Buffer.from(headerStart))) return null;
  if (bytes.includes(carriageReturn) || bytes.includes(continuesMark)) return null;
  const header = headerFacts(factsAt(bytes, 0));
  const notes = header === null ? null : notesIn(bytes);
  if (header === null || notes === null) return null;

  let turns = 0;
  let first = 0;
  let last = 0;
  let turnAt = 0;
  for (let at = bytes.indexOf(question); at >= 0; at = bytes.indexOf(question, at + question.length)) {
    const label = at + question.length - labelLength;
    if (bytes[label - 1] !== newline || !startsAt(bytes, label, labelForm)) continue;
    turnAt = bytes.lastIndexOf(newline, label - 2) + 1;
    // Without its own metadata line it is an exchange of the plain form, where text may look like a label.
    if (!startsAt(bytes, turnAt, turnStart)) return null;
    if (turns === 0) first = label + labelLength;
    turns++;
    last = label;
    if (turns > limits.exchanges) throw new TooLarge();
    if (turns % questionsEach === 0) yield;
  }
  const turn = factsAt(bytes, turnAt);
  const endedAt = endAfter(bytes, last);
  if (turns === 0 || turn === null || Number.isNaN(endedAt)) return null;
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

/** What notes say of a conversation; null where that is not sure, or one takes an exchange back. */
function notesIn(bytes: Buffer): Notes | null {
  let notes = noNotes;
  let outside = 0;
  for (let at = bytes.indexOf(lineAhead); at >= 0; at = bytes.indexOf(lineAhead, at + lineAhead.length)) {
    const kind = noteKinds.find((each) => startsAt(bytes, at + lineAhead.length, each.start))?.kind;
    if (kind === undefined) continue;
    if (kind === "undo" || !isOutside(bytes, at + 1, outside)) return null;
    outside = at + 1;
    notes = withNote(notes, kind, factsAt(bytes, outside));
  }
  return notes;
}

/**
 * Whether a line stands outside bodies for certain: behind the header, or the end of an exchange, with nothing between but notes.
 *
 * @param outside where a line before it starts that does; 0 where none is known
 */
function isOutside(bytes: Buffer, line: number, outside: number): boolean {
  for (let at = line; bytes.indexOf(newline, at) >= 0 && bytes[at - 2] === newline;) {
    const before = bytes.lastIndexOf(newline, at - 3) + 1;
    if (before === 0 || before === outside) return true;
    if (!startsAt(bytes, before, metadataAhead)) return false;
    if (startsAt(bytes, before, endStart)) {
      return bytes.subarray(before - ruleLine.length, before).equals(ruleLine);
    }
    at = before;
  }
  return false;
}

/** When the exchange whose question's label is at `label` ended; not a number where its end does not say. */
function endAfter(bytes: Buffer, label: number): number {
  const at = bytes.indexOf(ruleLine, label) + ruleLine.length;
  if (!startsAt(bytes, at, endStart)) return Number.NaN;
  const ended = factsAt(bytes, at)?.["ended"];
  const date = new Date(typeof ended === "string" ? ended : Number.NaN);
  return isWritable(date) ? date.getTime() : Number.NaN;
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
  const metadata = parseMetadata(bytes.toString("utf8", at, bytes.indexOf(newline, at)));
  return (metadata?.data ?? null) as Record<string, unknown> | null;
}

/** As much of the body at `at` as a title needs. */
function bodyAt(bytes: Buffer, at: number): string {
  // Decoding is what takes time, and most first questions are short.
  const near = bytes.indexOf(labelAhead, at);
  const text = bytes.toString("utf8", at, Math.min(at + 4096, near < 0 ? bytes.length : near + 60));
  const end = findMarks(text).find((mark) => mark.type === "label" || mark.line === rule)?.start;
  return decodeBody(text.slice(0, end));
}
