import type { ChatRequest, ModelRef } from "../../chat/model.ts";
import { billedRequests } from "../../chat/requests.ts";
import type { ConfigFile, Settings } from "../../config/schema.ts";
import type { BudgetLimits, SpendingLimits } from "../../usage/budget.ts";
import type { BudgetedModel } from "../../usage/budget-layer.ts";
import type { LargestCost } from "../../usage/reservation.ts";
import type { Connection } from "../../providers/connection.ts";
import type { ModelFacts } from "../../providers/model-table.ts";
import type { Metering } from "./cost-meter.ts";
import { isFree } from "./model-price.ts";

/** What budgets are kept with; the engine is one. */
interface BudgetSource {
  readonly file: ConfigFile;
  readonly settings: Settings;
  readonly reported: Map<string, ModelFacts>;
}

/** The limits that the settings name; null where they name none. */
export function limitsOf({
  file,
  settings,
}: {
  readonly file: ConfigFile;
  readonly settings: Settings;
}): BudgetLimits | null {
  const { budget = {} } = file;
  const { day, month, conversation, ...providers } = budget;
  const command = settings.max_cost ?? null;
  if (command === null && Object.keys(budget).length === 0) return null;
  return {
    currency: settings.currency,
    all: limits({ day, month, conversation }),
    providers: Object.fromEntries(Object.entries(providers).map(([name, own]) => [name, limits(own)])),
    command,
  };
}

function limits({ day, month, conversation }: SetLimits): SpendingLimits {
  return { day: day ?? null, month: month ?? null, conversation: conversation ?? null };
}

/** As the config file has them. */
type SetLimits = { readonly [Scope in keyof SpendingLimits]?: number | undefined };

/**
 * What keeps answers within the budget; null where there is no budget, or nobody is billed.
 *
 * @param routes all that may be asked, the first one at `connection`
 */
export async function budgetOf(
  engine: BudgetSource,
  connection: Connection,
  routes: readonly ModelRef[],
  metering: Metering | null,
): Promise<BudgetedModel | null> {
  const wanted = limitsOf(engine);
  if (wanted === null || metering === null || routes.every(({ provider }) => isFree(provider))) return null;
  const { spending, books, purpose, place, mayExceed } = metering;
  const [{ withBudget }, { exactMaxCostOf, maxCostOf }, budget] = await Promise.all([
    import("../../usage/budget-layer.ts"),
    import("./estimate.ts"),
    books.budget(wanted),
  ]);
  const maxCost = async (request: ChatRequest, to: ModelRef): Promise<LargestCost | null> => {
    if (isFree(to.provider)) return { cost: { currency: wanted.currency, amount: 0 }, atPeak: false };
    const rough = maxCostOf(engine, to, request);
    // Few bytes are few tokens: only a long prompt is worth counting, which loads the vocabulary.
    const isLong = request.messages.length > 1 && to.provider === connection.name && to.model === request.model;
    return isLong && rough !== null ? await exactMaxCostOf(engine, connection, request) : rough;
  };
  let earlier = 0;
  return withBudget({
    budget,
    provider: connection.name,
    purpose,
    conversation: () => place.conversation,
    maxCostOf: maxCost,
    mayGoOut: async () => mayExceed,
    isBilled: (request) => billedRequests([request]).length > 0,
    // A round of tools is an answer of its own here, whose requests stand in the turn behind those before it.
    rowsOf: async (requests) => {
      const from = earlier;
      earlier += billedRequests(requests).length;
      const told = requests.map((each) =>
        from > 0 && each.why === "first" ? Object.assign({}, each, { why: "tools" as const }) : each,
      );
      return await spending.rowsOf(told, purpose, place, from);
    },
    // What could not be booked here is tried again with the answer, and reported then.
    onSettled: (warnings) => spending.note(warnings),
  });
}
