import type { SlashCommand } from "./command.ts";

export const model: SlashCommand = {
  name: "model",
  aliases: ["m"],
  usage: "[id]",
  async run({ dialogue, terminal, words, parseModel }, argument) {
    if (argument !== "") {
      const { provider, model: id } = parseModel(argument);
      await dialogue.useModel(provider, id);
    }
    terminal.say(words.session.modelIs({ provider: dialogue.provider, model: dialogue.modelId }));
    return "stay";
  },
};
