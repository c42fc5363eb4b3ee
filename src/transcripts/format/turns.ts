import type { Exchange } from "./types.ts";

/** What decides which exchanges of a file make a turn. */
type Counted = Pick<Exchange, "withdrawn" | "continues">;

/**
 * How many turns a conversation has, counted in the same way wherever a number is shown: a question with all that answered it
 * is one, so that an exchange that continues an answer belongs to the turn before it; what was undone is none.
 */
export function turnsIn(exchanges: readonly Counted[]): number {
  return turnNumbers(exchanges).findLast((number) => number !== null) ?? 0;
}

/** For each exchange the number of its turn, from 1; null for what was undone. */
export function turnNumbers(exchanges: readonly Counted[]): (number | null)[] {
  let turns = 0;
  return exchanges.map(({ withdrawn, continues }) => {
    if (withdrawn) return null;
    if (continues === null || turns === 0) turns++;
    return turns;
  });
}

/** When a conversation was used last: its last exchange's end, else answer, else question; null where nobody wrote it down. */
export function lastUse(exchanges: readonly Exchange[], startedAt: Date | null): number | null {
  const last = exchanges.at(-1);
  const at = last === undefined ? null : (last.endedAt ?? last.answeredAt ?? last.askedAt);
  // A fork holds older exchanges, and was begun later.
  const time = Math.max(at?.getTime() ?? 0, startedAt?.getTime() ?? 0);
  return time > 0 ? time : null;
}
