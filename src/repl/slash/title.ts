import { sanitize } from "../../terminal/sanitize.ts";
import { tellUnsaved } from "../answer-notices.ts";
import type { SlashCommand } from "./command.ts";

export const title: SlashCommand = {
  name: "title",
  aliases: ["rename"],
  group: "conversation",
  usage: "[text]",
  examples: ["/title Prefix caches"],
  async run(host, argument) {
    const { dialogue, lines, terminal, words } = host;
    if (argument !== "") {
      const controller = new AbortController();
      const release = lines.hold(() => controller.abort());
      try {
        tellUnsaved(host, await dialogue.rename(argument, controller.signal));
      } finally {
        release();
      }
    }
    const { title: name } = dialogue;
    terminal.say(name === null ? words.session.nothingSaid : words.session.titleIs({ title: sanitize(name) }));
    return "stay";
  },
};
