import type { SlashCommand } from "./command.ts";

export const retry: SlashCommand = {
  name: "retry",
  aliases: ["r"],
  group: "conversation",
  usage: "",
  examples: [],
  async run({ dialogue, terminal, words }) {
    if (dialogue.lastQuestion !== null) return { again: true };
    terminal.say(words.session.nothingSaid);
    return "stay";
  },
};
