import { orderedSections } from "../format/sections.ts";
import { turnNumbers, turnsIn } from "../format/turns.ts";
import type { Exchange, Transcript } from "../format/types.ts";

/** Turns of a conversation, counted from 1. */
export interface TurnRange {
  readonly first: number;
  /** Included; null for the conversation's last. */
  readonly last: number | null;
}

/** What of a conversation is wanted. */
export interface ExportPart {
  /** Null for all, including undone turns where the format has them. */
  readonly turns: TurnRange | null;
  readonly thinking: boolean;
}

/** Reads `3`, `3-5` or `3-`; null for anything else. */
export function turnRangeOf(text: string): TurnRange | null {
  const [, first = "", dash, last = ""] = /^([1-9]\d{0,8})(?:([-–])([1-9]\d{0,8})?)?$/u.exec(text.trim()) ?? [];
  if (first === "") return null;
  const range = { first: Number(first), last: dash === undefined ? Number(first) : last === "" ? null : Number(last) };
  return range.last !== null && range.last < range.first ? null : range;
}

/** That part of a conversation; null where it has no such turns. */
export function partOf(transcript: Transcript, { turns, thinking }: ExportPart): Transcript | null {
  const exchanges = turns === null ? transcript.exchanges : within(transcript.exchanges, turns);
  if (exchanges === null) return null;
  const covered = exchanges.some(({ id }) => id === transcript.compaction?.through);
  return {
    ...transcript,
    exchanges: thinking ? exchanges : exchanges.map(withoutThinking),
    compaction: covered ? transcript.compaction : null,
  };
}

function within(exchanges: readonly Exchange[], { first, last }: TurnRange): readonly Exchange[] | null {
  const numbers = turnNumbers(exchanges);
  const count = turnsIn(exchanges);
  if (first > count || (last ?? first) > count) return null;
  return exchanges.filter((_, index) => {
    const number = numbers[index] ?? 0;
    return number >= first && number <= (last ?? count);
  });
}

function withoutThinking(exchange: Exchange): Exchange {
  if (exchange.reasoning === "") return exchange;
  const sections = exchange.sections && orderedSections(exchange).filter(({ name }) => name !== "Thinking");
  return { ...exchange, reasoning: "", rethought: 0, sections };
}
