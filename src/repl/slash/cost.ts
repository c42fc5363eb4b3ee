import { count, money } from "../../terminal/figures.ts";
import type { SlashCommand } from "./command.ts";

export const cost: SlashCommand = {
  name: "cost",
  aliases: [],
  group: "answer",
  usage: "",
  examples: [],
  async run({ dialogue, terminal, words }) {
    const { usage, costs, questions, unknown, uncounted } = dialogue.spent;
    const shown = costs.map(money).join(" + ");
    const tokens = usage && {
      prompt: count(usage.promptTokens),
      cached: count(usage.cachedTokens),
      completion: count(usage.completionTokens),
    };
    terminal.say(words.session.spent({ questions, tokens, cost: shown === "" ? null : shown }));
    if (uncounted > 0) terminal.say(words.session.tokensUnknown({ requests: uncounted }));
    if (unknown > 0) terminal.say(words.session.spentUnknown({ requests: unknown }));
    return "stay";
  },
};
