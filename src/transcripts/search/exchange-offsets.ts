import type { Exchange } from "../format/types.ts";
import { parsing } from "../format/parse.ts";
import { decodeFile } from "../format/decode.ts";
import type { Steps } from "../steps.ts";
import { incompleteTail } from "../format/truncation.ts";
import { imagesApart } from "../format/section-bodies.ts";
import { hasParts, orderedSections } from "../format/sections.ts";
import { lastUse } from "../format/turns.ts";

/** Whose words a text is; its index is part of a text's number in the index. */
export const roles = ["question", "answer", "thinking", "notice", "title"] as const;

export type Role = (typeof roles)[number];

/** A stretch of a file that can be read by itself. */
export interface FileSpan {
  /** Bytes. */
  readonly start: number;
  readonly end: number;
  /** Which of the exchanges in that stretch is meant. */
  readonly slot: number;
}

export interface Located {
  readonly exchange: Exchange;
  readonly place: FileSpan;
}

/** What a file, or the end of one, holds. */
export interface Outline {
  readonly exchanges: readonly Located[];
  /** The name someone gave the conversation. */
  readonly title: string | null;
  /** Up to this byte nothing changes when something is appended; 0 where that is not known. */
  readonly whole: number;
  /** How many of the exchanges lie before that. */
  readonly settled: number;
  /** When it was used last, in milliseconds since 1970; null where that does not show. */
  readonly usedAt: number | null;
  /** Whether it was branched off another conversation, whose exchanges it holds too. */
  readonly forked: boolean;
}

/** Lines that say something about what stands before them. */
const looksBack = "<!-- deepseek-chat (?:conversation|title|undo) ";
const retrospective = new RegExp(`(?<![^\\n])${looksBack}`);

/**
 * Reads a file from a byte on where an exchange begins.
 *
 * Throws TooLarge.
 *
 * @returns null where something in it concerns what stands before, so that the whole file must be read
 */
export function* outline(bytes: Buffer, from: number): Steps<Outline | null> {
  const part = bytes.subarray(from);
  const text = decodeFile(part);
  if (from > 0 && retrospective.test(text)) return null;
  const { exchanges, starts, header, notes, tear } = yield* parsing(text);
  const about = {
    title: notes.title,
    usedAt: lastUse(exchanges, header?.startedAt ?? null),
    forked: header?.origin !== undefined && header.origin !== null,
  };
  // Of a file with a byte order mark, carriage returns or what is no UTF-8, places in the text are none in the file.
  const faithful = Buffer.byteLength(text) === part.length - incompleteTail(part);
  if (!faithful) {
    const located = exchanges.map((exchange, slot) => ({ exchange, place: { start: 0, end: bytes.length, slot } }));
    return from > 0 ? null : { ...about, exchanges: located, whole: 0, settled: 0 };
  }
  const borders = placesOf(text, starts, from, bytes.length);
  const located = exchanges.map((exchange, index) => {
    return { exchange, place: { start: borders[index]!, end: borders[index + 1]!, slot: 0 } };
  });
  const ours = from > 0 || header !== null;
  const torn = tear !== null || part.length > Buffer.byteLength(text);
  const last = exchanges.length - 1;
  if (!ours) return { ...about, exchanges: located, whole: 0, settled: 0 };
  if (!torn) return { ...about, exchanges: located, whole: bytes.length, settled: exchanges.length };
  return { ...about, exchanges: located, whole: last < 0 ? from : borders[last]!, settled: Math.max(0, last) };
}

/** The bytes at which the exchanges begin, and the end of the last. */
function placesOf(text: string, starts: readonly number[], from: number, end: number): number[] {
  const borders: number[] = [];
  let byte = from;
  let before = 0;
  for (const start of starts) {
    byte += Buffer.byteLength(text.slice(before, start));
    before = start;
    borders.push(byte);
  }
  return [...borders, end];
}

/** The texts of an exchange, by whose they are. */
export function textsOf(exchange: Exchange): { readonly role: Role; readonly text: string }[] {
  return [
    { role: "question", text: [exchange.question, ...exchange.images.map(({ name }) => name)].join("\n") },
    { role: "answer", text: hasParts(exchange) ? withParts(exchange) : exchange.answer },
    { role: "thinking", text: exchange.reasoning },
    { role: "notice", text: exchange.notice ?? "" },
  ];
}

/** The answer with calls of tools, their results, and the names of pictures, in their order. */
function withParts(exchange: Exchange): string {
  return orderedSections(exchange)
    .filter(({ name }) => searchedParts.has(name))
    .map((section) => {
      const { images, text } = imagesApart(section);
      return [text, ...images.map(({ name }) => name)].join("\n");
    })
    .join("\n");
}

const searchedParts: ReadonlySet<string> = new Set(["Answer", "Call", "Result", "Picture"]);
