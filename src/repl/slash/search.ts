import type { SlashCommand } from "./command.ts";

export const search: SlashCommand = {
  name: "search",
  aliases: [],
  group: "archive",
  usage: "<words>",
  examples: ["/search prefix cache"],
  async run({ archive, terminal, words }, argument) {
    if (argument === "") terminal.warn(words.session.searchHow);
    else await archive.search(argument);
    return "stay";
  },
};
