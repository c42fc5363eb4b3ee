import type { SlashCommand } from "./command.ts";

export const retry: SlashCommand = {
  name: "retry",
  aliases: ["r"],
  group: "conversation",
  usage: "",
  async run({ dialogue, terminal, words }) {
    const question = dialogue.undo();
    if (question !== null) return { ask: question };
    terminal.say(words.session.nothingToUndo);
    return "stay";
  },
};
