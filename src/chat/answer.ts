import type { AppError } from "../errors.ts";
import type { BudgetState } from "../usage/budget-state.ts";
import type { UnknownCost } from "../usage/cost.ts";
import type { Tariff } from "../usage/tariff.ts";
import type { Cost, Usage } from "./model.ts";
import type { BilledRequest } from "./billed-request.ts";
import type { TurnResult } from "./turn.ts";

/** What an answer costs. */
export interface Bill {
  /** The requests that are billed, in order. */
  readonly billed: readonly BilledRequest[];
  /** Null where nothing was billed, or the cost of a request is unknown; 0 of a stored answer. */
  readonly cost: Cost | null;
  /** Why it is unknown; null where it is known, or nobody is billed. */
  readonly unknownCost: UnknownCost | null;
  /** Of the last request; null where the price does not depend on the hour. */
  readonly tariff: Tariff | null;
  /** Limits of which four fifths are used since this answer. */
  readonly warnings: readonly BudgetState[];
}

export interface Answer extends TurnResult, Bill {
  /** Why it was not saved, where it was to be; null when it was. */
  readonly unsaved: AppError | null;
  /** Why the ledger does not have its requests; once a run, else null. */
  readonly unbooked: AppError | null;
}

/** What a run of the program took, by the services' own count. */
export interface SpentTotal {
  readonly requests: readonly BilledRequest[];
  /** Null where nothing was counted. */
  readonly usage: Usage | null;
  /** One for each currency. */
  readonly costs: readonly Cost[];
  readonly questions: number;
  /** Billed requests whose cost nobody knows. */
  readonly unknown: number;
  /** The same of their tokens. */
  readonly uncounted: number;
}

/** Tokens of the conversation as the next request would send it. */
export interface ContextUse {
  readonly tokens: number;
  /** True where it is an estimate and not the service's count. */
  readonly estimated: boolean;
  /** Tokens the model can read; null when unknown. */
  readonly window: number | null;
}

/** Tokens that the next request sends again without a hit in the service's prefix cache, as something before them has changed. */
export interface Forfeit {
  readonly tokens: number;
  /** What that costs more, about; null where it is unknown. */
  readonly cost: Cost | null;
}
