import { aliasesOf, factsIn } from "../../config/model-aliases.ts";
import type { ModelRef } from "../../chat/model.ts";
import { AppError } from "../../errors.ts";
import { knownModels } from "../../providers/model-table.ts";
import { confirmed } from "../../terminal/prompts.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { factsOf } from "../model-facts.ts";
import type { SessionDialogue } from "../../repl/host.ts";

/** The alias of the config file's `models` that names the model for pictures. */
const alias = "vision";
/** Named where nothing else is known to read pictures. */
const fallback: ModelRef = { provider: "deepseek", model: "deepseek-flash" };

type VisionEngine = Pick<Engine, "file" | "reported" | "readModel">;

/**
 * Sees to it that pictures go to a model that reads them. Where the one in use is known to read none, a terminal is offered another one by
 * one key, for this question and those that follow; nothing is sent otherwise. A model of which nothing is known gets them.
 *
 * @param release lends the terminal to the question
 * @throws AppError `no_vision` where there is no terminal, or the person said no
 */
export async function needVision(
  engine: VisionEngine,
  { terminal, words }: Console,
  dialogue: Pick<SessionDialogue, "modelId" | "provider" | "useModel">,
  release: () => void,
): Promise<void> {
  const { provider, modelId: model } = dialogue;
  if (factsOf(engine, provider, model).vision !== false) return;
  const other = visionModel(engine, provider);
  const name = `${other.provider}/${other.model}`;
  const refused = new AppError("no_vision", { model: `${provider}/${model}`, other: name });
  if (!terminal.interactive) throw refused;
  release();
  const message = words.attachments.askVision({ model: sanitize(model), other: sanitize(name) });
  if (!(await confirmed(message, true, words.confirm))) throw refused;
  await dialogue.useModel(other.provider, other.model);
}

/** The model for pictures: by its alias, else one that is known to read them, of the same provider where there is one. */
function visionModel(engine: VisionEngine, provider: string): ModelRef {
  const named = Object.hasOwn(aliasesOf(engine.file), alias) ? engine.readModel(alias) : null;
  if (named !== null && named.model !== null) return { provider: named.provider ?? provider, model: named.model };
  const own = knownModels(provider).find((id) => factsOf(engine, provider, id).vision === true);
  if (own !== undefined) return { provider, model: own };
  const set = Object.entries(factsIn(engine.file)).find(([, { vision }]) => vision === true);
  const { provider: of, model } = set === undefined ? fallback : engine.readModel(set[0]);
  return model === null ? fallback : { provider: of ?? provider, model };
}
