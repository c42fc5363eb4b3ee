import { choose } from "../../terminal/prompts.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { named, type SlashCommand } from "./command.ts";

export const provider: SlashCommand = {
  name: "provider",
  aliases: ["p"],
  group: "model",
  usage: "[name]",
  examples: ["/provider", "/provider ollama"],
  complete: async ({ providers }) => named(providers),
  async run({ dialogue, lines, providers, terminal, words }, argument) {
    let chosen = argument;
    if (chosen === "" && terminal.interactive) {
      lines.release();
      const choices = providers.map((name) => ({ value: name, name }));
      chosen = await choose(words.setup.intro, choices, dialogue.provider);
    }
    if (chosen !== "" && chosen !== dialogue.provider) await dialogue.useModel(chosen, null);
    terminal.say(words.session.modelIs({ provider: dialogue.provider, model: sanitize(dialogue.modelId) }));
    return "stay";
  },
};
