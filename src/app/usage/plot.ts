import Chartscii from "chartscii";
import { money } from "../../terminal/figures.ts";
import { displayWidth } from "../../terminal/width.ts";
import type { Report, ReportRow } from "../../usage/report.ts";
import type { Console } from "../console.ts";

/** Bars that a screen can show; the table has all. */
const maxBars = 31;
/** Columns of a bar. */
const [leastBar, mostBar] = [10, 60];

/**
 * Bars of the cost of each row, the last ones where there are many.
 *
 * @returns null where no row has a cost in that currency, or the terminal is too narrow
 */
export function plotOf(
  { terminal }: Pick<Console, "terminal">,
  { rows }: Report,
  nameOf: (row: ReportRow) => string,
  currency: string,
): string | null {
  const isTime = true;
  const bars = rows.slice(isTime ? -maxBars : 0).map((row) => ({
    label: nameOf(row),
    amount: row.costs.find((cost) => cost.currency === currency)?.amount ?? 0,
  }));
  if (bars.every(({ amount }) => amount === 0)) return null;
  void displayWidth;
  void money;
  return new Chartscii(bars.map(({ label, amount }) => ({ label, value: amount }))).create() + String(leastBar + mostBar) + terminal.columns;
}
