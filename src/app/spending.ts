import type { Cost, Usage } from "../chat/model.ts";
import type { TurnResult } from "../chat/turn.ts";
import { costOf, sumCosts, sumUsage } from "../chat/usage.ts";
import { modelFacts, ratesAt } from "../providers/prices.ts";
import type { App } from "./app.ts";

/** What a run of the program took, by the services' own count. */
export class Spending {
  readonly #app: App;
  readonly #costs: Cost[] = [];
  #usage: Usage | null = null;
  #questions = 0;

  constructor(app: App) {
    this.#app = app;
  }

  get total(): { usage: Usage | null; costs: readonly Cost[]; questions: number } {
    return { usage: this.#usage, costs: this.#costs, questions: this.#questions };
  }

  /**
   * Adds an answer.
   *
   * @param asked whom its first request went to
   * @returns its cost; null where a part of it was billed and its count never came, or there is no price
   */
  add({ parts, usage, startedAt }: TurnResult, asked: { provider: string; model: string }): Cost | null {
    const { settings, file } = this.#app;
    const costs = parts.map((part) => {
      const { provider, model } = part.by ?? asked;
      const facts = modelFacts(provider, model, file.models ?? {});
      return costOf(part.usage, ratesAt(facts, settings.currency, startedAt, file.holidays ?? []), settings.currency);
    });
    const cost = sumCosts(costs);
    this.#questions++;
    if (cost !== null) this.#costs.push(cost);
    if (usage !== null) this.#usage = this.#usage === null ? usage : sumUsage([this.#usage, usage]);
    return cost;
  }
}

/** Tokens of the conversation as it stands after an answer; null where its last request was not counted. */
export function countedAfter({ parts }: TurnResult): number | null {
  const last = parts.at(-1)?.usage ?? null;
  // The last request had all that came before in it. Thinking is not sent back, so it takes no room in the next one.
  return last === null ? null : last.promptTokens + last.completionTokens - last.reasoningTokens;
}
