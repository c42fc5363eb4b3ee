import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { fileURLToPath } from "node:url";
import { bounds } from "./bounds.ts";
import { type Contestant, contestants } from "./candidates.ts";
import type { Row, Unit } from "./measure.ts";
import type { Field } from "./programs.ts";

const file = fileURLToPath(new URL("../RESULTS.md", import.meta.url));
const [opening, closing] = ["<!-- measured -->", "<!-- end of measured -->"];

export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** The machine, the versions and the time, as a list. Taken before anything is measured, so that the load is that of others. */
export function circumstances({ programs, missing }: Field, runs: number): string {
  const processors = cpus();
  const load = loadavg().map((number) => number.toFixed(1));
  const lines = [
    `Date: ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`,
    `Machine: ${processors[0]?.model.trim() ?? "unknown"}, ${processors.length} cores, ${Math.round(totalmem() / 2 ** 30)} GB; ${type()} ${release()}; Node ${process.version}`,
    `Load before the run (1, 5, 15 minutes): ${load.join(", ")}`,
    `Runs: ${runs}`,
    `Versions: ${programs.map(({ name, release: version }) => `${name}: ${version}`).join("; ")}`,
  ];
  if (missing.length > 0) lines.push(`Not installed, left out: ${missing.join(", ")}`);
  return lines.map((line) => `- ${line}`).join("\n");
}

/** Markdown of a section: a table with a column for each program that has a figure in it. */
export function sectionText({ title, rows }: Section): string {
  const columns = contestants.filter((name) => rows.some(({ figures }) => figures.has(name)));
  return `## ${title}\n\n${table(
    ["", ...columns],
    rows.map(({ name, unit, figures }) => [
      `${name} (${unit})`,
      ...columns.map((column) => figureText(figures.get(column), unit)),
    ]),
  )}`;
}

/** Markdown of the bounds: what was measured beside what is aimed at. Bounds of rows that were not measured are left out. */
export function boundsText(sections: readonly Section[]): string {
  const rows = new Map(sections.flatMap((section) => section.rows).map((row) => [row.name, row]));
  const ratio = (name: string, of: Contestant, base: { readonly row: string; readonly of: Contestant } | null) => {
    const figure = rows.get(name)?.figures.get(of);
    const by = base === null ? 1 : rows.get(base.row)?.figures.get(base.of);
    return figure === undefined || by === undefined ? null : figure / by;
  };
  const lines = bounds.flatMap(({ name, row, base, most }) => {
    const ours = ratio(row, "deepseek-chat", base);
    if (ours === null) return [];
    const before = ratio(row, "before", base);
    const sign = base === null ? " ms" : " \u00d7";
    const verdict = ours <= most ? "met" : `${Math.round((ours / most - 1) * 100)} % over`;
    return [[name, `${most}${sign}`, ours.toFixed(2) + sign, before === null ? "" : before.toFixed(2) + sign, verdict]];
  });
  return `## Bounds\n\n${table(["", "bound", "deepseek-chat", "before", ""], lines)}`;
}

/** Replaces what an earlier run wrote. What is written by hand around it stays. */
export function writeResults(text: string): void {
  const old = readFileSync(file, "utf8");
  const [start, end] = [old.indexOf(opening), old.indexOf(closing)];
  if (start === -1 || end < start) throw new Error(`${file} lacks the lines ${opening} and ${closing}`);
  writeFileSync(file, `${old.slice(0, start + opening.length)}\n\n${text}\n\n${old.slice(end)}`);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, index) => (index === 0 ? "---" : "--:"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function figureText(figure: number | undefined, unit: Unit): string {
  if (figure === undefined) return "";
  if (unit === "MB") return figure.toFixed(0);
  return figure.toFixed(figure < 10 ? 2 : figure < 100 ? 1 : 0);
}
