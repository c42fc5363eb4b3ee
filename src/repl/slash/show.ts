import { textOf } from "../../chat/message-text.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { SlashCommand } from "./command.ts";

export const show: SlashCommand = {
  name: "show",
  aliases: [],
  group: "conversation",
  usage: "[turn]",
  examples: ["/show", "/show 2"],
  complete: async ({ dialogue }) =>
    dialogue.conversation.asked.map(({ question }, index) => ({
      value: String(index + 1),
      hint: sanitize(textOf(question.content).trim().split("\n", 1)[0] ?? ""),
    })),
  async run({ archive, lines, terminal, words }, argument) {
    if (argument !== "" && !/^[1-9]\d{0,8}$/u.test(argument)) {
      terminal.warn(words.session.showHow);
      return "stay";
    }
    lines.release();
    await archive.showTurn(argument === "" ? null : Number(argument));
    return "stay";
  },
};
