import type { Problem } from "./problems.ts";
import type { CheckFacts, CheckId, Subject } from "./subject.ts";

/** Why there was nothing to look at. */
export type CheckSkipReason =
  | "no_terminal"
  | "no_index"
  | "no_proxy"
  | "is_address"
  | "no_tls"
  | "no_key"
  | "no_clock"
  | "no_balance"
  | "no_failover"
  | "not_probed"
  /** The model is too slow for a further question. */
  | "too_slow"
  /** What it needs is out of order. */
  | "blocked";

export type CheckOutcome<Facts> =
  | { readonly facts: Facts | null; readonly problems: readonly Problem[] }
  | { readonly skip: CheckSkipReason };

/** One thing that is looked at. */
export interface Check<Id extends CheckId> {
  readonly id: Id;
  /** Checks that must not have failed. */
  readonly needs: readonly CheckId[];
  /** @throws AppError what is wrong, in the program's own terms */
  readonly look: (subject: Subject) => CheckOutcome<CheckFacts[Id]> | Promise<CheckOutcome<CheckFacts[Id]>>;
}

export type AnyCheck = { [Id in CheckId]: Check<Id> }[CheckId];

/** Returns the outcome of a check: its facts and its problems, if any. */
export function fine<Facts>(facts: Facts, ...problems: readonly (Problem | false)[]): CheckOutcome<Facts> {
  return { facts, problems: problems.filter((problem) => problem !== false) };
}
