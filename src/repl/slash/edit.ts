import type { SlashCommand } from "./command.ts";
import { editorText } from "./editor-text.ts";

export const edit: SlashCommand = {
  name: "edit",
  aliases: ["e"],
  group: "input",
  usage: "[text]",
  examples: ["/edit", "/edit Dear team,"],
  async run(host, argument) {
    const { text, reported } = await editorText(host, argument, "question.md");
    if (text !== null && text.trim() !== "") return { ask: text };
    if (!reported) host.terminal.say(host.words.session.nothingToSend);
    // What was typed stays at the prompt where nothing came of it.
    return text === null && argument !== "" ? { edit: argument } : "stay";
  },
};
