/** Words around an answer: the spinner, the thinking, the line below it. */
export const answer = {
  waiting: "Waiting for a response…",
  queued: "queued at the service",
  loading: ({ provider }: { provider: string }) => `${provider} is loading its model…`,
  /** Why an attempt failed, in a word or two. */
  brief: {
    sentence: ({ who, what }: { who: string; what: string }) => `${who}: ${what}.`,
    silent: "no answer in time",
    broken: "broken off",
    unreachable: "no connection",
  },
  adapted: {
    field: ({ provider, field }: { provider: string; field: string }) =>
      `${provider} refuses ${field}: it is left out from now on.`,
    baseUrl: ({ provider, baseUrl }: { provider: string; baseUrl: string }) =>
      `${provider} is at ${baseUrl}: set that as its base URL.`,
  },
  retry: ({ seconds, attempt, attempts, why }: { seconds: number; attempt: number; attempts: number; why: string }) =>
    `${why} Attempt ${attempt} of ${attempts} in ${seconds} s.`,
  /** While the model thinks. */
  thinking: "Thinking…",
  /** Above thinking that stays on the screen. */
  thinkingHeading: "Thinking",
  thinkingFor: ({ seconds }: { seconds: string }) => `Thinking… ${seconds} s`,
  thought: ({ seconds }: { seconds: string }) => `Thought for ${seconds} s`,
  tokens: ({ prompt, cached, completion }: { prompt: string; cached: string | null; completion: string }) =>
    `${prompt} in${cached === null ? "" : ` (cache hit ${cached})`} · ${completion} out`,
  seconds: (seconds: string) => `${seconds} s`,
  continued: {
    "continue-prefix": ({ why, provider }: { why: string; provider: string }) =>
      `${why} ${provider} went on from exactly there (prefix completion); what had come was billed again as input.`,
    "continue-prompt": ({ why, provider }: { why: string; provider: string }) =>
      `${why} ${provider} was asked to go on, and repetitions at the seam were removed; what had come was billed again as input.`,
    restart: ({ why, provider }: { why: string; provider: string }) =>
      `${why} No word of the answer had come, so ${provider} was asked once more; the thinking is billed twice.`,
    failed: ({ why, provider }: { why: string; provider: string }) =>
      `${why} ${provider} was to go on, and brought nothing.`,
  },
  failover: ({ why, provider, model }: { why: string; provider: string; model: string }) =>
    `${why} ${model} at ${provider} answered instead.`,
  failoverFailed: ({ why, provider, model }: { why: string; provider: string; model: string }) =>
    `${why} ${model} at ${provider} was asked instead.`,
  interrupted: "Stopped. What came is kept.",
  /** Where nothing had come. */
  stopped: "Stopped.",
  cutByLength: "The answer reached its length limit (finish reason: length).",
  cutByFilter: "The service held back the rest of the answer (finish reason: content_filter).",
  refused: "The model refused to answer.",
  rethought: "The text before the answer was the model's thinking; it is saved as such.",
  tariffUnknown:
    "Cost unknown: today may be a Chinese public holiday, without peak price, and this year's are not known. List them under holidays in the config file.",
  savedApart: ({ avoided, path }: { avoided: string; path: string }) =>
    `Another program is writing to ${avoided}. This conversation continues in ${path}.`,
  notSaved: ({ path, reason }: { path: string; reason: string }) =>
    `From here on nothing is saved: ${path} cannot be written (${reason}). /save <file> writes all of it elsewhere.`,
};
