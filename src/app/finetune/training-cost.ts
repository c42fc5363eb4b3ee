import type { Cost, ModelRef } from "../../chat/model.ts";
import { factsIn } from "../../config/model-aliases.ts";
import { AppError } from "../../errors.ts";
import type { TuningJob } from "../../providers/fine-tuning/tuning-job.ts";
import type { LedgerRow } from "../../usage/ledger-row.ts";
import type { Engine } from "../engine.ts";
import { Books } from "../usage/books.ts";
import { limitsOf } from "../usage/budget-layers.ts";
import { isFree } from "../usage/model-price.ts";

/** What tokens cost that a model is trained with, by the config file's `models`; null where nobody knows. */
export function trainingCost(
  { file, settings }: Pick<Engine, "file" | "settings">,
  { provider, model }: ModelRef,
  tokens: number,
): Cost | null {
  const { currency } = settings;
  const facts = factsIn(file);
  const own = Object.hasOwn(facts, `${provider}/${model}`) ? facts[`${provider}/${model}`] : undefined;
  const rate = own?.[currency]?.training;
  return rate === undefined ? null : { currency, amount: Number(((tokens * rate) / 1e6).toPrecision(12)) };
}

/**
 * Refuses what would go beyond a budget.
 *
 * @param cost what is known of it; null for nothing
 * @throws AppError `budget_exceeded`, `budget_unpriced`, as the ledger
 */
export async function checkBudget(engine: Engine, to: ModelRef, cost: Cost | null): Promise<void> {
  const limits = limitsOf(engine);
  if (limits === null || engine.settings.over_budget || isFree(to.provider)) return;
  if (cost === null) throw new AppError("budget_unpriced", { ...to, currency: engine.settings.currency });
  const budget = await engine.hold(new Books(engine.folders)).budget(limits);
  const claim = { to, purpose: "fine_tuning", cost, atPeak: false, conversation: null, at: new Date() } as const;
  const exceeded = budget.exceededBy(claim);
  if (exceeded !== null) throw exceeded;
}

/**
 * Books what a job cost, once, however often it is looked at.
 *
 * @param models names that the price may have, the first one first
 * @returns null where the price is unknown, or the service does not tell the tokens; then nothing is booked
 */
export async function bookTraining(
  engine: Engine,
  provider: string,
  job: TuningJob,
  models: readonly string[],
): Promise<Cost | null> {
  const { trainedTokens: tokens } = job;
  if (tokens === null || tokens === 0) return null;
  for (const model of models) {
    const cost = trainingCost(engine, { provider, model }, tokens);
    if (cost === null) continue;
    const row: LedgerRow = {
      id: `fine-tuning ${provider} ${job.id}`,
      sentAt: job.finishedAt ?? job.createdAt ?? new Date(),
      to: { provider, model },
      purpose: "fine_tuning",
      usage: null,
      cost,
      atMost: null,
      conversation: null,
      turn: null,
    };
    await engine.hold(new Books(engine.folders)).book([row]);
    return cost;
  }
  return null;
}
