import { sanitize } from "../../terminal/sanitize.ts";
import type { SlashCommand } from "./command.ts";

export const system: SlashCommand = {
  name: "system",
  aliases: ["s"],
  usage: "[text | -]",
  async run({ dialogue, terminal, words }, argument) {
    const { conversation } = dialogue;
    if (argument === "") {
      const { system: text } = conversation;
      terminal.say(text === null ? words.session.noSystem : words.session.systemIs({ system: sanitize(text) }));
    } else {
      conversation.system = argument === "-" ? null : argument;
      terminal.say(argument === "-" ? words.session.systemCleared : words.session.systemSet);
    }
    return "stay";
  },
};
