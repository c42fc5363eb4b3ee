import { tellUnsaved } from "../answer-notices.ts";
import type { SlashCommand } from "./command.ts";

export const good: SlashCommand = {
  name: "good",
  aliases: [],
  group: "archive",
  usage: "",
  examples: [],
  async run(host) {
    const { dialogue, lines, terminal, words } = host;
    const controller = new AbortController();
    const release = lines.hold(() => controller.abort());
    try {
      const marked = await dialogue.toggleGood(controller.signal);
      if (marked === null) terminal.say(words.session.nothingToMark);
      else {
        terminal.say(marked.good ? words.session.markedGood : words.session.unmarkedGood);
        tellUnsaved(host, marked.unsaved);
      }
    } finally {
      release();
    }
    return "stay";
  },
};
