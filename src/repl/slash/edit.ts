import type { SlashCommand } from "./command.ts";

export const edit: SlashCommand = {
  name: "edit",
  aliases: ["e"],
  group: "input",
  usage: "[text]",
  async run({ editText, lines }, argument) {
    lines.release();
    const text = await editText(argument);
    return text.trim() === "" ? "stay" : { ask: text };
  },
};
