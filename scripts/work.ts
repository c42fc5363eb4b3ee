/**
 * Counts the work that the built program does and holds it to the bounds in work/bounds.json: what a start loads and opens, what
 * 1,000 chunks of an answer cost, how large the bundle is. Counts are the same on a slow machine and a fast one. Prints the table;
 * `--check` prints only what exceeds its bound; `--accept` sets each bound a little above today's count.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  additions,
  bundleFigures,
  type Figures,
  meanings,
  startFigures,
  streamFigures,
  type Used,
  usedBy,
} from "./work/figures.ts";
import { countStart, countStream, starts, streams } from "./work/runs.ts";

/** What was counted of one run. */
interface Row {
  readonly name: string;
  readonly figures: Figures;
  /** Null where names would say no more than the figures, or are those of another row. */
  readonly used: Used | null;
}

interface Bounds {
  readonly bounds: Readonly<Record<string, Figures>>;
  /** What each start used when the bounds were set. */
  readonly used: Readonly<Record<string, Used>>;
}

const file = fileURLToPath(new URL("work/bounds.json", import.meta.url));

async function count(): Promise<readonly Row[]> {
  const begun = Object.keys(starts).map(async (name): Promise<readonly Row[]> => {
    const { cold, warm } = await countStart(name);
    const { scripts, kB, compiled, builtins, opened } = startFigures(cold);
    return [
      // How often the compiled code is written depends on how long the run takes.
      { name: `${name}, first`, figures: { scripts, kB, compiled, builtins, opened } as Figures, used: null },
      { name, figures: startFigures(warm), used: usedBy(warm) },
    ];
  });
  const streamed = Object.keys(streams).map(async (name): Promise<readonly Row[]> => {
    const figures = streamFigures(await countStream(name));
    return [{ name: `1,000 chunks ${name}`, figures, used: null }];
  });
  const rows = (await Promise.all([...begun, ...streamed])).flat();
  return [...rows, { name: "the bundle", figures: bundleFigures(), used: null }];
}

/** How often a stream is written and asked about depends on how fast the machine is, within this; each chunk by itself is 1,000. */
const paced = /writes$|fstats$|^timers$/u;
const pacedMargin = 40;

/** A little above the count: what another release of Node or another system loads makes no difference, a regression does. */
function boundFor(figure: string, value: number): number {
  if (figure === "compiled") return value;
  return Math.ceil(value * (figure.endsWith("kB") ? 1.03 : 1.1)) + (paced.test(figure) ? pacedMargin : 0);
}

function accept(rows: readonly Row[]): void {
  const bounds: Record<string, Figures> = {};
  const used: Record<string, Used> = {};
  for (const row of rows) {
    const bound = ([figure, value]: [string, number]) => [figure, boundFor(figure, value)] as const;
    bounds[row.name] = Object.fromEntries(Object.entries(row.figures).map(bound));
    if (row.used !== null) used[row.name] = row.used;
  }
  writeFileSync(file, `${JSON.stringify({ bounds, used } satisfies Bounds, null, 2)}\n`);
}

/** What exceeds its bound, one paragraph each. */
function excesses(rows: readonly Row[], { bounds, used }: Bounds): readonly string[] {
  return rows.flatMap(({ name, figures, used: now }) => {
    const over = Object.entries(figures).flatMap(([figure, value]) => {
      const bound = bounds[name]?.[figure];
      if (bound === undefined) return [`${name}: no bound for ${figure} (${value}).`];
      return value > bound ? [`${name}: ${figure} ${value}, at most ${bound}: ${meanings[figure]}.`] : [];
    });
    const before = used[name];
    if (over.length === 0 || now === null || before === undefined) return over;
    return [...over, ...additions(before, now).map((addition) => `  It now ${addition}.`)];
  });
}

/** Where nothing is counted, nothing can exceed a bound. */
function unseen(rows: readonly Row[]): readonly string[] {
  return rows.flatMap(({ name, figures }) => {
    const zeros = ["scripts", "transcript writes", "output writes"].filter((figure) => figures[figure] === 0);
    return zeros.map(
      (figure) => `${name}: no ${figure} seen. scripts/work/counter.cjs does not count this way to do it.`,
    );
  });
}

/** One table for all rows with the same figures. */
function print(rows: readonly Row[], { bounds }: Bounds): void {
  for (const group of Map.groupBy(rows, ({ figures }) => Object.keys(figures).join()).values()) {
    const titles = Object.keys(group[0]!.figures);
    const widths = titles.map((title) => Math.max(title.length, 11) + 2);
    const line = (first: string, cells: readonly string[]) =>
      first.padEnd(28) + cells.map((cell, column) => cell.padStart(widths[column]!)).join("");
    console.log(`\n${line("count / bound", titles)}`);
    for (const { name, figures } of group) {
      const cells = titles.map((title) => `${figures[title]} / ${bounds[name]?.[title] ?? "none"}`);
      console.log(line(name, cells));
    }
  }
}

const [option] = process.argv.slice(2);
const rows = await count();
if (option === "--accept") accept(rows);
const bounds = JSON.parse(readFileSync(file, "utf8")) as Bounds;
if (option !== "--check") print(rows, bounds);
const mistakes = [...excesses(rows, bounds), ...unseen(rows)];
for (const mistake of mistakes) console.error(mistake);
if (mistakes.length > 0) {
  console.error("Where that is meant, `npm run work -- --accept` sets new bounds; review that change.");
  process.exitCode = 1;
}
