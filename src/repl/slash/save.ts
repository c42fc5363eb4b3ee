import { sanitize } from "../../terminal/sanitize.ts";
import type { SlashCommand } from "./command.ts";

export const save: SlashCommand = {
  name: "save",
  aliases: [],
  group: "archive",
  usage: "<file>",
  complete: "path",
  async run({ archive, terminal, words }, argument) {
    if (argument === "") {
      terminal.warn(words.session.saveHow);
      return "stay";
    }
    archive.saveTo(argument);
    terminal.say(words.session.savedTo({ path: sanitize(argument) }));
    return "stay";
  },
};
