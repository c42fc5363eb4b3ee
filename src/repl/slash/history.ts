import { sanitize } from "../../terminal/sanitize.ts";
import type { SlashCommand } from "./command.ts";

export const history: SlashCommand = {
  name: "history",
  aliases: [],
  group: "archive",
  usage: "",
  async run({ dialogue, terminal, words }) {
    const questions = dialogue.conversation.turns.filter(({ role }) => role === "user");
    if (questions.length === 0) terminal.say(words.session.nothingSaid);
    for (const [index, { content }] of questions.entries()) {
      const [line = ""] = content.trim().split("\n");
      terminal.say(`${terminal.ink.err.dim(`${index + 1}.`)} ${sanitize(line)}`);
    }
    return "stay";
  },
};
