import { PathRefusal, readInside, shownPath, type WorkingFolder } from "./working-files.ts";

/** What is searched for in files; data, as it goes to a thread. */
export interface FileSearch extends WorkingFolder {
  /** Absolute paths in it. */
  readonly files: readonly string[];
  /** A regular expression. */
  readonly pattern: string;
  readonly ignoresCase: boolean;
  /** Lines. */
  readonly max: number;
}

/** Lines that match, as `path:line: text`, and what was left out. */
export interface FileMatches {
  readonly lines: readonly string[];
  /** Whether there are more. */
  readonly isCut: boolean;
  /** Files that were searched. */
  readonly searched: number;
}

/** UTF-16 units of a line that are shown. */
const maxLine = 300;

/**
 * Searches files one after the other; a pattern may take a line of them any time, so that it runs where it can be ended.
 *
 * @param sign called after each file
 * @throws SyntaxError for what is no regular expression
 */
export function fileMatches(search: FileSearch, sign: () => void): FileMatches {
  const { folder, files, pattern, ignoresCase, max } = search;
  const matcher = readPattern(pattern, ignoresCase);
  const lines: string[] = [];
  let searched = 0;
  for (const file of files) {
    sign();
    const text = textOf(search, file);
    if (text === null) continue;
    searched++;
    for (const [index, line] of text.split(/\r?\n/u).entries()) {
      if (!matcher.test(line)) continue;
      if (lines.length === max) return { lines, isCut: true, searched };
      lines.push(`${shownPath(folder, file)}:${index + 1}: ${shortened(line, matcher)}`);
    }
  }
  return { lines, isCut: false, searched };
}

/** As models write them: escapes that Unicode mode refuses are read too. @throws SyntaxError */
export function readPattern(pattern: string, ignoresCase: boolean): RegExp {
  const flags = ignoresCase ? "i" : "";
  try {
    return new RegExp(pattern, `${flags}u`);
  } catch {
    // oxlint-disable-next-line require-unicode-regexp
    return new RegExp(pattern, flags);
  }
}

/** Null for what is not searched: secrets, other than text, what is too large. */
function textOf(at: WorkingFolder, file: string): string | null {
  try {
    return readInside(at, file);
  } catch (error) {
    if (error instanceof PathRefusal) return null;
    throw error;
  }
}

/** Of a long line the part around the match. */
function shortened(line: string, matcher: RegExp): string {
  if (line.length <= maxLine) return line;
  const start = Math.max(0, (matcher.exec(line)?.index ?? 0) - maxLine / 3);
  const part = line.slice(start, start + maxLine).toWellFormed();
  return `${start > 0 ? "…" : ""}${part}${start + maxLine < line.length ? "…" : ""}`;
}
