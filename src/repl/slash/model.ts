import { choose } from "../../terminal/prompts.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { Host } from "../host.ts";
import type { SlashCommand } from "./command.ts";

export const model: SlashCommand = {
  name: "model",
  aliases: ["m"],
  group: "model",
  usage: "[id]",
  complete: async (host) => (await host.listModels()).map(({ id, facts }) => ({ value: id, hint: facts })),
  async run(host, argument) {
    const { dialogue, terminal } = host;
    const chosen = argument === "" && terminal.interactive ? await pick(host) : argument;
    if (chosen !== "") {
      const { provider, model: id } = host.parseModel(chosen);
      await dialogue.useModel(provider, id);
    }
    const words = host.words.session;
    terminal.say(words.modelIs({ provider: dialogue.provider, model: sanitize(dialogue.modelId) }));
    return "stay";
  },
};

/** A picker over what the provider offers; the one in use stands first. */
async function pick({ dialogue, lines, listModels, words }: Host): Promise<string> {
  const rows = await listModels();
  lines.release();
  const choices = rows.map(({ id, facts }) => ({ value: id, name: facts === "" ? id : `${id}  ${facts}` }));
  return await choose(words.setup.model, choices, dialogue.modelId);
}
