import type { StoredAnswer } from "./stored-answer.ts";

/** What a store has for a key: the answer; or nothing, and whoever asked has the claim to it now; or another one's claim. */
export type Lookup =
  | { readonly state: "stored"; readonly answer: StoredAnswer }
  | { readonly state: "claimed" }
  | { readonly state: "busy" };

export interface StoreStats {
  readonly answers: number;
  readonly bytes: number;
  /** How often the answers that it holds were used; null where that is not counted. */
  readonly hits: number | null;
  /** Milliseconds since 1970; null for an empty store. */
  readonly oldest: number | null;
}

/**
 * Where answers are stored, for several processes at once. A claim keeps others from asking the same question: it stands until the
 * answer is stored or the claim released, and ends by itself `claimMs` after it was last renewed. Every method throws `AppError`
 * `cache_unavailable` where the store cannot be used.
 */
export interface AnswerStore extends Disposable {
  /**
   * The answer of a key, or a claim to it.
   *
   * @param maxAge milliseconds
   * @param owner name under which the claim is held
   */
  find(key: string, maxAge: number, owner: string): Promise<Lookup>;
  /** Stores an answer for `ttl` milliseconds and ends every claim to it. What is too large is left out. */
  put(key: string, answer: StoredAnswer, ttl: number): Promise<void>;
  renew(key: string, owner: string): Promise<void>;
  release(key: string, owner: string): Promise<void>;
  stats(): Promise<StoreStats>;
  /**
   * Removes answers.
   *
   * @param before those stored before this time, milliseconds since 1970; null for all
   * @returns how many
   */
  clear(before: number | null): Promise<number>;
}

/** Milliseconds for which a claim holds, and after which its owner renews it. */
export const claimMs = 10_000;
export const renewalMs = 3_000;
