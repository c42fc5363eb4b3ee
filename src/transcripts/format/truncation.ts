import { rule } from "./types.ts";
import { metadataStart } from "./metadata-write.ts";

/**
 * Where a text that breaks off stops being trustworthy. What is dropped is little: the start of a line that the program,
 * not the person, was writing, an escape that is not whole, and the newlines of which nobody knows whose they are.
 */
export function keptLength(text: string, bodyStart: number, escaped: boolean): number {
  const lineStart = text.lastIndexOf("\n") + 1;
  const line = text.slice(lineStart);
  let kept = text.length;
  const afterBlank = lineStart >= bodyStart + 2 && text.slice(0, lineStart).endsWith("\n\n");
  if (line !== "" && afterBlank && startsStructure(line)) kept = lineStart;
  else if (escaped) kept -= /\u27ea(?:U(?:\+[0-9A-F]{0,6})?)?$/.exec(line)?.[0].length ?? 0;
  while (kept > bodyStart && text[kept - 1] === "\n") kept--;
  return Math.max(kept, bodyStart);
}

/** Whether a line without newline may be the beginning of a label or a rule, or the whole of one. */
export function startsStructure(line: string): boolean {
  if (rule.startsWith(line)) return true;
  const stamp = "[0000-00-00 00:00:00] ";
  return (
    line.slice(0, 22).replace(/\d/g, "0") === stamp.slice(0, line.length) &&
    /^(?:[A-Z][a-z]{0,30}:?)?$/.test(line.slice(22))
  );
}

/** Whether a line without newline may be the beginning of a metadata line that was not finished. */
export function startsMetadata(line: string): boolean {
  return metadataStart.startsWith(line) || (line.startsWith(metadataStart) && !line.endsWith(" -->"));
}

/** Bytes at the end that are the beginning of a UTF-8 sequence whose rest is missing. */
export function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? back : 0;
    }
  }
  return 0;
}
