import type { SlashCommand } from "./command.ts";

export const find: SlashCommand = {
  name: "find",
  aliases: [],
  group: "conversation",
  usage: "<words>",
  examples: ["/find prefix cache"],
  async run({ archive, lines, terminal, words }, argument) {
    if (argument === "") {
      terminal.warn(words.session.findHow);
      return "stay";
    }
    lines.release();
    await archive.find(argument);
    return "stay";
  },
};
