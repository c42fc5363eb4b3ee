export type BudgetScope = "day" | "month" | "conversation" | "command";

/** A limit, and how much of it is used. Amounts in units of `currency`. */
export interface BudgetState {
  readonly scope: BudgetScope;
  /** The provider that the limit is for; null for all of them. */
  readonly limited: string | null;
  readonly currency: string;
  readonly limit: number;
  readonly spent: number;
  /** What requests can have cost at most that were not counted. */
  readonly uncounted: number;
  /** What requests that run can cost, and those whose program died today. */
  readonly reserved: number;
  /** Requests that do not count, because nobody knows what they cost. */
  readonly unknown: number;
  /** Requests that do not count, because they were billed in another currency. */
  readonly foreign: number;
}
