import type { ModelRef, Usage } from "../../chat/model.ts";
import type { BilledRequest } from "../../chat/billed-request.ts";
import { takesTokens } from "../../chat/purpose.ts";
import { count, money, shortCount } from "../../terminal/figures.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { FittedColumn, fittedTable } from "../../terminal/fitted-table.ts";
import type { Host } from "../host.ts";
import type { SlashCommand } from "./command.ts";

/** Requests shown one by one; the sums have all. */
const maxShown = 20;

export const cost: SlashCommand = {
  name: "cost",
  aliases: [],
  group: "answer",
  usage: "",
  examples: [],
  async run({ dialogue, terminal, words }) {
    const { requests, usage, costs, questions, unknown, uncounted } = dialogue.spent;
    if (requests.length > 0) {
      // Lists have it in a script of their own.
      const { fittedTable } = await import("../../terminal/fitted-table.ts");
      terminal.say(requestTable(fittedTable, requests.slice(-maxShown), { terminal, words }));
      const left = requests.length - maxShown;
      if (left > 0) terminal.say(terminal.ink.err.muted(words.usage.earlier({ requests: left })));
    }
    const tokens = usage && {
      prompt: count(usage.promptTokens),
      cached: count(usage.cachedTokens),
      completion: count(usage.completionTokens),
    };
    const shown = costs.map(money).join(" + ");
    terminal.say(words.session.spent({ questions, tokens, cost: shown === "" ? null : shown }));
    if (uncounted > 0) terminal.say(words.session.tokensUnknown({ requests: uncounted }));
    if (unknown > 0) terminal.say(words.session.spentUnknown({ requests: unknown }));
    return "stay";
  },
};

function requestTable(
  lineUp: typeof fittedTable,
  requests: readonly BilledRequest[],
  { terminal, words }: Pick<Host, "terminal" | "words">,
): string {
  const { columns, purposes, unknown } = words.usage;
  const each = (cell: (request: BilledRequest) => string) => requests.map((request) => cell(request));
  // What a tool searched for takes no tokens.
  const tokenCell = ({ usage, purpose }: BilledRequest, shown: (usage: Usage) => string) =>
    usage === null ? (takesTokens(purpose) ? unknown : "") : shown(usage);
  const tokens = (of: (usage: Usage) => number) => ({
    cells: each((request) => tokenCell(request, (usage) => count(of(usage)))),
    short: each((request) => tokenCell(request, (usage) => shortCount(of(usage)))),
  });
  const isOneProvider = new Set(requests.map(({ to }) => to.provider)).size === 1;
  const nameOf = ({ provider, model }: ModelRef) => sanitize(isOneProvider ? model : `${provider}/${model}`);
  const shown: FittedColumn[] = [
    { head: columns.model, cells: each(({ to }) => nameOf(to)) },
    { head: columns.time, cells: each(({ sentAt }) => clock(sentAt)), rank: 2 },
    { head: columns.purpose, cells: each(({ purpose }) => purposes[purpose]), rank: 3 },
    { head: columns.input, ...tokens(({ promptTokens }) => promptTokens), rank: 5 },
    { head: columns.cached, ...tokens(({ cachedTokens }) => cachedTokens), rank: 6 },
    { head: columns.output, ...tokens(({ completionTokens }) => completionTokens), rank: 4 },
    { head: columns.thinking, ...tokens(({ reasoningTokens }) => reasoningTokens), rank: 1 },
    { head: columns.cost, cells: each(({ cost: known }) => (known === null ? unknown : money(known))) },
  ];
  const { muted } = terminal.ink.err;
  const room = terminal.errIsTerminal ? terminal.columns : Infinity;
  return lineUp(shown, room, (cell, row) => (row === 0 ? muted(cell) : cell)).trimEnd();
}

function clock(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}
