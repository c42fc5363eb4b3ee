interface BudgetUse {
  readonly share: string;
  readonly limit: string;
  readonly scope: keyof typeof scopes;
  /** The provider that it is for; null for all. */
  readonly limited: string | null;
}

const scopes = { day: "day's", month: "month's", conversation: "conversation's", command: "command's" };

/** Words about tokens and money. */
export const usage = {
  /** What a request was for. */
  purposes: {
    question: "question",
    continuation: "continuation",
    retry: "retry",
    title: "title",
    summary: "summary",
    tools: "tools",
    search: "web search",
    batch: "batch",
    serve: "serve",
    image: "pictures",
    document: "documents",
    ocr: "text recognition",
    fine_tuning: "fine-tuning",
    completion: "fill in the middle",
  },
  /** Above the columns of a table. */
  columns: {
    time: "time",
    requests: "requests",
    cacheHitShare: "cache hit",
    model: "model",
    purpose: "purpose",
    input: "in",
    cached: "cache hit",
    output: "out",
    thinking: "thinking",
    cost: "cost",
  },
  unknown: "unknown",
  groupings: {
    day: "day",
    week: "week",
    month: "month",
    model: "model",
    provider: "provider",
    conversation: "conversation",
    purpose: "purpose",
  },
  total: "total",
  estimatedTokens: ({ tokens, isExact }: { tokens: string; isExact: boolean }) => `${isExact ? "" : "~"}${tokens} in`,
  estimatedHit: ({ tokens }: { tokens: string }) => `cache hit ~${tokens}`,
  estimatedInput: ({ cost }: { cost: string }) => `input ~${cost}`,
  estimatedOutput: ({ tokens }: { tokens: string }) => `up to ${tokens} out`,
  estimatedSearches: ({ searches }: { searches: number }) =>
    searches === 1 ? "up to 1 web search" : `up to ${searches} web searches`,
  atMost: ({ cost, tariff }: { cost: string; tariff: "peak" | "off-peak" | null }) =>
    `at most ${cost}${tariff === null ? "" : ` at the ${tariff} rate`}`,
  costUnknown: "cost unknown",
  sendAnyway: "Send it anyway?",
  /** Below an answer, once for each limit. */
  budgetUsed: ({ share, limit, scope, limited }: BudgetUse) =>
    `${share}% of the ${scopes[scope]} budget${limited === null ? "" : ` of ${limited}`} (${limit}) is used.`,
  unsaved: "(not saved)",
  nothing: "No requests in that time.",
  unknownCosts: ({ requests }: { requests: number }) =>
    `(cost unknown for ${requests} ${requests === 1 ? "request" : "requests"})`,
  notCounted: ({ requests, atMost }: { requests: number; atMost: string }) =>
    `(${requests} ${requests === 1 ? "request" : "requests"} not counted, at most ${atMost})`,
  rebuilt: ({ requests, conversations, folder }: { requests: number; conversations: number; folder: string }) =>
    `Ledger rebuilt from ${folder}: ${requests} ${requests === 1 ? "request" : "requests"} of ${conversations} ${conversations === 1 ? "conversation" : "conversations"}.`,
  auditColumns: { day: "day", booked: "ledger", charged: "account" },
  auditBegun: ({ provider }: { provider: string }) =>
    `Balance of ${provider} recorded. Run the audit again later: it compares what was spent between two balances.`,
  agrees: "agrees",
  disagrees: "disagrees",
  paidIn: ({ amount }: { amount: string }) => `topped up by at least ${amount}`,
  /** After a command that changed what the next message begins with. */
  forfeited: ({ tokens, cost }: { tokens: string; cost: string | null }) =>
    `The next message misses the prefix cache: ~${tokens} tokens at the full price${cost === null ? "" : ` (about ${cost} more)`}.`,
  earlier: ({ requests }: { requests: number }) =>
    `${requests} earlier ${requests === 1 ? "request" : "requests"} not shown`,
};
