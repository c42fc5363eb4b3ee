import { sanitize } from "../../terminal/sanitize.ts";
import { count, money } from "../../terminal/figures.ts";
import { table } from "../../terminal/table.ts";
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
  const { columns, groupings, total, unknownCosts } = words.usage;
  const { muted, strong } = terminal.ink.out;
  const head = [columns.requests, columns.input, columns.cacheHitShare, columns.output, columns.thinking, columns.cost];
  const cells = (name: string, row: ReportRow) => {
    const { requests, usage, cacheHitShare, costs, unknown } = row;
    const known = costs.map(money).join(" + ");
    const more = unknown === 0 ? "" : unknownCosts({ requests: unknown });
    const share = cacheHitShare === null ? "" : `${Math.round(cacheHitShare * 100)}%`;
    return [
      name,
      count(requests),
      count(usage.promptTokens),
      share,
      count(usage.completionTokens),
      count(usage.reasoningTokens),
      [known, more].filter(Boolean).join(" "),
    ];
  };
  return table(
    [
      [groupings[report.by], ...head].map((cell) => muted(cell)),
      ...report.rows.map((row) => cells(nameOf(row), row)),
      cells(total, report.total).map((cell) => strong(cell)),
    ],
    [1, 2, 3, 4, 5, 6],
    terminal.tableRoom,
  );
}
