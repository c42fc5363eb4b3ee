import type { Exchange } from "../format/types.ts";
import type { Range } from "./fold.ts";
import type { Matcher } from "./matcher.ts";
import { textsOf, type Role } from "./exchange-offsets.ts";

/** A line in which something was found. */
export interface FoundLine {
  readonly role: Role;
  /** Its number in the text, from 1. */
  readonly number: number;
  readonly text: string;
  readonly ranges: readonly Range[];
  /** The lines around it; null where there is none. */
  readonly before: string | null;
  readonly after: string | null;
}

export interface FoundExchange {
  /** Its number in the conversation, from 1; 0 for the conversation's title. */
  readonly turn: number;
  /** The exchange's id, which it has also where the conversation was forked; null where it has none. */
  readonly id: string | null;
  /** Null for a title. */
  readonly askedAt: Date | null;
  readonly withdrawn: boolean;
  readonly lines: readonly FoundLine[];
}

export interface Wanted {
  readonly matcher: Matcher;
  /** Whose texts count. */
  readonly within: ReadonlySet<Role>;
  /** Only what was asked from then on. */
  readonly since: Date | null;
}

/** What of an exchange was looked for; null where it does not hold all of that. */
export function examine(
  exchange: Exchange,
  { turn, withdrawn }: Pick<FoundExchange, "turn" | "withdrawn">,
  wanted: Wanted,
): FoundExchange | null {
  const { id, askedAt } = exchange;
  if (wanted.since !== null && askedAt < wanted.since) return null;
  const lines = linesIn(textsOf(exchange), wanted);
  return lines === null ? null : { turn, id, askedAt, withdrawn, lines };
}

/** The same for a conversation's title, null where it has none. */
export function examineTitle(title: string | null, wanted: Wanted): FoundExchange | null {
  if (title === null || wanted.since !== null) return null;
  const lines = linesIn([{ role: "title", text: title }], wanted);
  return lines === null ? null : { turn: 0, id: null, askedAt: null, withdrawn: false, lines };
}

function linesIn(all: readonly { role: Role; text: string }[], { matcher, within }: Wanted): FoundLine[] | null {
  const texts = all.filter(({ role, text }) => text !== "" && within.has(role));
  const held = texts.map(() => false);
  for (let part = 0; part < matcher.count; part++) {
    const where = texts.map(({ text }) => matcher.isIn(text, part));
    if (!where.includes(true)) return null;
    for (const [index, yes] of where.entries()) held[index] ||= yes;
  }
  return texts.filter((_, index) => held[index]).flatMap(({ role, text }) => linesOf(role, text, matcher));
}

function linesOf(role: Role, text: string, matcher: Matcher): FoundLine[] {
  const lines = text.split("\n");
  return matcher.rangesIn(lines, text).flatMap((ranges, index) => {
    if (ranges.length === 0) return [];
    const [before = null, after = null] = [lines[index - 1], lines[index + 1]];
    return [{ role, number: index + 1, text: lines[index]!, ranges, before, after }];
  });
}
