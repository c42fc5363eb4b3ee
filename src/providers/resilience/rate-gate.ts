/** What an account may send: requests and tokens a minute, and requests at once. What is absent is not limited. */
export interface RateLimits {
  readonly rpm?: number | undefined;
  readonly tpm?: number | undefined;
  readonly concurrency?: number | undefined;
}

/**
 * What all requests of one account at a provider pass, one attempt after the other. In this process a `LocalGate`; one that several
 * machines share stands behind the same interface.
 */
export interface RateGate {
  /** Whether the next request may have to wait. */
  readonly mayWait: boolean;
  /**
   * Resolves when a request may go out, in the order in which they asked.
   *
   * @param tokens that it will take with its answer, about
   * @throws the signal's reason when it is aborted before that
   */
  readonly enter: (tokens: number, signal: AbortSignal) => Promise<RatePermit>;
}

/** To be given back by each request that went out, once. */
export interface RatePermit {
  readonly leave: (outcome: RequestOutcome) => void;
}

export type RequestOutcome =
  /** `tokens`: as the service counted them; null where it did not. `firstMs`: to the first output, where it streamed; else to the end. */
  | { readonly kind: "answered"; readonly tokens: number | null; readonly firstMs: number }
  /** By the limit of the account. `retryAfter`: milliseconds; null where it said nothing. */
  | { readonly kind: "refused"; readonly retryAfter: number | null }
  /** Nothing follows from it for the limits. */
  | { readonly kind: "failed" };

/** What a gate tells of an account. */
export type GateChange =
  | { readonly type: "limit"; readonly concurrency: number; readonly why: ConcurrencyChange }
  /** Nothing goes out for so many milliseconds. */
  | { readonly type: "pause"; readonly ms: number }
  /** A request was refused; and one was answered after that. */
  | { readonly type: "refused" }
  | { readonly type: "answered" };

/** Why more or fewer requests may be under way at once. */
export type ConcurrencyChange = "grown" | "refused" | "slow";

export type OnGateChange = (change: GateChange) => void;

/** When a service is taken to refuse everything, and how long nothing is sent then. */
export interface RefusalRule {
  /** Refusals without an answer between them, at least; and as a part of the requests under way. */
  readonly least: number;
  readonly share: number;
  /** Milliseconds of the pause after a refusal that does not say how long: twice as long after each one, and at most. */
  readonly first: number;
  readonly last: number;
}
