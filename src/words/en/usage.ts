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
  },
  /** Above the columns of a table. */
  columns: {
    time: "time",
    model: "model",
    purpose: "for",
    input: "in",
    cached: "cache hit",
    output: "out",
    thinking: "thinking",
    cost: "cost",
  },
  unknown: "unknown",
  /** After a command that changed what the next message begins with. */
  forfeited: ({ tokens, cost }: { tokens: string; cost: string | null }) =>
    `The next message misses the prefix cache: ~${tokens} tokens at the full price${cost === null ? "" : ` (about ${cost} more)`}.`,
  earlier: ({ requests }: { requests: number }) =>
    `${requests} earlier ${requests === 1 ? "request" : "requests"} not shown`,
};
