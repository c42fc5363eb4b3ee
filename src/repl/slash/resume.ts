import { sanitize } from "../../terminal/sanitize.ts";
import type { SlashCommand } from "./command.ts";

export const resume: SlashCommand = {
  name: "resume",
  aliases: [],
  group: "archive",
  usage: "[id]",
  examples: ["/resume", "/resume 11v04vs6"],
  leaves: true,
  complete: async ({ archive }) =>
    (await archive.list()).slice(0, 50).map(({ id, title }) => ({ value: id, hint: title })),
  async run({ archive, dialogue, lines, terminal, words }, argument) {
    if (argument === "") lines.release();
    const reference = argument === "" ? await archive.pick() : argument;
    if (reference === null) return "stay";
    await archive.resume(reference);
    terminal.say(words.session.modelIs({ provider: dialogue.provider, model: sanitize(dialogue.modelId) }));
    return "stay";
  },
};
