import { splitAttached } from "../../chat/attached-text.ts";
import type { SlashCommand } from "./command.ts";

export const editLast: SlashCommand = {
  name: "edit-last",
  aliases: ["el"],
  group: "conversation",
  usage: "",
  async run({ dialogue, terminal, words }) {
    const question = dialogue.lastQuestion;
    if (question !== null) return { edit: splitAttached(question.text).words, instead: question };
    terminal.say(words.session.nothingSaid);
    return "stay";
  },
};
