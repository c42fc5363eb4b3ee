import { wordsOf } from "../../chat/message-text.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { tellUnsaved } from "../answer-notices.ts";
import type { SlashCommand } from "./command.ts";

export const undo: SlashCommand = {
  name: "undo",
  aliases: ["u"],
  group: "conversation",
  usage: "",
  examples: [],
  async run(host) {
    const { dialogue, terminal, words } = host;
    const undone = await dialogue.undo();
    if (undone === null) {
      terminal.say(words.session.nothingToUndo);
      return "stay";
    }
    const [line = ""] = wordsOf(undone.question.content).trim().split("\n");
    terminal.say(words.session.undone({ question: sanitize(line) }));
    tellUnsaved(host, undone.unsaved);
    return "stay";
  },
};
