import type { Layer } from "../../chat/layers.ts";
import type { ChatRequest, Cost, ModelRef } from "../../chat/model.ts";
import type { ConfigFile, Settings } from "../../config/schema.ts";
import type { BudgetLimits, SpendingLimits } from "../../usage/budget.ts";
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

/** The layer that keeps answers within the budget; none where there is no budget, or the provider bills nobody. */
export async function budgetLayers(
  engine: BudgetSource,
  connection: Connection,
  metering: Metering | null,
): Promise<readonly Layer[]> {
  const wanted = limitsOf(engine);
  if (wanted === null || metering === null || isFree(connection.name)) return [];
  const { spending, books, purpose, place, mayExceed } = metering;
  const [{ withBudget }, { exactMaxCostOf, maxCostOf }, budget] = await Promise.all([
    import("../../usage/budget-layer.ts"),
    import("./estimate.ts"),
    books.budget(wanted),
  ]);
  const maxCost = async (request: ChatRequest, to: ModelRef): Promise<Cost | null> => {
    const rough = maxCostOf(engine, to, request);
    // Few bytes are few tokens: only a long prompt is worth counting, which loads the vocabulary.
    const isLong = request.messages.length > 1 && to.provider === connection.name && to.model === request.model;
    return isLong && rough !== null ? await exactMaxCostOf(engine, connection, request) : rough;
  };
  return [
    withBudget({
      budget,
      provider: connection.name,
      purpose,
      conversation: () => place.conversation,
      maxCostOf: maxCost,
      mayGoOut: async () => mayExceed,
      rowsOf: (requests) => spending.rowsOf(requests, purpose, place),
      // What could not be booked here is tried again with the answer, and reported then.
      onSettled: (warnings) => spending.note(warnings),
    }),
  ];
}
