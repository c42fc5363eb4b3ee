import { refusalIn } from "./folder.ts";

interface TokenCounts {
  readonly prompt: string;
  /** Null: none, as for thinking. */
  readonly cached: string | null;
  readonly completion: string;
  readonly thinking: string | null;
}

/** Words around an answer: the spinner, the thinking, the notes and figures below it. */
export const answer = {
  waiting: "Waiting for a response…",
  queued: "Queued by the provider…",
  limited: "Waiting for the rate limit…",
  loading: ({ provider }: { provider: string }) => `${provider} is loading the model…`,
  /** Why an attempt failed, in a word or two. */
  brief: {
    sentence: ({ who, what }: { who: string; what: string }) => `${who}: ${what}.`,
    silent: "timed out",
    broken: "connection lost",
    unreachable: "no connection",
  },
  /** `errors` of a structured answer that is asked for once more. */
  misfit: ({ errors }: { errors: readonly string[] }) =>
    `The answer doesn't fit the schema: ${errors.join("; ")}. Asking once more.`,
  adapted: {
    field: ({ provider, field }: { provider: string; field: string }) =>
      `${provider} doesn't accept ${field}; no longer sending it.`,
    baseUrl: ({ provider, baseUrl }: { provider: string; baseUrl: string }) =>
      `${provider} answers at ${baseUrl}. Set that as its base URL.`,
  },
  retry: ({ seconds, attempt, attempts, why }: { seconds: number; attempt: number; attempts: number; why: string }) =>
    `${why} Retrying in ${seconds} s (attempt ${attempt} of ${attempts}).`,
  /** While the model thinks. */
  thinking: "Thinking…",
  /** Above thinking that stays on the screen. */
  thinkingHeading: "Thinking",
  thinkingFor: ({ seconds }: { seconds: string }) => `Thinking… ${seconds} s`,
  thought: ({ seconds }: { seconds: string }) => `Thought for ${seconds} s`,
  tokens: ({ prompt, cached, completion, thinking }: TokenCounts) =>
    `${prompt} in${cached === null ? "" : ` (cache hit ${cached})`} · ${completion} out${thinking === null ? "" : ` (thinking ${thinking})`}`,
  costAt: {
    peak: ({ cost }: { cost: string }) => `${cost} peak`,
    "off-peak": ({ cost }: { cost: string }) => `${cost} off-peak`,
    unknown: ({ cost }: { cost: string }) => cost,
  },
  costUnknown: "cost unknown",
  /** Sum of all answers since the program was started. */
  session: ({ cost }: { cost: string }) => `session ${cost}`,
  /** A stored answer; no hit of the provider's prefix cache. */
  /** What the service found on the web, before a numbered list of titles and URLs. */
  sources: "Sources:",
  /** In the line of figures, whose cost has their price in it; null where the service does not tell how many. */
  searches: ({ searches }: { searches: number | null }) =>
    searches === null ? "web search" : `${searches} web ${searches === 1 ? "search" : "searches"}`,
  moreSources: ({ more }: { more: number }) => `… and ${more} more`,
  cached: "Cached answer",
  seconds: (seconds: string) => `${seconds} s`,
  continued: {
    "continue-prefix": ({ why, provider }: { why: string; provider: string }) =>
      `${why} ${provider} continued from there (prefix completion); the partial answer was billed again as input.`,
    "continue-prompt": ({ why, provider }: { why: string; provider: string }) =>
      `${why} ${provider} was asked to continue, and any repeated text was removed at the join; the partial answer was billed again as input.`,
    restart: ({ why, provider }: { why: string; provider: string }) =>
      `${why} The answer hadn't started, so ${provider} was asked again; the thinking is billed twice.`,
    failed: ({ why, provider }: { why: string; provider: string }) =>
      `${why} ${provider} was asked to continue and returned nothing.`,
  },
  failover: ({ why, provider, model }: { why: string; provider: string; model: string }) =>
    `${why} Fell back to ${provider}/${model}.`,
  failoverFailed: ({ why, provider, model }: { why: string; provider: string; model: string }) =>
    `${why} Tried ${provider}/${model} instead.`,
  interrupted: "Stopped. Partial answer kept.",
  /** Where nothing had been received. */
  stopped: "Stopped.",
  /** Off a session, where `/continue` cannot be typed. */
  cutByLength: "Answer cut off at max_tokens.",
  cutByLengthCanContinue: "Answer cut off at max_tokens. Type /continue for the rest.",
  cutByFilter: "Answer cut off by the provider's content filter.",
  refused: "The model refused to answer.",
  rethought: "The text before the answer was thinking; saved as thinking.",
  /** Why a cost is unknown, where something can be done about it. */
  unknownCost: {
    searches: "Cost unknown: the service doesn't say how many web searches it bills.",
    usage: "",
    price: "",
    outdated: "Cost unknown: the price in the config file has expired. Update it under models.",
    holiday:
      "Cost unknown: today may be a Chinese public holiday, when peak prices don't apply. List this year's under holidays in the config file.",
  },
  savedApart: ({ avoided, path }: { avoided: string; path: string }) =>
    `Another program is writing to ${avoided}. This conversation is saved to ${path} instead.`,
  notSaved: ({ path, reason }: { path: string; reason: string }) =>
    `No longer saving: can't write ${path} (${refusalIn(reason)}). /save <file> saves the whole conversation elsewhere.`,
};
