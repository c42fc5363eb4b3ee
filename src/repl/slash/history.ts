import { textOf } from "../../chat/message-text.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { SlashCommand } from "./command.ts";

export const history: SlashCommand = {
  name: "history",
  aliases: [],
  group: "archive",
  usage: "",
  examples: [],
  async run({ dialogue, terminal, words }) {
    const { asked } = dialogue.conversation;
    if (asked.length === 0) terminal.say(words.session.nothingSaid);
    for (const [index, { question }] of asked.entries()) {
      const [line = ""] = textOf(question.content).trim().split("\n");
      terminal.say(`${terminal.ink.err.muted(`${index + 1}.`)} ${sanitize(line)}`);
    }
    return "stay";
  },
};
