import { pastedPictures } from "../editor/paste.ts";
import { wordsOf } from "../../chat/message-text.ts";
import type { SlashCommand } from "./command.ts";

export const editLast: SlashCommand = {
  name: "edit-last",
  aliases: ["el"],
  group: "conversation",
  usage: "",
  examples: [],
  async run({ dialogue, terminal, words }) {
    const question = dialogue.lastQuestion;
    if (question !== null) {
      return { edit: wordsOf(question.content), instead: question, pictures: pastedPictures(question) };
    }
    terminal.say(words.session.nothingSaid);
    return "stay";
  },
};
