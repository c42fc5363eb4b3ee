import { orderedSections } from "../format/sections.ts";
import type { Exchange } from "../format/types.ts";

/**
 * Returns the exchanges as a reader sees them: without undone ones, and with continued answers joined. The total usage of a joined
 * answer is unknown.
 */
export function spoken(exchanges: readonly Exchange[]): Exchange[] {
  const read: Exchange[] = [];
  for (const exchange of exchanges) {
    if (exchange.withdrawn) continue;
    const before = exchange.continues === null ? undefined : read.pop();
    read.push(before === undefined ? exchange : goneOn(before, exchange));
  }
  return read;
}

function goneOn(before: Exchange, more: Exchange): Exchange {
  const { status, finishReason, notice, error, endedAt } = more;
  return {
    ...before,
    answer: before.answer + more.answer,
    rethought: 0,
    sections: [...orderedSections(before), ...orderedSections(more)],
    answeredAt: before.answeredAt ?? more.answeredAt,
    status,
    finishReason,
    notice,
    error,
    endedAt,
    usage: null,
    cost: null,
  };
}
