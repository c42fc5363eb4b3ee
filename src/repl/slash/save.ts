import { sanitize } from "../../terminal/sanitize.ts";
import type { SlashCommand } from "./command.ts";

export const save: SlashCommand = {
  name: "save",
  aliases: [],
  group: "archive",
  usage: "<file>",
  examples: ["/save talk.md"],
  complete: "path",
  async run({ archive, terminal, words }, argument) {
    if (argument === "") {
      terminal.warn(words.session.saveHow);
      return "stay";
    }
    archive.saveTo(argument);
    terminal.succeed(words.session.savedTo({ path: sanitize(argument) }));
    return "stay";
  },
};
