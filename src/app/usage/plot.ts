import { Chartscii } from "chartscii";
import { money } from "../../terminal/figures.ts";
import { table } from "../../terminal/table.ts";
import { displayWidth, shortened } from "../../terminal/width.ts";
import type { Report, ReportRow } from "../../usage/report.ts";
import type { Console } from "../console.ts";

/** Bars that a screen can show; the table has all rows. */
const maxBars = 31;
const longestLabel = 30;
/** Columns of the longest bar. */
const [leastBar, mostBar] = [10, 60];

/**
 * Bars for the costs of rows in one currency: of times the last ones, of others the largest.
 *
 * @returns null where no row has such a cost, or the terminal is too narrow
 */
export function plotOf(
  { terminal, words }: Pick<Console, "terminal" | "words">,
  { rows, by }: Report,
  nameOf: (row: ReportRow) => string,
  currency: string,
): string | null {
  const isTime = by === "day" || by === "week" || by === "month";
  const shown = isTime ? rows.slice(-maxBars) : rows.slice(0, maxBars);
  const known = shown.map(({ costs }) => costs.find((cost) => cost.currency === currency) ?? null);
  const amounts = known.map((cost) => cost?.amount ?? 0);
  if (amounts.every((amount) => amount === 0)) return null;
  const labels = shown.map((row) => shortened(nameOf(row), longestLabel));
  const sums = shown.map(({ unknown }, index) =>
    known[index] === null && unknown > 0 ? words.usage.unknown : money({ currency, amount: amounts[index]! }),
  );
  const widest = (texts: readonly string[]) => Math.max(...texts.map((text) => displayWidth(text)));
  const width = Math.min(mostBar, terminal.columns - widest(labels) - widest(sums) - 5);
  if (width < leastBar) return null;
  const { muted, accent } = terminal.ink.out;
  const bars = barsOf(amounts, width);
  return table(
    labels.map((label, index) => [muted(label), sums[index]!, accent(bars[index]!)]),
    [1],
  );
}

/** One bar for each amount; labels are put beside them here, as the library takes a Chinese character for one column. */
function barsOf(amounts: readonly number[], width: number): string[] {
  const points = amounts.map((value) => ({ label: "", value }));
  const form = { naked: true, labels: false, barSize: 1, padding: 0, width, char: "▇" };
  return new Chartscii(points, form)
    .create()
    .split("\n")
    .slice(1, amounts.length + 1);
}
