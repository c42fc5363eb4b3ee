import { AppError } from "../errors.ts";
import { sanitize } from "../terminal/sanitize.ts";
import type { Range } from "../transcripts/search/fold.ts";
import { searchTranscripts, type Findings, type Found } from "../transcripts/search/search.ts";
import { readTranscript } from "../transcripts/read.ts";
import { isoWithOffset, localStamp } from "../transcripts/times.ts";
import type { App } from "./app.ts";

export interface SearchOptions {
  readonly json: boolean;
  /** Conversations; null for all. */
  readonly limit: number | null;
  readonly role: "question" | "answer" | null;
  readonly since: Date | null;
  /** The query is a regular expression. */
  readonly regex: boolean;
}

/** Exchanges of a conversation, and lines of an exchange, that are shown. */
const mostExchanges = 3;
const mostLines = 3;

/**
 * What `transcripts search` and `/search` do.
 *
 * @throws AppError `bad_value` for a regular expression that is none
 */
export async function search(app: App, query: string, options: SearchOptions): Promise<void> {
  const { terminal, words, transcripts, folders, stop } = app;
  const { regex, role, since, limit } = options;
  const what = regex ? readRegex(query) : query;
  const wanted = { what, role, since, limit, exchanges: options.json ? null : mostExchanges };
  const bar = progressOf(app);
  const around = { folder: transcripts, cache: folders.cache, signal: stop, onProgress: bar.show };
  const findings = await searchTranscripts(wanted, around).finally(bar.hide);
  if (options.json) {
    return terminal.out(`${JSON.stringify(await Promise.all(findings.conversations.map(asObject)))}\n`);
  }
  if (findings.total === 0) return terminal.say(words.transcripts.notFound);
  for (const found of findings.conversations) terminal.out(await asText(app, found));
  await tellRest(app, findings);
}

function readRegex(query: string): RegExp {
  try {
    return new RegExp(query, "iu");
  } catch (error) {
    const expected = error instanceof Error ? error.message : "/…/u";
    throw new AppError("bad_value", { name: "--regex", value: query, expected }, { cause: error });
  }
}

async function asObject({ path, exchanges, more }: Found): Promise<object> {
  const { id, title } = await readTranscript(path);
  return {
    id,
    path,
    title,
    more,
    matches: exchanges.flatMap(({ turn, askedAt, withdrawn, lines }) =>
      lines.map(({ role, number, text, ranges }) => ({
        turn,
        asked_at: askedAt === null ? null : isoWithOffset(askedAt),
        withdrawn,
        role,
        line: number,
        text,
        ranges,
      })),
    ),
  };
}

async function asText({ terminal, words }: App, { path, exchanges }: Found): Promise<string> {
  const { out } = terminal.ink;
  const { id, title } = await readTranscript(path);
  const blocks = exchanges.map(({ turn, askedAt, lines }) => {
    const when = askedAt === null ? "" : ` ${localStamp(askedAt).slice(0, 16)}`;
    const head = turn === 0 ? words.transcripts.columns.title : `#${turn}${when}`;
    const shown = lines.slice(0, mostLines).map(({ text, ranges }) => `  ${highlighted(text, ranges, out.red.bold)}`);
    return [`  ${out.dim(head)}`, ...shown].join("\n");
  });
  return `${out.cyan(id)}  ${out.bold(sanitize(title))}\n${blocks.join("\n")}\n\n`;
}

/** Characters of a long line that are shown before the first match. */
const lead = 60;
const mostCharacters = 240;

/** A line with what was found in it marked, made harmless piece by piece; of a long line the part around the first match. */
function highlighted(text: string, ranges: readonly Range[], mark: (found: string) => string): string {
  const first = ranges[0]?.from ?? 0;
  const start = text.length > mostCharacters && first > lead ? first - lead : 0;
  const end = Math.min(text.length, start + mostCharacters);
  const pieces: string[] = [start > 0 ? "…" : ""];
  let at = start;
  for (const { from, to } of ranges.filter((range) => range.from >= start && range.to <= end)) {
    pieces.push(sanitize(text.slice(at, from)), mark(sanitize(text.slice(from, to))));
    at = to;
  }
  pieces.push(sanitize(text.slice(at, end)), end < text.length ? "…" : "");
  return pieces.join("");
}

async function tellRest({ terminal, words }: App, { conversations, total, exact }: Findings): Promise<void> {
  const [first] = conversations;
  if (first === undefined) return;
  const { id } = await readTranscript(first.path);
  terminal.say(terminal.ink.err.dim(words.transcripts.found({ shown: conversations.length, total, exact, id })));
}

/** The bar of the index's first build, on a terminal alone; gone without a trace. */
function progressOf({ terminal, words }: App): { show: (done: number, total: number) => void; hide: () => void } {
  const shows = terminal.errIsTerminal && terminal.capable && terminal.verbosity !== "quiet";
  let shown = 0;
  return {
    show(done, total) {
      if (!shows || Date.now() - shown < 100) return;
      shown = Date.now();
      const share = total === 0 ? 1 : done / total;
      const bar = "#".repeat(Math.round(share * 20)).padEnd(20, ".");
      terminal.err(`\r${words.transcripts.indexing} [${bar}] ${Math.round(share * 100)} %\u001B[K`);
    },
    hide: () => {
      if (shown > 0) terminal.err("\r\u001B[K");
    },
  };
}
