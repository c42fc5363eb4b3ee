import type { Bill, SpentTotal } from "../../chat/answer.ts";
import type { Cost, Usage } from "../../chat/model.ts";
import { billedRequests, type RequestRecord } from "../../chat/requests.ts";
import type { TurnResult } from "../../chat/turn.ts";
import { costOf, sumCosts, sumUsage } from "../../chat/usage.ts";
import { isTariffUnknown, ratesAt } from "../../providers/prices.ts";
import type { Engine } from "../engine.ts";
import { factsOf } from "../model-facts.ts";

/** A billed request. */
interface Charge {
  /** Null where the service gave no count. */
  readonly usage: Usage | null;
  /** Null where usage or price is unknown. */
  readonly cost: Cost | null;
  /** Whether the price is unknown only because nobody knows yet whether the day is a holiday. */
  readonly tariffUnknown: boolean;
}

/** What a run of the program took, by the services' own count. */
export class Spending {
  readonly #engine: Pick<Engine, "file" | "reported" | "settings">;
  readonly #charges: Charge[] = [];
  #questions = 0;

  constructor(engine: Pick<Engine, "file" | "reported" | "settings">) {
    this.#engine = engine;
  }

  get total(): SpentTotal {
    const usages = this.#charges.flatMap(({ usage }) => usage ?? []);
    const costs: readonly Cost[] = this.#charges.flatMap(({ cost }) => cost ?? []);
    return {
      usage: usages.length === 0 ? null : sumUsage(usages),
      costs,
      questions: this.#questions,
      unknown: this.#charges.length - costs.length,
      uncounted: this.#charges.length - usages.length,
    };
  }

  /**
   * Adds what an answer took.
   *
   * @param isQuestion false for a request of the program's own
   */
  add({ requests, startedAt }: TurnResult, isQuestion = true): Bill {
    const charges = billedRequests(requests).map((request) => this.#charge(request, startedAt));
    if (isQuestion && charges.length > 0) this.#questions++;
    this.#charges.push(...charges);
    return {
      cost: sumCosts(charges.map(({ cost }) => cost)),
      tariffUnknown: charges.some(({ tariffUnknown }) => tariffUnknown),
    };
  }

  #charge({ to, usage }: RequestRecord, at: Date): Charge {
    const { settings, file } = this.#engine;
    const holidays = file.holidays ?? [];
    const facts = factsOf(this.#engine, to.provider, to.model);
    const cost = costOf(usage, ratesAt(facts, settings.currency, at, holidays), settings.currency);
    return { usage, cost, tariffUnknown: facts.peak === true && isTariffUnknown(at, holidays) };
  }
}

/** Tokens of the conversation after an answer; null if its last request was not counted. */
export function countedAfter({ requests }: TurnResult): number | null {
  const last = billedRequests(requests).at(-1)?.usage ?? null;
  // The last request had all that came before in it. Thinking is not sent back, so it takes no room in the next one.
  return last === null ? null : last.promptTokens + last.completionTokens - last.reasoningTokens;
}
