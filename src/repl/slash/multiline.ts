import type { SlashCommand } from "./command.ts";

export const multiline: SlashCommand = {
  name: "multiline",
  aliases: ["ml"],
  group: "input",
  usage: "",
  examples: [],
  async run({ lines, terminal, words }) {
    lines.multiline = !lines.multiline;
    terminal.say(lines.multiline ? words.session.multilineOn : words.session.multilineOff);
    return "stay";
  },
};
