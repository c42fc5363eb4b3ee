import { beside } from "../../terminal/own-line.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { characterStart, clipped } from "../../terminal/width.ts";
import type { TranscriptSummary } from "../../transcripts/store/read.ts";
import type { FoundExchange, FoundLine } from "../../transcripts/search/match-exchange.ts";
import type { ConversationHits } from "../../transcripts/search/search.ts";
import { isoWithOffset, localStamp } from "../../transcripts/format/times.ts";
import type { Console } from "../console.ts";

/** What was found in a conversation, for programs. */
export function foundObject(summary: TranscriptSummary, { exchanges, more }: ConversationHits): object {
  const { id, path, title, startedAt, updatedAt, provider, model } = summary;
  return {
    id,
    path,
    title,
    started_at: isoWithOffset(startedAt),
    updated_at: isoWithOffset(updatedAt),
    provider,
    model,
    matches: exchanges.flatMap(({ turn, askedAt, withdrawn, lines }) =>
      lines.map(({ role, number, text, ranges }) => ({
        turn,
        asked_at: askedAt === null ? null : isoWithOffset(askedAt),
        withdrawn,
        role,
        line: number,
        text,
        ranges: ranges.map(({ from, to }) => [from, to]),
      })),
    ),
    more,
  };
}

/** Lines of an exchange that are shown. */
const maxLines = 2;

/** What was found in a conversation, for a person: the lines that tell most, marked, with those around them. */
export function foundText(console: Console, summary: TranscriptSummary, { exchanges, more }: ConversationHits): string {
  const { ink, tableRoom } = console.terminal;
  const { id, title, updatedAt } = summary;
  const named = exchanges.flatMap(({ lines }) => lines.filter(({ role }) => role === "title"));
  const name = named[0] === undefined ? ink.out.strong(sanitize(title)) : marked(console, named[0], Infinity);
  const label = `${ink.out.accent(id)}  ${ink.out.muted(localStamp(updatedAt).slice(0, 16))}  `;
  const head = beside(label, name, tableRoom);
  const found = exchanges
    .filter(({ turn }) => turn > 0)
    .flatMap((exchange) => exchangeLines(console, exchange, maxLines));
  const rest = more === 0 ? [] : [`  ${ink.out.muted(console.words.transcripts.moreFound({ count: more }))}`];
  return [...head, ...found, ...rest].join("\n");
}

/**
 * What was found in an exchange: the lines that tell most, in their order, with those around them.
 *
 * @param max how many of them at most
 */
export function exchangeLines(console: Console, exchange: FoundExchange, max: number): string[] {
  const telling = new Set(exchange.lines.toSorted((a, b) => variety(b) - variety(a)).slice(0, max));
  const shown = exchange.lines.filter((line) => telling.has(line));
  const rows: string[] = [];
  for (const [index, line] of shown.entries()) {
    const before = neighbour(shown[index - 1], line);
    const after = neighbour(shown[index + 1], line);
    if (before === null) rows.push(`  ${headOf(console, exchange, line)}`);
    // What stands between two lines that are shown is shown once.
    if (before === null || before.number < line.number - 1) rows.push(...around(console, line.before));
    rows.push(`    ${marked(console, line, room(console))}`);
    if (after === null || after.number > line.number + 2) rows.push(...around(console, line.after));
  }
  return rows;
}

/** The other line, where it is one of the same text. */
function neighbour(other: FoundLine | undefined, { role }: FoundLine): FoundLine | null {
  return other?.role === role ? other : null;
}

function headOf(
  { terminal, words }: Console,
  { turn, askedAt, withdrawn }: FoundExchange,
  { role }: FoundLine,
): string {
  const { labels, takenBack } = words.transcripts;
  const names = {
    question: labels.Question,
    answer: labels.Answer,
    thinking: labels.Thinking,
    notice: labels.Error,
    title: "",
  };
  const when = askedAt === null ? [] : [localStamp(askedAt).slice(0, 16)];
  return terminal.ink.out.muted([`#${turn} ${names[role]}`, ...when, ...(withdrawn ? [takenBack] : [])].join(" · "));
}

function around(console: Console, text: string | null): string[] {
  return text === null || text.trim() === "" ? [] : [`    ${console.terminal.ink.out.muted(shortened(console, text))}`];
}

/** How many different things a line holds: those with most come first. */
function variety({ text, ranges }: FoundLine): number {
  return new Set(ranges.map(({ from, to }) => text.slice(from, to).toLowerCase())).size;
}

/** Characters of a line there is room for: two rows on a terminal, any number elsewhere. */
function room({ terminal }: Console): number {
  return terminal.outIsTerminal ? Math.max(40, 2 * terminal.columns - 12) : Infinity;
}

/** A line with what was found in it marked, made harmless piece by piece; of a long one the part around the first match. */
function marked({ terminal }: Console, { text, ranges }: FoundLine, max: number): string {
  const first = ranges[0]?.from ?? 0;
  const start = text.length > max && first > max / 3 ? characterStart(text, Math.floor(first - max / 3)) : 0;
  const end = text.length - start > max ? characterStart(text, start + max) : text.length;
  const pieces: string[] = [start > 0 ? "…" : ""];
  let at = start;
  for (const range of ranges) {
    const [from, to] = [Math.max(at, range.from), Math.min(end, range.to)];
    if (from >= to) continue;
    pieces.push(sanitize(text.slice(at, from)), terminal.ink.out.match(sanitize(text.slice(from, to))));
    at = to;
  }
  pieces.push(sanitize(text.slice(at, end)), end < text.length ? "…" : "");
  return pieces.join("");
}

/** The beginning of a line that stands beside one that was found. */
function shortened(console: Console, text: string): string {
  return clipped(sanitize(text), Math.min(console.terminal.room, console.terminal.tableRoom) - 4);
}
