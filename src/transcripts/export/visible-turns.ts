import type { WebSource, WebUse } from "../../chat/events.ts";
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
    ...(more.web !== undefined && { web: joined(before.web, more.web) }),
  };
}

function joined(before: WebUse | undefined, more: WebUse): WebUse {
  return { searches: null, sources: [...(before?.sources ?? []), ...more.sources] };
}

/** The sources of an answer as a reader gets them: each URL once, http or https alone, in the order in which they came. */
export function sourcesOf({ web }: Pick<Exchange, "web">): WebSource[] {
  const known = new Set<string>();
  return (web?.sources ?? []).filter(({ url }) => {
    const isNew = /^https?:\/\/\S+$/iu.test(url) && !known.has(url);
    known.add(url);
    return isNew;
  });
}
