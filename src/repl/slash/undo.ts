import { sanitize } from "../../terminal/sanitize.ts";
import type { SlashCommand } from "./command.ts";

export const undo: SlashCommand = {
  name: "undo",
  aliases: ["u"],
  group: "conversation",
  usage: "",
  async run({ dialogue, terminal, words }) {
    const question = dialogue.undo();
    const [line = ""] = (question ?? "").trim().split("\n");
    terminal.say(question === null ? words.session.nothingToUndo : words.session.undone({ question: sanitize(line) }));
    return "stay";
  },
};
