import { aliasMistake, aliasesOf } from "../../config/model-aliases.ts";
import { saveSetting } from "../../config/save.ts";
import { AppError } from "../../errors.ts";
import { providerNames } from "../../providers/catalogue.ts";
import { confirmed } from "../../terminal/prompts.ts";
import { sanitizeLine } from "../../terminal/sanitize.ts";
import { shellWord } from "../../terminal/shell-word.ts";
import { loadTuningWords } from "../../words/load.ts";
import type { TuningWords } from "../../words/types.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { namedJob, openTuning } from "./tuning-provider.ts";

interface UseOptions {
  /** Id of a job, or a model that came of one. */
  readonly what: string;
  /** Null for one that the model suggests. */
  readonly alias: string | null;
  /** Whether an alias that is there is replaced. */
  readonly force: boolean;
}

/**
 * Makes an alias of a fine-tuned model in the config file.
 *
 * @throws AppError `not_possible` for a job without a model, and an alias that stands for something else; `bad_value`; `storage_failed`
 */
export async function useTuning(engine: Engine, console: Console, { what, alias, force }: UseOptions): Promise<void> {
  const { terminal } = console;
  const words = await loadTuningWords(engine.language);
  const target = await modelOf(engine, words, what);
  const name = alias ?? suggestedAlias(target);
  const model = sanitizeLine(target);
  const shown = sanitizeLine(name);
  const before = Object.hasOwn(engine.aliases, name) ? engine.aliases[name]! : null;
  if (before !== null && before !== target && !force) {
    const taken = { name: shown, target: sanitizeLine(before) };
    if (!terminal.interactive) throw new AppError("not_possible", { message: words.aliasTaken(taken) });
    if (!(await confirmed(words.replaceAlias(taken), false, console.words.confirm))) return;
  }
  await saveAlias(engine, name, target);
  terminal.succeed(words.used({ name: shown, model }));
  terminal.say(words.chat({ name: shellWord(shown) }));
}

/** The model as aliases name it, with its provider. */
async function modelOf(engine: Engine, words: TuningWords, what: string): Promise<string> {
  const custom = engine.file.providers ?? {};
  const [first = "", ...rest] = what.split("/");
  if (rest.length > 0 && providerNames(custom).includes(first)) return what;
  const { provider, known } = namedJob(engine, words, what);
  const { service } = await openTuning(engine, provider);
  try {
    const { tunedModel, status } = await service.retrieve(what, engine.stop);
    if (tunedModel !== null) return `${provider}/${tunedModel}`;
    const shown = { id: sanitizeLine(what), status: sanitizeLine(status) };
    throw new AppError("not_possible", { message: words.unfinished(shown) });
  } catch (error) {
    const isNoJob = error instanceof AppError && error.code === "job_not_found" && known === null;
    // What is no job may be a model, as a checkpoint's is.
    if (!isNoJob || !isModelName(what)) throw error;
    return `${provider}/${what}`;
  }
}

/** Models that come of a job have names of parts: `ft:gpt-4o-mini:org:suffix:id`, `owner/name`. */
function isModelName(text: string): boolean {
  return /[:/]/u.test(text);
}

/** `support` of `ft:gpt-4o-mini:org:support:9abc`; else `tuned`. */
function suggestedAlias(target: string): string {
  const suffix = /(?:^|\/)ft:[^:]*:[^:]*:([\p{L}\p{N}._-]+):/u.exec(target)?.[1];
  return suffix ?? "tuned";
}

/** @throws AppError `bad_value` for a name that is none, or that names a provider */
async function saveAlias({ folders, file, providers }: Engine, name: string, target: string): Promise<void> {
  if (name.trim() !== name || name === "" || name.includes("/") || providers.includes(name)) {
    throw new AppError("bad_value", { name: "models", value: JSON.stringify(name), expected: "<alias>" });
  }
  if (!Object.hasOwn(aliasesOf(file), name) && Object.hasOwn(file.models ?? {}, name)) {
    throw new AppError("bad_value", { name: "models", value: JSON.stringify(name), expected: "<alias>" });
  }
  await saveSetting(folders.configFile, ["models", name], target, (saved) => {
    const mistake = aliasMistake(saved, providerNames({}));
    if (mistake === null) return;
    throw new AppError("bad_value", { name: mistake.keys.join("."), value: mistake.value, expected: mistake.expected });
  });
}
