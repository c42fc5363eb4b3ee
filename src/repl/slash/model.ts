import { choose } from "../../terminal/prompts.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { CompletionCandidate } from "../editor/completion.ts";
import type { ChosenModel, Host } from "../host.ts";
import type { SlashCommand } from "./command.ts";

export const model: SlashCommand = {
  name: "model",
  aliases: ["m"],
  group: "model",
  usage: "[id]",
  examples: ["/model", "/model deepseek-pro", "/model cheap", "/model siliconflow/Qwen/Qwen3-Coder"],
  complete: candidates,
  async run(host, argument) {
    const { dialogue, terminal } = host;
    const chosen = argument === "" ? await pick(host) : await read(host, argument);
    const words = host.words.session;
    if (chosen !== null) await dialogue.useModel(chosen.provider, chosen.model);
    terminal.say(words.modelIs({ provider: dialogue.provider, model: sanitize(dialogue.modelId) }));
    if (chosen !== null && chosen.nearest !== null)
      terminal.warn(words.modelMeant({ nearest: sanitize(chosen.nearest) }));
    return "stay";
  },
};

async function read({ lines, readModel }: Host, text: string): Promise<ChosenModel> {
  const controller = new AbortController();
  const release = lines.hold(() => controller.abort());
  try {
    return await readModel(text, controller.signal);
  } finally {
    release();
  }
}

/** A picker over what the provider offers; the one in use stands first. What is chosen there is that provider's. */
async function pick({ dialogue, lines, listModels, terminal, words }: Host): Promise<ChosenModel | null> {
  if (!terminal.interactive) return null;
  const { provider } = dialogue;
  const rows = await listModels(provider, true);
  if (rows.length === 0) {
    terminal.warn(words.session.noModels({ provider }));
    return null;
  }
  lines.release();
  const choices = rows.map(({ id, facts }) => ({ value: id, name: facts === "" ? id : `${id}  ${facts}` }));
  return { provider, model: await choose(words.setup.model, choices, dialogue.modelId), nearest: null };
}

/** Aliases, the models of the provider in use, and the other providers; behind `provider/` its models. */
async function candidates(
  { aliases, dialogue, listModels, providers }: Host,
  typed: string,
): Promise<readonly CompletionCandidate[]> {
  const list = async (provider: string, lead: string) => {
    const rows = await listModels(provider, false).catch(() => []);
    return rows.map(({ id, facts }) => ({ value: lead + id, hint: facts }));
  };
  const listed = await list(dialogue.provider, "");
  const own = [...Object.entries(aliases).map(([value, hint]) => ({ value, hint: sanitize(hint) })), ...listed];
  const named = providers.find((name) => typed.startsWith(`${name}/`));
  if (named !== undefined) return [...own, ...(await list(named, `${named}/`))];
  return [...own, ...providers.filter((name) => name !== dialogue.provider).map((name) => ({ value: `${name}/` }))];
}
