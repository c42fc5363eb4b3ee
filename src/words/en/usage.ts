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
  earlier: ({ requests }: { requests: number }) =>
    `${requests} earlier ${requests === 1 ? "request" : "requests"} not shown`,
};
