import { sanitize } from "../../terminal/sanitize.ts";
import type { SlashCommand } from "./command.ts";

export const fork: SlashCommand = {
  name: "fork",
  aliases: ["branch"],
  group: "conversation",
  usage: "[turn]",
  examples: ["/fork", "/fork 2"],
  leaves: true,
  async run({ archive, dialogue, terminal, words }, argument) {
    if (argument !== "" && !/^[1-9]\d{0,8}$/u.test(argument)) {
      terminal.warn(words.session.forkHow);
      return "stay";
    }
    const path = await archive.fork(argument === "" ? null : Number(argument));
    terminal.succeed(words.session.forked({ path: sanitize(path) }));
    terminal.say(words.session.modelIs({ provider: dialogue.provider, model: sanitize(dialogue.modelId) }));
    return "stay";
  },
};
