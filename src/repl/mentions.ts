import type { Stretch } from "./editor/origin.ts";

/**
 * What a question names after `@`. Where it ends is for the files to say: `@notes.md，然后` names notes.md where there is such a
 * file.
 */
export interface Mention {
  /** As it was written, with the `@`. */
  readonly written: string;
  /** Paths it may mean, the longest first, without quotes and escapes. */
  readonly paths: readonly string[];
  /** False where it was pasted or recalled: then it is only text. */
  readonly typed: boolean;
}

/** `@` at the start, behind a blank, an opening sign or a Chinese character: within a word it belongs to an address. */
const start = /(?<=^|[\s([{<"'「『（【《“‘，。；：！？、…]|\p{sc=Han})@(?=\S)/gu;
/** Signs that end a sentence or close what was opened before the `@`. */
const closing = /^[,.;:!?)\]}>"'，。；：！？、）】》」』”’…]+$/u;
const maxPaths = 12;
/** Maximum number of untyped mentions reported; a long paste may contain thousands. */
const maxUntyped = 20;

/**
 * The mentions in a line, those that are quoted (`@"my notes.md"`) and those with escaped blanks (`@my\ notes.md`) too.
 *
 * @param windows whether a backslash parts folders, and escapes only blanks
 */
export function mentionsIn({ text, typed }: Stretch, windows = process.platform === "win32"): Mention[] {
  const mentions: Mention[] = [];
  let [from, untyped] = [0, 0];
  for (const { index } of text.matchAll(start)) {
    if (index < from || (typed[index] === "-" && ++untyped > maxUntyped)) continue;
    const found = quoted(text, index + 1) ?? plain(text, index + 1, windows);
    from = found[0]?.end ?? index + 1;
    const isTyped = (end: number) => !typed.slice(index, end).includes("-");
    const own = found.filter(({ end }) => isTyped(end));
    const ends = own.length > 0 ? own : found;
    const [longest] = ends;
    if (longest === undefined) continue;
    const paths = ends.map(({ path }) => path);
    mentions.push({ written: text.slice(index, longest.end), paths, typed: own.length > 0 });
  }
  return mentions;
}

interface MentionSpan {
  readonly path: string;
  /** Offset behind it. */
  readonly end: number;
}

function quoted(text: string, at: number): MentionSpan[] | null {
  const [whole, , path = ""] = /^(["'])([^\n]+?)\1/u.exec(text.slice(at, at + 4096)) ?? [];
  return whole === undefined ? null : [{ path, end: at + whole.length }];
}

function plain(text: string, at: number, windows: boolean): MentionSpan[] {
  const form = windows ? /^(?:\\ |\S)+/u : /^(?:\\[^\n]|[^\s\\])+/u;
  const [whole = ""] = form.exec(text.slice(at, at + 4096)) ?? [];
  if (/^https?:\/\//iu.test(whole)) {
    const url = urlIn(whole);
    return [{ path: url, end: at + url.length }];
  }
  return endsOf(whole).map((part) => ({ path: unescaped(part, windows), end: at + part.length }));
}

/**
 * A URL alone, which no file can say the end of: it ends before signs that close a sentence, and where Chinese stands right behind a
 * letter or a digit, as in `@https://example.com/page的内容`. Quotes take it as it is.
 */
function urlIn(whole: string): string {
  const [url] = /^https?:\/\/[^，。；：！？、）】》」』”’…]*/iu.exec(whole)!;
  let end = url.replace(/(?<=[a-z0-9])\p{sc=Han}.*$/isu, "");
  // A bracket that the URL itself opened is its own: `…/Go_(game)`.
  const isOwn = () => end.endsWith(")") && end.split("(").length >= end.split(")").length;
  while (closing.test(end.slice(-1)) && !isOwn()) end = end.slice(0, -1);
  return end;
}

/** The whole, then without closing signs at its end, then up to where Chinese begins behind something else. */
function endsOf(whole: string): string[] {
  const ends: string[] = [];
  let rest = whole;
  const add = (part: string) => {
    if (part !== "" && !ends.includes(part) && ends.length < maxPaths) ends.push(part);
  };
  while (rest !== "") {
    add(rest);
    let trimmed = rest;
    while (trimmed !== "" && closing.test(Array.from(trimmed).at(-1)!)) {
      trimmed = trimmed.slice(0, -1);
      add(trimmed);
    }
    // A sign within, as in `notes.md，然后`, or Chinese right behind a name in other letters.
    const cut =
      /^(.*(?:[^\s\p{sc=Han}，。；：！？、）】》」』”’…]))[\p{sc=Han}，。；：！？、）】》」』”’…]/u.exec(
        trimmed,
      )?.[1] ?? "";
    rest = cut.length < trimmed.length ? cut : "";
  }
  // Signs alone, as in "mail me @.", name nothing.
  return ends.filter((part) => !/^[.,;:!?)\]}>]+$/u.test(part));
}

function unescaped(path: string, windows: boolean): string {
  return windows ? path.replaceAll("\\ ", " ") : path.replace(/\\([^\p{L}\p{N}])/gu, "$1");
}
