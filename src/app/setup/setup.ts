import type { ConfigFile } from "../../config/schema.ts";
import { saveSetting } from "../../config/save.ts";
import { isProviderName } from "../../config/schema.ts";
import { AppError, asAppError } from "../../errors.ts";
import { offeredModels } from "../../providers/account.ts";
import { findProvider, localProviders } from "../../providers/catalogue.ts";
import type { OfferedModel } from "../../providers/model-list.ts";
import { choose, chooseYes, unechoed } from "../../terminal/prompts.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { displayPath } from "../display-path.ts";
import { enterKey, keepKey, typedKey } from "./key-entry.ts";
import { hasNoList } from "../model-facts.ts";
import { chooseModel } from "./model-choice.ts";
import { addService } from "./new-service.ts";
import { wantsKey } from "./service-address.ts";

const hosted = ["deepseek", "siliconflow", "siliconflow-com"] as const;

/** Milliseconds that a server on this machine may take to say that it is there; where none runs, that is known at once. */
const localTimeout = 3_000;

/** What was set up: the provider, the model to start with, and the one that the provider has by itself. */
interface Ready {
  readonly name: string;
  readonly model: string;
  readonly own: string | null;
}

/**
 * Guided set-up: a provider, its key, checked against the service, and a model; or a service that the program does not know
 * yet. What is set up becomes the default.
 *
 * @param named the provider that was asked for; null: it is chosen from a list
 * @returns the engine with the new settings, with the demo for this run alone; null when nothing was set up
 * @throws AppError `not_a_terminal`; `interrupted` when the person left it; why the service could not be used
 */
export async function runSetup(engine: Engine, console: Console, named: string | null): Promise<Engine | null> {
  const { terminal, words } = console;
  if (!terminal.interactive) throw new AppError("not_a_terminal", { what: "setup" });
  const choice = named ?? (await chooseProvider(engine, console));
  if (choice === "demo") return await engine.reopen({ provider: { value: "demo", flag: "setup" } });
  const ready =
    choice === newService ? await addService(engine, console, null, null) : await setUp(engine, console, choice);
  if (ready === null) {
    terminal.say(words.setup.nothingStored);
    return null;
  }
  const path = engine.folders.configFile;
  await saveSetting(path, ["provider"], ready.name);
  await saveSetting(path, ["model"], ready.own === ready.model ? undefined : ready.model);
  terminal.succeed(
    words.setup.settled({
      provider: ready.name,
      model: sanitize(ready.model),
      path: displayPath(engine.workingFolder, path),
    }),
  );
  return await engine.reopen({});
}

/**
 * What a session does that cannot begin: asks for the key of a provider that has none, or adds a provider that there is not.
 * The person's default stays as it is.
 *
 * @returns the engine with what was set up; null when nothing was
 * @throws AppError as `runSetup`
 */
export async function setUpNamed(engine: Engine, console: Console, name: string): Promise<Engine | null> {
  const ready = await setUp(engine, console, name);
  if (ready !== null) return await engine.reopen({});
  console.terminal.say(console.words.setup.nothingStored);
  return null;
}

const newService = Symbol("a service that the program does not know yet");

async function chooseProvider(
  engine: Pick<Engine, "connect" | "file" | "providers" | "stop">,
  { words }: Console,
): Promise<string | typeof newService> {
  const locals = await unechoed(async () => await findLocals(engine));
  const own = engine.providers.filter((name) => findRow(engine.file, name)?.isCustom === true);
  return await choose<string | typeof newService>(words.setup.intro, [
    ...hosted.map((name) => ({ value: name, name: words.setup.provider[name] })),
    ...own.map((name) => ({ value: name, name: words.setup.own({ name, url: findRow(engine.file, name)!.baseUrl }) })),
    { value: newService, name: words.setup.another },
    ...locals.map(({ name, models }) => ({
      value: name,
      name: words.setup.local({ name, models: models.length }),
      description: models.slice(0, 8).join(", "),
    })),
    { value: "demo", name: words.setup.demo },
  ]);
}

/** Null for an entry that is not right. */
function findRow(file: ConfigFile, name: string): ReturnType<typeof findProvider> | null {
  try {
    return findProvider(name, file.providers ?? {});
  } catch {
    return null;
  }
}

/** The local servers that answer, with their models. */
async function findLocals(
  engine: Pick<Engine, "connect" | "stop">,
): Promise<{ name: string; models: readonly string[] }[]> {
  const signal = AbortSignal.any([engine.stop, AbortSignal.timeout(localTimeout)]);
  const found = await Promise.all(
    localProviders.map(async (name) => {
      try {
        const models = (await offeredModels(await engine.connect(name), signal)).map(({ id }) => id);
        return models.length === 0 ? [] : [{ name, models }];
      } catch {
        // Nothing listens there, or something else does.
        return [];
      }
    }),
  );
  return found.flat();
}

/** A provider of the table or of the config file, or a new one of that name. */
async function setUp(engine: Engine, console: Console, name: string): Promise<Ready | null> {
  const { settings } = engine;
  const { terminal, words } = console;
  const named = settings.provider === name ? (settings.model ?? null) : null;
  if (!engine.providers.includes(name)) return await offerNew(engine, console, name, named);
  const provider = findProvider(name, engine.file.providers ?? {});
  const list = provider.keyNeeded ? "wants a key" : await listWithoutKey(engine, name);
  let offered: readonly OfferedModel[] | null;
  if (list === "wants a key") {
    const entered = await enterKey(engine.stop, console, name, async (key) => {
      const connection = await engine.connectWith(name, typedKey(console, key));
      return { connection, offered: await offeredModels(connection, engine.stop) };
    });
    if (entered === null) return null;
    await keepKey(engine, console, name, entered.value);
    ({ offered } = entered);
  } else {
    offered = list;
    terminal.succeed(words.setup.foundService({ url: sanitize(provider.baseUrl), models: offered?.length ?? 0 }));
  }
  const model = await chooseModel(console, name, offered, named ?? provider.model);
  const isOwn = provider.isCustom && named === null;
  if (isOwn && model !== provider.model) {
    await saveSetting(engine.folders.configFile, ["providers", name, "model"], model);
  }
  return { name, model, own: isOwn ? model : provider.model };
}

/** The models of a server that needs no key; null where it has no list. */
async function listWithoutKey(
  engine: Pick<Engine, "connect" | "stop">,
  name: string,
): Promise<readonly OfferedModel[] | null | "wants a key"> {
  try {
    return await unechoed(async () => await offeredModels(await engine.connect(name), engine.stop));
  } catch (thrown) {
    const error = asAppError(thrown);
    if (wantsKey(error)) return "wants a key";
    if (hasNoList(error)) return null;
    throw error;
  }
}

async function offerNew(engine: Engine, console: Console, name: string, model: string | null): Promise<Ready | null> {
  const { providers } = engine;
  const { words } = console;
  if (!isProviderName(name)) throw new AppError("unknown_provider", { name, known: providers });
  const adds = await chooseYes(words.setup.offerNew({ name, known: providers.join(", ") }), words.confirm, "yes");
  return adds ? await addService(engine, console, name, model) : null;
}
