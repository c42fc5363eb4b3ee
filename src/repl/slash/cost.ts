import { count, money } from "../../terminal/summary.ts";
import type { SlashCommand } from "./command.ts";

export const cost: SlashCommand = {
  name: "cost",
  aliases: [],
  group: "answer",
  usage: "",
  async run({ dialogue, terminal, words }) {
    const { usage, costs, questions, unknown } = dialogue.spent;
    const sums = new Map<string, number>();
    for (const { currency, amount } of costs) sums.set(currency, (sums.get(currency) ?? 0) + amount);
    const shown = [...sums].map(([currency, amount]) => money({ currency, amount })).join(" + ");
    const prompt = count(usage?.promptTokens ?? 0);
    const cached = count(usage?.cachedTokens ?? 0);
    const completion = count(usage?.completionTokens ?? 0);
    terminal.say(words.session.spent({ questions, prompt, cached, completion, cost: shown === "" ? null : shown }));
    if (unknown > 0) terminal.say(words.session.spentUnknown({ requests: unknown }));
    return "stay";
  },
};
