/** Milliseconds for which nothing is sent after a refusal that does not say how long: twice as long after each one, and at most. */
export const backoff = { first: 250, last: 60_000 } as const;

/**
 * Refusals without an answer between them, after which the service is taken to refuse everything; with many requests under way, as many as
 * half of them. Fewer delay their own items alone.
 */
export const refusesAll = { least: 3, share: 0.5 } as const;
