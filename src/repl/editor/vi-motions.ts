import { graphemes } from "../../terminal/width.ts";
import { lineEnd, lineStart, nextCluster, previousCluster } from "./motions.ts";
import { type ViWord, viWords } from "./vi-words.ts";

/** What an operator takes in: up to the place, the character there too, or whole lines. */
type Extent = "exclusive" | "inclusive" | "lines";

export interface ViMotion {
  readonly extent: Extent;
  /** @param count as it was typed; null for none */
  readonly to: (text: string, caret: number, count: number | null) => number;
}

type Step = (text: string, caret: number) => number;

/** A step taken as often as the count says, or as it leads anywhere. */
function repeated(extent: Extent, step: Step): ViMotion {
  return {
    extent,
    to(text, caret, count) {
      let place = caret;
      for (let left = count ?? 1; left > 0; left--) {
        const next = step(text, place);
        if (next === place) break;
        place = next;
      }
      return place;
    },
  };
}

function once(extent: Extent, step: Step): ViMotion {
  return { extent, to: (text, caret) => step(text, caret) };
}

const left: Step = (text, caret) => (caret === lineStart(text, caret) ? caret : previousCluster(text, caret));
const right: Step = (text, caret) => (caret === lineEnd(text, caret) ? caret : nextCluster(text, caret));
const lineAbove: Step = (text, caret) => lineStart(text, Math.max(lineStart(text, caret) - 1, 0));
const lineBelow: Step = (text, caret) => {
  const end = lineEnd(text, caret);
  return end === text.length ? caret : end + 1;
};

export function firstNonBlank(text: string, caret: number): number {
  const start = lineStart(text, caret);
  return start + (/^[^\S\n]*/u.exec(text.slice(start))?.[0].length ?? 0);
}

/** The start of a line, counted from one; of the last one where there are not so many. */
function lineOf(text: string, number: number): number {
  let place = 0;
  for (let line = 1; line < number && lineEnd(text, place) < text.length; line++) place = lineEnd(text, place) + 1;
  return place;
}

/** The next place of the line's words, and of those of the lines below, where an empty line is a word. */
function forward(big: boolean, placeOf: (word: ViWord) => number): Step {
  return (text, caret) => {
    for (let start = lineStart(text, caret); ; start = lineEnd(text, start) + 1) {
      const end = lineEnd(text, start);
      const places = viWords(text.slice(start, end), big).map((word) => start + placeOf(word));
      const next = places.find((place) => place > caret) ?? (start === end && start > caret ? start : undefined);
      if (next !== undefined) return next;
      if (end === text.length) return end;
    }
  };
}

function backward(big: boolean): Step {
  return (text, caret) => {
    for (let start = lineStart(text, caret); ; start = lineStart(text, start - 1)) {
      const end = lineEnd(text, start);
      const places = viWords(text.slice(start, end), big).map(({ from }) => start + from);
      const next = places.findLast((place) => place < caret) ?? (start === end && start < caret ? start : undefined);
      if (next !== undefined) return next;
      if (start === 0) return 0;
    }
  };
}

const start = ({ from }: ViWord) => from;
const end = ({ last }: ViWord) => last;

/** To the end of this word and no farther, even where only its last character is left. */
function wordRest(big: boolean): ViMotion {
  const next = forward(big, end);
  return {
    extent: "exclusive",
    to(text, caret, count) {
      const from = lineStart(text, caret);
      const word = viWords(text.slice(from, lineEnd(text, caret)), big).find(({ last }) => from + last >= caret);
      let place = word === undefined ? caret : from + word.last;
      for (let left = count ?? 1; left > 1 && place < text.length; left--) place = next(text, place);
      return nextCluster(text, place);
    },
  };
}

/** What `w` means behind `c`, on a word: with the blanks behind it, it would take what the next word needs. */
export const viChangeMotions: Readonly<Record<string, ViMotion>> = { w: wordRest(false), W: wordRest(true) };

/** By the keys that are typed; `j` and `k` are motions behind an operator alone. */
export const viMotions: Readonly<Record<string, ViMotion>> = {
  h: repeated("exclusive", left),
  l: repeated("exclusive", right),
  " ": repeated("exclusive", right),
  "0": once("exclusive", lineStart),
  "^": once("exclusive", firstNonBlank),
  $: {
    extent: "exclusive",
    to: (text, caret, count) => lineEnd(text, repeated("lines", lineBelow).to(text, caret, (count ?? 1) - 1)),
  },
  w: repeated("exclusive", forward(false, start)),
  W: repeated("exclusive", forward(true, start)),
  b: repeated("exclusive", backward(false)),
  B: repeated("exclusive", backward(true)),
  e: repeated("inclusive", forward(false, end)),
  E: repeated("inclusive", forward(true, end)),
  j: repeated("lines", lineBelow),
  k: repeated("lines", lineAbove),
  gg: { extent: "lines", to: (text, _, count) => firstNonBlank(text, lineOf(text, count ?? 1)) },
  G: { extent: "lines", to: (text, _, count) => firstNonBlank(text, lineOf(text, count ?? Infinity)) },
};

/** A character looked for in the line: at it (f) or before it (t), backwards (F, T). */
export interface ViFind {
  readonly key: "f" | "F" | "t" | "T";
  readonly character: string;
}

const opposite = { f: "F", F: "f", t: "T", T: "t" } as const;

export function reversed({ key, character }: ViFind): ViFind {
  return { key: opposite[key], character };
}

/** @param again whether it is repeated, and the character next to the caret was found before */
export function findMotion({ key, character }: ViFind, again: boolean): ViMotion {
  const backwards = key === "F" || key === "T";
  const before = key === "t" || key === "T";
  return {
    extent: backwards ? "exclusive" : "inclusive",
    to(text, caret, count) {
      const step = backwards ? left : right;
      const from = before && again ? step(text, caret) : caret;
      const place = placesOf(text, caret, character)
        .filter((found) => (backwards ? found < from : found > from))
        .at(backwards ? -(count ?? 1) : (count ?? 1) - 1);
      if (place === undefined) return caret;
      return before ? (backwards ? right : left)(text, place) : place;
    },
  };
}

/** Where a character stands in the line around the caret. */
function placesOf(text: string, caret: number, character: string): number[] {
  let place = lineStart(text, caret);
  const places: number[] = [];
  for (const cluster of graphemes(text.slice(place, lineEnd(text, caret)))) {
    if (cluster === character) places.push(place);
    place += cluster.length;
  }
  return places;
}
