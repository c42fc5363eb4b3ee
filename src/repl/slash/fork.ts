import { sanitize } from "../../terminal/sanitize.ts";
import type { SlashCommand } from "./command.ts";

export const fork: SlashCommand = {
  name: "fork",
  aliases: ["branch"],
  group: "conversation",
  usage: "",
  leaves: true,
  async run({ archive, terminal, words }) {
    const path = await archive.fork();
    terminal.say(words.session.forked({ path: sanitize(path) }));
    return "stay";
  },
};
