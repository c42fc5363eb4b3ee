import type { Cost, ModelRef, Usage } from "../../chat/model.ts";
import type { TurnResult } from "../../chat/turn.ts";
import { costOf, sumCosts, sumUsage } from "../../chat/usage.ts";
import { isTariffUnknown, ratesAt } from "../../providers/prices.ts";
import type { Engine } from "../engine.ts";
import { factsOf } from "../model-facts.ts";

/** What a run of the program took, by the services' own count. */
export class Spending {
  readonly #engine: Pick<Engine, "file" | "reported" | "settings">;
  readonly #costs: Cost[] = [];
  #usage: Usage | null = null;
  #questions = 0;
  #unknown = 0;
  #uncounted = 0;

  constructor(engine: Pick<Engine, "file" | "reported" | "settings">) {
    this.#engine = engine;
  }

  /** `unknown` and `uncounted`: requests that produced output and whose cost, and whose tokens, nobody knows. */
  get total() {
    const [questions, unknown, uncounted] = [this.#questions, this.#unknown, this.#uncounted];
    return { usage: this.#usage, costs: this.#costs as readonly Cost[], questions, unknown, uncounted };
  }

  /**
   * Adds what an answer took. A request that brought nothing was not billed, so that it counts for nothing.
   *
   * @param asked whom its first request went to
   * @param isQuestion false for what the program asked of its own
   * @returns its cost; null where a part of it was billed and its count never came, or there is no price
   */
  add({ parts, startedAt }: TurnResult, asked: ModelRef, isQuestion = true): Cost | null {
    const { settings, file } = this.#engine;
    const costs = parts.map((part) => {
      const { provider, model } = part.by ?? asked;
      const facts = factsOf(this.#engine, provider, model);
      return costOf(part.usage, ratesAt(facts, settings.currency, startedAt, file.holidays ?? []), settings.currency);
    });
    const known = costs.filter((cost) => cost !== null);
    const usages = parts.flatMap(({ usage }) => usage ?? []);
    if (isQuestion && parts.length > 0) this.#questions++;
    this.#costs.push(...known);
    this.#unknown += costs.length - known.length;
    this.#uncounted += parts.length - usages.length;
    if (usages.length > 0) this.#usage = sumUsage([...(this.#usage === null ? [] : [this.#usage]), ...usages]);
    return sumCosts(costs);
  }
}

/** Whether a cost is unknown only because nobody knows yet whether the day is a holiday. */
export function lacksTariff(
  engine: Pick<Engine, "file" | "reported">,
  { parts, startedAt }: TurnResult,
  asked: ModelRef,
): boolean {
  return parts.some(({ by }) => {
    const { provider, model } = by ?? asked;
    return factsOf(engine, provider, model).peak === true && isTariffUnknown(startedAt, engine.file.holidays ?? []);
  });
}

/** Tokens of the conversation as it stands after an answer; null where its last request was not counted. */
export function countedAfter({ parts }: TurnResult): number | null {
  const last = parts.at(-1)?.usage ?? null;
  // The last request had all that came before in it. Thinking is not sent back, so it takes no room in the next one.
  return last === null ? null : last.promptTokens + last.completionTokens - last.reasoningTokens;
}
