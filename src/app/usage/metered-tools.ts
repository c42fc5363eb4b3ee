import type { BilledRequest } from "../../chat/billed-request.ts";
import type { Toolbox, ToolCharge, ToolOutput } from "../../chat/tools.ts";
import type { ConfigFile, Settings } from "../../config/schema.ts";
import { AppError } from "../../errors.ts";
import type { BudgetState } from "../../usage/budget-state.ts";
import { waitForLock } from "../../usage/lock-wait.ts";
import type { Reservation } from "../../usage/reservation.ts";
import type { Books } from "./books.ts";
import { limitsOf } from "./budget-layers.ts";
import { numberedRows } from "./numbered-rows.ts";
import type { RowPlace } from "./turn-place.ts";

/** Tools whose billed requests are booked. */
export interface MeteredToolbox extends Toolbox {
  /** What their calls were billed so far, in the order of the results. */
  readonly billed: readonly BilledRequest[];
}

/** What the tools of a turn are booked by. */
export interface ToolAccounts {
  readonly engine: { readonly file: ConfigFile; readonly settings: Settings };
  /** Null: nothing is booked. */
  readonly books: Books | null;
  readonly place: RowPlace;
  /** Whether a call runs that could exceed a budget. */
  readonly mayExceed: boolean;
  /** Called with limits of which four fifths are used since a call. */
  readonly onWarnings: (warnings: readonly BudgetState[]) => void;
}

/**
 * Books what calls are billed as soon as their results come, so that the next request's budget knows of it. Where there is a budget, what a
 * call costs at most is reserved before it; the model is told where that could exceed it.
 */
export function meteredTools(toolbox: Toolbox, accounts: ToolAccounts): MeteredToolbox {
  const billed: BilledRequest[] = [];
  return {
    ...toolbox,
    billed,
    async call(call, context) {
      const charge = toolbox.chargeOf(call.name);
      if (charge === null) return await toolbox.call(call, context);
      const hold = await holdOf(charge, accounts);
      if (hold instanceof AppError) return refusal(hold);
      const output = await toolbox.call(call, context);
      const requests = output.billed === undefined ? [] : [output.billed];
      const rows = numberedRows(requests, accounts.place, billed.length);
      billed.push(...requests);
      const warnings = await accounts.books?.settle(hold === null ? [] : [hold], rows);
      accounts.onWarnings(warnings ?? []);
      return output;
    },
  };
}

/** What is set aside for a call: null where there is no budget, or the call runs whatever it says; an error where it must not run. */
async function holdOf(
  { to, cost }: ToolCharge,
  { engine, books, place, mayExceed }: ToolAccounts,
): Promise<Reservation | AppError | null> {
  const limits = limitsOf(engine);
  if (limits === null || books === null) return null;
  const claim = {
    to,
    purpose: "search",
    cost,
    atPeak: false,
    conversation: place.conversation,
    at: new Date(),
  } as const;
  try {
    const budget = await books.budget(limits);
    const { reservation, exceeded } = await waitForLock(() => budget.reserve(claim, mayExceed));
    return reservation ?? exceeded;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return mayExceed ? null : error;
  }
}

function refusal({ code }: AppError): ToolOutput {
  const text = `Not run: the person's budget does not allow it (${code}). Answer without it.`;
  return { content: [{ type: "text", text }], isError: true };
}
