import type { Usage } from "../../chat/model.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { count, money, shortCount } from "../../terminal/figures.ts";
import { type FittedColumn, fittedTable } from "../../terminal/fitted-table.ts";
import { Ledger } from "../../usage/ledger.ts";
import type { Grouping } from "../../usage/ledger-sums.ts";
import { type Report, reportCsv, reportJson, reportOf, type ReportRow } from "../../usage/report.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { listConversations } from "../library/conversations.ts";
import { ledgerPath } from "./ledger-place.ts";

export interface UsageOptions {
  readonly by: Grouping;
  readonly since: Date | null;
  readonly until: Date | null;
  /** Null: all of them. */
  readonly provider: string | null;
  readonly form: "table" | "json" | "csv";
}

/** What `usage` does. @throws AppError `ledger_unwritable`, `ledger_damaged`, `ledger_newer` */
export async function showUsage(engine: Engine, console: Console, options: UsageOptions): Promise<void> {
  const { by, since, until, provider, form } = options;
  const { terminal, words } = console;
  using ledger = Ledger.open(ledgerPath(engine.folders));
  const filter = { since: since ?? undefined, until: until ?? undefined, provider: provider ?? undefined };
  const report = reportOf(ledger.sums(by, null, filter), by, engine.settings.currency);
  if (form === "json") return terminal.json(reportJson(report));
  if (form === "csv") return terminal.text(reportCsv(report));
  if (report.rows.length === 0) return terminal.say(words.usage.nothing);
  const named = await namesOf(engine, console, report);
  terminal.out(reportTable(console, report, named));
  if (terminal.outIsTerminal) {
    const { plotOf } = await import("./plot.ts");
    const plot = plotOf(console, report, named, engine.settings.currency);
    if (plot !== null) terminal.out(`\n${plot}`);
  }
}

/** What the rows of a report are called on the screen. */
async function namesOf(engine: Engine, console: Console, { by, rows }: Report): Promise<(row: ReportRow) => string> {
  const { usage } = console.words;
  if (by === "purpose")
    return ({ key }) => (Object.hasOwn(usage.purposes, key!) ? usage.purposes[key as "question"] : key!);
  if (by !== "conversation") return ({ key }) => sanitize(key!);
  const wanted = new Set(rows.map(({ key }) => key));
  const found = (await listConversations(engine, console)).filter(({ id }) => wanted.has(id));
  const titles = new Map(found.map(({ id, title }) => [id, title]));
  return ({ key }) => {
    if (key === null) return usage.unsaved;
    const title = titles.get(key);
    return sanitize(title === undefined ? key : `${key} ${title}`);
  };
}

function reportTable({ terminal, words }: Console, report: Report, nameOf: (row: ReportRow) => string): string {
  const { columns, groupings, total, unknownCosts, notCounted } = words.usage;
  const { muted, strong } = terminal.ink.out;
  const rows = [...report.rows, report.total];
  const each = (cell: (row: ReportRow) => string) => rows.map((row) => cell(row));
  const tokens = (of: (usage: Usage) => number) => ({
    cells: each(({ usage }) => count(of(usage))),
    short: each(({ usage }) => shortCount(of(usage))),
  });
  const { unknown, bounded, atMost } = report.total;
  const shown: FittedColumn[] = [
    { head: groupings[report.by], cells: [...report.rows.map((row) => nameOf(row)), total] },
    { head: columns.requests, cells: each(({ requests }) => count(requests)), rank: 2 },
    { head: columns.input, ...tokens(({ promptTokens }) => promptTokens), rank: 4 },
    { head: columns.cacheHitShare, cells: each(({ cacheHitShare: share }) => percent(share)), rank: 5 },
    { head: columns.output, ...tokens(({ completionTokens }) => completionTokens), rank: 3 },
    { head: columns.thinking, ...tokens(({ reasoningTokens }) => reasoningTokens), rank: 1 },
    { head: columns.cost, cells: each(({ costs }) => costs.map(money).join(" + ")) },
  ];
  if (unknown > 0) shown.push({ head: words.usage.unknown, cells: each((row) => count(row.unknown)) });
  const paint = (cell: string, row: number) => (row === 0 ? muted(cell) : row === rows.length ? strong(cell) : cell);
  const text = fittedTable(shown, terminal.tableRoom, paint);
  const notes = [
    ...(unknown === bounded ? [] : [unknownCosts({ requests: unknown - bounded })]),
    ...(bounded === 0 ? [] : [notCounted({ requests: bounded, atMost: atMost.map(money).join(" + ") })]),
  ];
  return text + notes.map((note) => `${muted(note)}\n`).join("");
}

function percent(share: number | null): string {
  return share === null ? "" : `${Math.round(share * 100)}%`;
}
