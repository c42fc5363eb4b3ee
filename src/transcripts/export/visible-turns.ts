import { orderedSections } from "../format/sections.ts";
import type { Exchange } from "../format/types.ts";

/**
 * The exchanges as the conversation is read: without what was taken back, and with an answer that was gone on with as one.
 * What that answer took altogether is then not known.
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
