import { crc32 } from "node:zlib";
import { boundedLines, type FileLine, type LineLimits, lineText } from "../../bounded-lines.ts";
import { type InputRecord, LineMistake, type RecordContent, type RecordReader } from "./record.ts";

/** Reads the lines of a UTF-8 file that are not blank as records; one that is too long is told. */
export function lineReader(path: string, limits: LineLimits): RecordReader {
  return async function* (signal) {
    for await (const lines of boundedLines(path, limits, signal)) yield lines.map(recordOf);
  };
}

function recordOf({ line, length, bytes }: FileLine): InputRecord {
  if (bytes !== null) return { line, crc: crc32(bytes), content: () => contentOf(bytes) };
  const mistake = new LineMistake("too_long", String(length));
  return { line, crc: length >>> 0, content: () => ({ kind: "mistake", mistake }) };
}

function contentOf(bytes: Buffer): RecordContent {
  const text = lineText(bytes);
  return text === null ? { kind: "mistake", mistake: new LineMistake("not_utf8") } : { kind: "line", text };
}
