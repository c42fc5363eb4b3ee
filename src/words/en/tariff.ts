const two = (number: number) => String(number).padStart(2, "0");

/** Words about DeepSeek's peak and off-peak hours. */
export const tariff = {
  /** From Sunday on. */
  weekdays: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
  /** A day more than a week away. */
  date: ({ month, day }: { month: number; day: number }) => `${two(month)}-${two(day)}`,
  /** Below the prompt; `until` is a time, `09:00`, or a day with a time, `Mon 09:00`. */
  status: {
    peak: ({ until }: { until: string }) => `peak until ${until}`,
    "off-peak": ({ until }: { until: string }) => `off-peak until ${until}`,
    unknown: ({ until }: { until: string }) => `peak or holiday until ${until}: price unknown`,
  },
  /** While a question waits; `left` is `34:12` or `1:34:12`. */
  waiting: ({ left, until }: { left: string; until: string }) => `Waiting for off-peak at ${until} · ${left} left`,
  /** What the question costs at most; null where it is unknown. */
  atMost: ({ now, later }: { now: string | null; later: string }) =>
    now === null
      ? `may be a holiday: price unknown now, at most ~${later} then`
      : `at most ~${now} now, ~${later} then`,
  /** The same for a narrow terminal. */
  atMostShort: ({ now, later }: { now: string | null; later: string }) =>
    now === null ? `max ~${later} then` : `max ~${now}, ~${later} then`,
  keys: "Enter to ask now · q to quit",
  /** For a narrow terminal. */
  waitingShort: ({ left }: { left: string }) => `Off-peak in ${left}`,
  shortKeys: "Enter asks · q quits",
  none: ({ model }: { model: string }) => `No off-peak price is known for ${model}; asking now.`,
  notAsked: ({ path, command }: { path: string; command: string }) =>
    `Not asked. The question is saved to ${path}. Ask it with ${command}, then /retry.`,
  notAskedUnsaved: "Not asked, not saved.",
  /** Of a question that another process asks. */
  detached: ({ pid, path }: { pid: number; path: string }) => `Asking in the background (process ${pid}) · ${path}`,
  detachedWaiting: ({ pid, path, until }: { pid: number; path: string; until: string }) =>
    `Waiting for off-peak at ${until} in the background (process ${pid}) · ${path}`,
};
