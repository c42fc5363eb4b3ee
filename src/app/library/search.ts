import { AppError } from "../../errors.ts";
import { ProgressBar } from "../../terminal/progress.ts";
import type { TranscriptSummary } from "../../transcripts/store/read.ts";
import {
  Searcher,
  type SearchResults,
  type ConversationHits,
  type SearchQuery,
} from "../../transcripts/search/search.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { passOver } from "./conversations.ts";
import { foundObject, foundText } from "./search-results.ts";

export interface SearchOptions {
  readonly json: boolean;
  /** Conversations; null for all. */
  readonly limit: number | null;
  readonly role: "question" | "answer" | null;
  readonly since: Date | null;
  /** The query is a regular expression. */
  readonly regex: boolean;
}

/** Exchanges of a conversation that are shown. */
const maxExchanges = 3;

/** The saved conversations, to be searched once or several times. */
export function openSearcher(
  { transcripts, folders }: Pick<Engine, "folders" | "transcripts">,
  often: "once" | "often",
): Searcher {
  return new Searcher(transcripts, folders.cache, often);
}

/** What `transcripts search` does, see `search`. */
export async function searchOnce(
  engine: Pick<Engine, "folders" | "stop" | "thread" | "transcripts">,
  console: Console,
  query: string,
  options: SearchOptions,
): Promise<void> {
  using searcher = openSearcher(engine, "once");
  await search(engine, console, query, options, searcher);
}

/**
 * What `transcripts search` and `/search` do.
 *
 * @param query words that must all occur in a turn; a quoted phrase is matched verbatim
 * @throws AppError `bad_value` for a regular expression that is none
 */
export async function search(
  engine: Pick<Engine, "stop" | "thread" | "transcripts">,
  console: Console,
  query: string,
  options: SearchOptions,
  searcher: Searcher,
): Promise<void> {
  const { stop } = engine;
  const { terminal, words } = console;
  const { json, regex, ...within } = options;
  const what = regex ? readRegex(query) : query;
  const bar = new ProgressBar(terminal, words.transcripts.indexing);
  const asked = { ...within, exchanges: json ? null : maxExchanges };
  const course = { signal: stop, onProgress: bar.show, onUnreadable: (error: AppError) => passOver(console, error) };
  const { conversations, total, exact } =
    typeof what === "string"
      ? await searcher.search({ ...asked, what }, course).finally(bar.hide)
      : await searchPattern(engine, console, { ...asked, what });
  const found: { summary: TranscriptSummary; one: ConversationHits }[] = [];
  for (const one of conversations) {
    const summary = await searcher.describe(one);
    if (summary !== null) found.push({ summary, one });
  }
  if (json) return terminal.json(found.map(({ summary, one }) => foundObject(summary, one)));
  if (found.length > 0) terminal.print(found.map(({ summary, one }) => foundText(console, summary, one)).join("\n\n"));
  const [first] = found;
  if (first === undefined) return terminal.say(words.transcripts.notFound);
  const { id } = first.summary;
  terminal.say(terminal.ink.err.muted(words.transcripts.found({ shown: found.length, total, exact, id })));
}

/** Seconds that one file may take: a line of a hundred characters can take a regular expression years. */
const fileTimeout = 30;

/** The same for a regular expression, beside this thread. */
async function searchPattern(
  engine: Pick<Engine, "stop" | "thread" | "transcripts">,
  console: Console,
  query: SearchQuery & { readonly what: RegExp },
): Promise<SearchResults> {
  const { beside } = await import("../worker/worker.ts");
  const slow = () => new AppError("slow_pattern", { pattern: query.what.source, seconds: fileTimeout });
  const bounds = { idleTimeout: fileTimeout, limit: Infinity, onSlow: slow, onMemory: slow };
  for await (const { findings, unreadable } of beside(
    engine,
    "search",
    { folder: engine.transcripts, ...query },
    bounds,
  )) {
    for (const { code, details } of unreadable) passOver(console, new AppError(code, details));
    return findings;
  }
  return { conversations: [], total: 0, exact: true };
}

function readRegex(query: string): RegExp {
  try {
    return new RegExp(query, "iu");
  } catch (error) {
    // `Invalid regular expression: /a(/iu: Unterminated group`
    const reason = error instanceof Error ? (error.message.split(": ").at(-1) ?? "") : String(error);
    throw new AppError("bad_pattern", { pattern: query, reason }, { cause: error });
  }
}
