import { answerOf } from "../../chat/conversation.ts";
import type { SlashCommand } from "./command.ts";
import { editorText } from "./editor-text.ts";

export const editAnswer: SlashCommand = {
  name: "edit-answer",
  aliases: ["ea"],
  group: "conversation",
  usage: "",
  examples: [],
  async run(host) {
    const { terminal, words } = host;
    const { last } = host.dialogue.conversation;
    if (last === null) {
      terminal.say(words.session.nothingSaid);
      return "stay";
    }
    const answer = answerOf(last);
    const { text, reported } = await editorText(host, answer, "answer.md");
    // Editors of Windows end lines with CRLF, which is no edit. The line break at the end is not where the model is to continue.
    const lines = answer.includes("\r") ? text : text?.replaceAll("\r\n", "\n");
    const kept = lines?.replace(/\r?\n$/u, "") ?? "";
    if (kept.trim() !== "" && kept !== answer.replace(/\n$/u, "")) return { editedAnswer: kept };
    if (!reported) terminal.say(words.session.answerUnchanged);
    return "stay";
  },
};
