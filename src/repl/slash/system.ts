import { sanitize } from "../../terminal/sanitize.ts";
import type { SlashCommand } from "./command.ts";

export const system: SlashCommand = {
  name: "system",
  aliases: ["s"],
  group: "model",
  usage: "[text | -]",
  examples: ["/system Answer in one sentence.", "/system -"],
  async run({ dialogue, terminal, words }, argument) {
    if (argument === "") {
      const { system: text } = dialogue.conversation;
      terminal.say(text === null ? words.session.noSystem : words.session.systemIs({ system: sanitize(text) }));
    } else {
      dialogue.useSystem(argument === "-" ? null : argument);
      terminal.say(argument === "-" ? words.session.systemCleared : words.session.systemSet);
    }
    return "stay";
  },
};
