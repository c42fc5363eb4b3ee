import { count } from "../../terminal/figures.ts";
import type { SlashCommand } from "./command.ts";

export const tokens: SlashCommand = {
  name: "tokens",
  aliases: [],
  group: "answer",
  usage: "",
  examples: [],
  async run({ dialogue, terminal, words }) {
    await dialogue.learnWindow();
    const { tokens: used, estimated, window } = await dialogue.countContext();
    const share = window === null ? null : `${((used / window) * 100).toFixed(1)}%`;
    const facts = { used: count(used), estimated, window: window === null ? null : count(window), share };
    terminal.say(words.context.used(facts));
    return "stay";
  },
};
