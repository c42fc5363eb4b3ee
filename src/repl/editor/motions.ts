import { isPlainBorder } from "../../terminal/width.ts";
import { isPasteMark } from "./paste.ts";

/**
 * Where the caret may go: pure functions from a text and a place in it (UTF-16 offsets on borders of clusters) to another
 * place. A cluster is what a reader takes for one character; words are those of Unicode, which for Chinese are found by
 * dictionary.
 */

/** Both are made at first use: that takes 10 ms, and few keys need one. */
let clusterSegmenter: Intl.Segmenter | undefined;
let wordSegmenter: Intl.Segmenter | undefined;

function clusters(line: string): Intl.Segments {
  return (clusterSegmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" })).segment(line);
}

export function wordSegments(line: string): Intl.Segments {
  return (wordSegmenter ??= new Intl.Segmenter(undefined, { granularity: "word" })).segment(line);
}

export function lineStart(text: string, caret: number): number {
  // A negative index would be taken for zero.
  return caret === 0 ? 0 : text.lastIndexOf("\n", caret - 1) + 1;
}

export function lineEnd(text: string, caret: number): number {
  const end = text.indexOf("\n", caret);
  return end < 0 ? text.length : end;
}

/** The line around the caret and where it starts; segmenting no more than that keeps long texts quick. */
function lineAround(text: string, caret: number): { line: string; start: number } {
  const start = lineStart(text, caret);
  return { line: text.slice(start, lineEnd(text, caret)), start };
}

export function previousCluster(text: string, caret: number): number {
  const { line, start } = lineAround(text, caret);
  if (caret === start) return Math.max(caret - 1, 0);
  if (isPlainBorder(line, caret - start - 1)) return caret - 1;
  return start + (clusters(line).containing(caret - start - 1)?.index ?? 0);
}

export function nextCluster(text: string, caret: number): number {
  const { line, start } = lineAround(text, caret);
  if (isPlainBorder(line, caret - start + 1)) return Math.min(caret + 1, text.length);
  const found = clusters(line).containing(caret - start);
  if (found === undefined) return Math.min(caret + 1, text.length);
  return start + found.index + found.segment.length;
}

/** The nearest border of a cluster at or after the place: an edit may have joined what stands on both sides of it. */
export function onBorder(text: string, caret: number): number {
  const place = Math.max(0, Math.min(caret, text.length));
  const { line, start } = lineAround(text, place);
  if (isPlainBorder(line, place - start)) return place;
  const found = clusters(line).containing(place - start);
  return found === undefined || start + found.index === place ? place : start + found.index + found.segment.length;
}

function isWord(segment: Intl.SegmentData): boolean {
  return segment.isWordLike === true || isPasteMark(segment.segment);
}

/** Start of the word before the caret, over whatever lies between. */
export function wordStart(text: string, caret: number): number {
  for (let place = caret; place > 0;) {
    const { line, start } = lineAround(text, place);
    const found = place === start ? undefined : wordSegments(line).containing(place - start - 1);
    place = found === undefined ? place - 1 : start + found.index;
    if (found !== undefined && isWord(found)) return place;
  }
  return 0;
}

/** End of the word at or after the caret. */
export function wordEnd(text: string, caret: number): number {
  for (let place = caret; place < text.length;) {
    const { line, start } = lineAround(text, place);
    const found = wordSegments(line).containing(place - start);
    place = found === undefined ? place + 1 : start + found.index + found.segment.length;
    if (found !== undefined && isWord(found)) return place;
  }
  return text.length;
}

/**
 * Start of what Ctrl-W deletes: back to white space, as in a shell. Where there are words of a script written without spaces
 * it is the last of them, for else a whole Chinese sentence would go.
 */
export function chunkStart(text: string, caret: number): number {
  let place = caret;
  while (place > 0 && /\s/.test(text.charAt(place - 1))) place--;
  const { line, start } = lineAround(text, place);
  for (let first = true; place > start; first = false) {
    const found = wordSegments(line).containing(place - start - 1);
    if (found === undefined || /\s/.test(found.segment)) break;
    const stands = standsAlone(found.segment);
    if (stands && !first) break;
    place = start + found.index;
    if (stands) break;
  }
  return place;
}

function standsAlone(segment: string): boolean {
  return isPasteMark(segment) || /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(segment);
}
