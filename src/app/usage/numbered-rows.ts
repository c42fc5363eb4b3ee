import type { BilledRequest } from "../../chat/billed-request.ts";
import type { LedgerRow } from "../../usage/ledger-row.ts";
import type { RowPlace } from "./turn-place.ts";

/**
 * The rows of a turn's billed requests, with their ids. Those that tools sent are counted apart: they are booked when a result comes,
 * those to models where a budget wants it or after the answer, so that neither can know how many of the other stand before it.
 *
 * @param from requests of the turn before them, of the same kind
 */
export function numberedRows(
  billed: readonly BilledRequest[],
  { id, conversation, turn }: RowPlace,
  from = 0,
): LedgerRow[] {
  let [models, tools] = [from, from];
  return billed.map((request) => {
    const number = request.purpose === "search" ? `s${tools++}` : models++;
    return { ...request, conversation, turn, id: `${id}.${number}` };
  });
}
