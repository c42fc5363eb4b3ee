import { AppError } from "../../errors.ts";
import { characterStart } from "../../terminal/width.ts";
import type { FoundExchange } from "../../transcripts/search/match-exchange.ts";
import type { SearchCourse, Searcher } from "../../transcripts/search/search.ts";

/** By the path of each conversation in which something was found the line that holds it; empty where none is known. */
export type FoundLines = ReadonlyMap<string, string>;

/** Conversations that a filter may leave by their contents. */
const maxFound = 1000;
/** Characters of a line before what was found in it. */
const leadLength = 20;
/** Characters of a text that a preview may need: more than fit on any screen. */
export const maxCharacters = 4000;

/** The conversations that hold the words of a filter; none where the search was left. */
export async function foundLines(searcher: Searcher, what: string, course: SearchCourse): Promise<FoundLines> {
  const query = { what, role: null, since: null, limit: maxFound, exchanges: 1, forks: "each" as const };
  try {
    const { conversations } = await searcher.search(query, course);
    return new Map(conversations.map(({ path, exchanges }) => [path, lineOf(exchanges)]));
  } catch (error) {
    if (error instanceof AppError && error.code === "interrupted") return new Map();
    throw error;
  }
}

/** The first line in which something was found, from shortly before that on. */
function lineOf(exchanges: readonly FoundExchange[]): string {
  const line = exchanges[0]?.lines[0];
  if (line === undefined) return "";
  const start = characterStart(line.text, Math.max(0, (line.ranges[0]?.from ?? 0) - leadLength));
  return `${start > 0 ? "…" : ""}${line.text.slice(start, start + maxCharacters)}`.trim();
}
