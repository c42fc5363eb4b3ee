import { AppError } from "../../errors.ts";
import { ownLines } from "../../terminal/own-line.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { spoken } from "../../transcripts/export/visible-turns.ts";
import { examine } from "../../transcripts/search/match-exchange.ts";
import { literalMatcher, literalsOf } from "../../transcripts/search/matcher.ts";
import { roles } from "../../transcripts/search/exchange-offsets.ts";
import { readTranscript } from "../../transcripts/store/read.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { showPaged } from "../pager.ts";
import { drawn } from "./render.ts";
import { exchangeLines } from "./search-results.ts";
import { markdownOn } from "./show.ts";

type Reader = Pick<Engine, "environment" | "keyPlaces" | "settings" | "stop" | "thread">;

/**
 * What `/find` does: the lines of a conversation that hold what is looked for, under the numbers of their turns.
 *
 * @param path of its transcript
 * @param query as for a search of all conversations: words that must all stand in one turn
 */
export async function findInConversation(engine: Reader, console: Console, path: string, query: string): Promise<void> {
  const { terminal, words } = console;
  const { exchanges } = await readTranscript(path, engine.stop);
  const wanted = { matcher: literalMatcher(literalsOf(query)), within: new Set(roles), since: null };
  const found = spoken(exchanges).flatMap((exchange, index) => {
    const one = examine(exchange, { turn: index + 1, withdrawn: false }, wanted);
    return one !== null && one.lines.length > 0 ? [one] : [];
  });
  const [first] = found;
  if (first === undefined) return terminal.say(words.session.findNone({ query: sanitize(query) }));
  const matches = found.flatMap(({ lines }) => lines).reduce((sum, { ranges }) => sum + ranges.length, 0);
  const rows = found.flatMap((exchange) => exchangeLines(console, exchange, Infinity));
  const lines = terminal.outIsTerminal ? rows.map((row) => ownLines(row, terminal.columns)) : rows;
  await showPaged(engine, console, lines.map((line) => `${line}\n`).join(""), false);
  const facts = { matches, turns: found.length, first: first.turn };
  terminal.say(terminal.ink.err.muted(words.session.findCount(facts)));
}

/**
 * What `/show` does: a turn once more, drawn as `transcripts show` draws it.
 *
 * @param path of the conversation's transcript
 * @param turn from 1; null for the last
 * @throws AppError `not_possible` where it has no such turn
 */
export async function showTurn(engine: Reader, console: Console, path: string, turn: number | null): Promise<void> {
  const transcript = await readTranscript(path, engine.stop);
  const turns = spoken(transcript.exchanges);
  const number = turn ?? turns.length;
  const exchange = turns[number - 1];
  if (exchange === undefined) {
    throw new AppError("not_possible", {
      message: console.words.session.noTurn({ turn: number, turns: turns.length }),
    });
  }
  const markdown = await markdownOn(engine, console);
  const text = await drawn(engine, console, { ...transcript, exchanges: [exchange] }, number - 1, markdown);
  await showPaged(engine, console, text, false);
}
