/** How long something takes, from a day on without minutes. */
function span({ days, hours, minutes, seconds }: TimeParts): string {
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min` : `${seconds} s`;
}

/** A span of time, cut into whole parts. */
export interface TimeParts {
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

/** Words about how a batch stands and how it ended; loaded with a batch alone. Counts are written as they are shown. */
export const batchProgress = {
  left: (time: TimeParts) => `${span(time)} left`,
  done: ({ items }: { items: string }) => `${items} done`,
  failed: ({ items }: { items: string }) => `${items} failed`,
  perSecond: ({ items }: { items: string }) => `${items}/s`,
  perMinute: ({ items }: { items: string }) => `${items}/min`,
  tokensPerSecond: ({ tokens }: { tokens: string }) => `${tokens} tokens/s`,
  cacheHit: ({ share }: { share: string }) => `cache hit ${share}%`,
  spent: ({ cost }: { cost: string }) => `${cost} spent`,
  reserved: ({ cost }: { cost: string }) => `${cost} reserved`,
  limit: ({ cost }: { cost: string }) => `limit ${cost}`,
  costUnknown: ({ items }: { items: string }) => `cost unknown for ${items}`,
  inFlight: ({ items, limit }: { items: string; limit: string | null }) =>
    `${items}${limit === null ? "" : ` of ${limit}`} in flight`,
  uploading: ({ share, size }: { share: string; size: string }) => `uploading ${share}% of ${size}`,
  /** What the batches at a provider have come to. */
  atProvider: ({ batches, done, items }: { batches: number; done: string; items: string }) =>
    `${done} of ${items} done in ${batches} ${batches === 1 ? "batch" : "batches"}`,
  cached: ({ items }: { items: string }) => `${items} from the answer cache`,
  /** Counts by the code of the error. */
  failures: ({ codes }: { codes: string }) => `Failed: ${codes}`,
  /** `until` is a time, `18:00`, or a day with a time; null where nobody knows. */
  paused: {
    rate: ({ until }: Until) => `Paused${untilWords(until)}: the provider accepts no requests for now`,
    "off-peak": ({ until }: Until) => `Paused${untilWords(until)}: waiting for off-peak prices`,
    disconnected: ({ until }: Until) => `Paused${untilWords(until)}: no connection`,
  },
  /** After the first Ctrl-C. */
  stopping: "Stopping once what is in flight has ended. Press Ctrl-C again to stop now.",
  resumed: "Resumed.",
  itemFailed: ({ id, code, message }: { id: string; code: string; message: string }) => `${id} · ${code} · ${message}`,
  itemRetried: ({ id, code, attempt }: { id: string; code: string; attempt: number }) =>
    `${id} · ${code} · retry ${attempt}`,
  metrics: ({ url }: { url: string }) => `Metrics: ${url}`,
  ended: {
    done: ({ finished, total, time }: Ended) => `Finished ${finished} of ${total} in ${time}`,
    cost: ({ finished, total, time }: Ended) => `Stopped at the cost limit: ${finished} of ${total} in ${time}`,
    stopped: ({ finished, total, time }: Ended) => `Stopped: ${finished} of ${total} in ${time}`,
    failed: ({ finished, total, time }: Ended) => `Ended early: ${finished} of ${total} in ${time}`,
  },
  answered: ({ items }: { items: string }) => `${items} answered`,
  output: ({ path }: { path: string }) => `Output: ${path}`,
  missing: ({ items }: { items: string }) => `${items} left. Run the same command again to continue.`,
  /** At the limit of cost, and above an error that says what to do first. */
  missingAtLimit: ({ items }: { items: string }) =>
    `${items} left. Raise the cost limit and run the same command again to continue.`,
  missingAfterError: ({ items }: { items: string }) =>
    `${items} left. To continue, resolve the error below and run the same command again.`,
  retry: ({ path }: { path: string }) =>
    `The output says why each item failed. To ask them again: deepseek-chat batch retry ${path}`,
};

interface Until {
  readonly until: string | null;
}

interface Ended {
  readonly finished: string;
  readonly total: string;
  /** `3.2 s`, `12:31` or `1:12:31`. */
  readonly time: string;
}

function untilWords(until: string | null): string {
  return until === null ? "" : ` until ${until}`;
}
