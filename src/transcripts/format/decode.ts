import type { Transcript } from "./types.ts";
import { metadataStart } from "./metadata-write.ts";
import { idFrom, titleOf } from "../store/names.ts";
import { parseTranscript, type Parsed } from "./parse.ts";
import { incompleteTail } from "./truncation.ts";

/** A file's bytes as text to parse: no byte order mark, newlines \n, no half character at the end. */
export function decodeFile(bytes: Buffer): string {
  const text = bytes.toString("utf8", 0, bytes.length - incompleteTail(bytes));
  const bare = text.startsWith("\ufeff") ? text.slice(1) : text;
  return bare.includes("\r\n") ? bare.replaceAll("\r\n", "\n") : bare;
}

/** How many of a file's bytes hold the first `keep` characters of its text. */
export function keptBytes(bytes: Buffer, keep: number): number {
  const raw = bytes.toString("utf8", 0, bytes.length - incompleteTail(bytes));
  const bare = raw.startsWith("\ufeff") ? 1 : 0;
  let dropped = raw.replaceAll("\r\n", "\n").length - bare - keep;
  let end = raw.length;
  // Counted from the end, because further up a character may stand for bytes that are no UTF-8.
  for (; dropped > 0; dropped--) end -= raw.endsWith("\r\n", end) ? 2 : 1;
  return bytes.length - incompleteTail(bytes) - Buffer.byteLength(raw.slice(end));
}

/** The id of a conversation: the header's, else one that depends on how it begins, so that it stays through appends. */
export function identify(parsed: Parsed): string | null {
  if (parsed.header !== null) return parsed.header.id;
  return parsed.beginning === null ? null : idFrom(parsed.beginning);
}

/** The id of the conversation in a text; null when there is none. Reads no further than the header where there is one. */
export function identifyText(text: string): string | null {
  const newline = text.indexOf("\n");
  const header = newline > 0 && text.startsWith(`${metadataStart}conversation `) ? text.slice(0, newline) : null;
  return (header === null ? null : identify(parseTranscript(header))) ?? identify(parseTranscript(text));
}

/** The conversation in a parsed file; null when it holds no exchange. */
export function toTranscript(path: string, parsed: Parsed): Transcript | null {
  const first = parsed.exchanges[0];
  const id = identify(parsed);
  if (first === undefined || id === null) return null;
  return {
    id,
    path,
    title: titleOf(parsed.notes.title ?? first.question),
    named: parsed.notes.title !== null,
    pinned: parsed.notes.pinned,
    tags: parsed.notes.tags,
    startedAt: parsed.header?.startedAt ?? first.askedAt,
    zone: parsed.header?.zone ?? null,
    origin: parsed.header?.origin ?? null,
    exchanges: parsed.exchanges,
    torn: parsed.tear !== null,
    compaction: parsed.compaction,
    ownRequests: parsed.ownRequests,
  };
}
