import type { SlashCommand } from "./command.ts";

export const newConversation: SlashCommand = {
  name: "new",
  aliases: ["clear"],
  group: "conversation",
  usage: "",
  examples: [],
  leaves: true,
  async run({ dialogue, terminal, words }) {
    dialogue.startNew();
    terminal.say(words.session.newStarted);
    return "stay";
  },
};
