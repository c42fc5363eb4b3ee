import type { Draft } from "./draft.ts";
import { lineEnd, lineStart, nextCluster, previousCluster } from "./motions.ts";
import { joined, keyed, reworded, slice, type Stretch } from "./origin.ts";
import { firstNonBlank, type ViMotion, viMotions } from "./vi-motions.ts";

export type ViOperator = "d" | "c" | "y";

/** What was cut or copied last, where that was whole lines; they are put on lines of their own. */
export interface ViRegister {
  lines: Stretch | null;
}

/** Where the caret may stand in normal mode: on a character, as long as the line has one. */
export function onCharacter(text: string, caret: number): number {
  return caret === lineEnd(text, caret) && caret > lineStart(text, caret) ? previousCluster(text, caret) : caret;
}

/** Applies an operator to what a motion takes in. Nothing where it leads nowhere. */
export function operate(
  draft: Draft,
  operator: ViOperator,
  motion: ViMotion,
  count: number | null,
  register: ViRegister,
): void {
  const { text, caret } = draft;
  const target = motion.to(text, caret, count);
  if (motion.extent === "lines")
    return operateOnLines(draft, operator, Math.min(caret, target), Math.max(caret, target), register);
  let [from, to] = [Math.min(caret, target), Math.max(caret, target)];
  if (motion.extent === "inclusive" && target !== caret) to = nextCluster(text, to);
  // A motion over words that comes to another line ends with the line before.
  if (motion === viMotions["w"] || motion === viMotions["W"]) to = endOfWords(text, from, to);
  if (from === to) return;
  take(draft, operator, from, to);
  register.lines = null;
}

function endOfWords(text: string, from: number, to: number): number {
  const start = lineStart(text, to);
  return start > from && /^\s*$/u.test(text.slice(start, to)) ? start - 1 : to;
}

/** Lines from the one with the first place to the one with the second. */
export function operateOnLines(
  draft: Draft,
  operator: ViOperator,
  first: number,
  last: number,
  register: ViRegister,
): void {
  const { text, caret } = draft;
  const [from, to] = [lineStart(text, first), lineEnd(text, last)];
  const lines = slice(draft.written, from, to);
  if (operator === "y") {
    draft.copy(lines);
    draft.moveTo(Math.min(caret, first));
  } else {
    draft.copy(lines);
    const below = to < text.length ? 1 : 0;
    const above = below === 0 && from > 0 ? 1 : 0;
    if (operator === "c") draft.replace(from, to, "");
    else draft.replace(from - above, to + below, "");
    if (operator === "d") draft.moveTo(firstNonBlank(draft.text, Math.min(from, draft.text.length)));
  }
  register.lines = lines;
}

function take(draft: Draft, operator: ViOperator, from: number, to: number): void {
  draft.copy(slice(draft.written, from, to));
  if (operator === "y") draft.moveTo(from);
  else draft.replace(from, to, "", from);
}

type Change = (draft: Draft, count: number, register: ViRegister) => void;

/** Characters that one command puts in at most: a count may be a slip of the finger. */
const maxPut = 1_000_000;

/** Puts what was cut or copied behind the character, or before it. */
function put(behind: boolean): Change {
  return (draft, count, register) => {
    const cut = draft.newestCut;
    if (cut === undefined) return;
    const { text, caret } = draft;
    const times = Math.max(1, Math.min(count, Math.floor(maxPut / cut.text.length)));
    const all = (part: Stretch) => joined(...Array.from({ length: times }, () => part));
    if (cut === register.lines) {
      const at = behind ? lineEnd(text, caret) : lineStart(text, caret);
      const lines = all(behind ? joined(keyed("\n"), cut) : joined(cut, keyed("\n")));
      draft.replace(at, at, lines, at + (behind ? 1 : 0));
    } else {
      const at = behind && caret < lineEnd(text, caret) ? nextCluster(text, caret) : caret;
      draft.replace(at, at, all(cut));
      draft.moveTo(previousCluster(draft.text, draft.caret));
    }
  };
}

/** The clusters from the caret on, at most to the end of the line. */
function clustersFrom({ text, caret }: Draft, count: number): number {
  return viMotions["l"]?.to(text, caret, count) ?? caret;
}

const swapCase: Change = (draft, count) => {
  const end = clustersFrom(draft, count);
  const part = slice(draft.written, draft.caret, end);
  const swapped = part.text.replaceAll(/\p{L}/gu, (letter) => {
    const [lower, upper] = [letter.toLowerCase(), letter.toUpperCase()];
    return letter === lower ? upper : lower;
  });
  if (part.text !== "") draft.replace(draft.caret, end, reworded(part, swapped));
};

const joinLines: Change = (draft, count) => {
  for (let left = Math.max(count - 1, 1); left > 0; left--) {
    const end = lineEnd(draft.text, draft.caret);
    if (end === draft.text.length) return;
    draft.replace(end, firstNonBlank(draft.text, end + 1), " ", end);
  }
};

function stay(): void {}

/** Changes of the text by one key. */
export const viChanges: Readonly<Record<string, Change>> = { p: put(true), P: put(false), "~": swapCase, J: joinLines };

/** Keys that begin to insert, with what they do before. */
export const viInserts: Readonly<Record<string, (draft: Draft) => void>> = {
  i: stay,
  a: (draft) => draft.moveTo(clustersFrom(draft, 1)),
  I: (draft) => draft.moveTo(firstNonBlank(draft.text, draft.caret)),
  A: (draft) => draft.moveTo(lineEnd(draft.text, draft.caret)),
  o(draft) {
    const end = lineEnd(draft.text, draft.caret);
    draft.replace(end, end, "\n");
  },
  O(draft) {
    const start = lineStart(draft.text, draft.caret);
    draft.replace(start, start, "\n", start);
  },
};

/** Writes one character over as many as the count says; nothing where the line has not so many. */
export function writeOver(draft: Draft, character: string, count: number): void {
  const { caret } = draft;
  let end = caret;
  for (let left = count; left > 0; left--) {
    if (end === lineEnd(draft.text, end)) return;
    end = nextCluster(draft.text, end);
  }
  draft.replace(caret, end, character.repeat(count));
  draft.moveTo(previousCluster(draft.text, draft.caret));
}
