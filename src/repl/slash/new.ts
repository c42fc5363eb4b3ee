import type { SlashCommand } from "./command.ts";

export const newConversation: SlashCommand = {
  name: "new",
  aliases: ["clear"],
  usage: "",
  async run({ dialogue, terminal, words }) {
    await dialogue.startNew();
    terminal.say(words.session.newStarted);
    return "stay";
  },
};
