import type { SlashCommand } from "./command.ts";

export const continueAnswer: SlashCommand = {
  name: "continue",
  aliases: ["c"],
  group: "conversation",
  usage: "",
  examples: [],
  async run({ dialogue, terminal, words }) {
    if (dialogue.canContinue) return { continueAnswer: true };
    terminal.say(words.session.nothingToContinue);
    return "stay";
  },
};
