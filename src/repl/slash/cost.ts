import type { BilledRequest } from "../../chat/requests.ts";
import { count, money } from "../../terminal/figures.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { table } from "../../terminal/table.ts";
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
      const { table } = await import("../../terminal/table.ts");
      terminal.say(requestTable(table, requests.slice(-maxShown), { terminal, words }));
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
  lineUp: typeof table,

  requests: readonly BilledRequest[],
  { terminal, words }: Pick<Host, "terminal" | "words">,
): string {
  const { columns, purposes, unknown } = words.usage;
  const head = [
    columns.time,
    columns.model,
    columns.purpose,
    columns.input,
    columns.cached,
    columns.output,
    columns.thinking,
    columns.cost,
  ];
  const rows = requests.map(({ sentAt, to, purpose, usage, cost: known }) => [
    clock(sentAt),
    sanitize(`${to.provider}/${to.model}`),
    purposes[purpose],
    ...(usage === null
      ? [unknown, "", "", ""]
      : [usage.promptTokens, usage.cachedTokens, usage.completionTokens, usage.reasoningTokens].map(count)),
    known === null ? unknown : money(known),
  ]);
  const { muted } = terminal.ink.err;
  return lineUp(
    [head.map((cell) => muted(cell)), ...rows],
    [3, 4, 5, 6, 7],
    terminal.errIsTerminal ? terminal.columns : Infinity,
  ).trimEnd();
}

function clock(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}
