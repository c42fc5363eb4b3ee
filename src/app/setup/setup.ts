import { saveSetting } from "../../config/save.ts";
import { isProviderName } from "../../config/schema.ts";
import { AppError, asAppError } from "../../errors.ts";
import { offeredModels } from "../../providers/account.ts";
import { findProvider, localProviders } from "../../providers/catalogue.ts";
import type { OfferedModel } from "../../providers/model-list.ts";
import { choose, unechoed } from "../../terminal/prompts.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { App } from "../app.ts";
import { toldPath } from "../display-path.ts";
import { enterKey, keepKey, typedKey } from "./key-entry.ts";
import { hasNoList } from "../model-facts.ts";
import { chooseModel } from "./model-choice.ts";
import { addService } from "./new-service.ts";
import { wantsKey } from "./service-address.ts";

const hosted = ["deepseek", "siliconflow", "siliconflow-com"] as const;

/** Milliseconds that a server on this machine may take to say that it is there; where none runs, that is known at once. */
const localPatience = 3_000;

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
 * @returns the app with the new settings, with the demo for this run alone; null when nothing was set up
 * @throws AppError `not_a_terminal`; `interrupted` when the person left it; why the service could not be used
 */
export async function runSetup(app: App, named: string | null): Promise<App | null> {
  const { terminal, words } = app;
  if (!terminal.interactive) throw new AppError("not_a_terminal", { what: "setup" });
  const choice = named ?? (await chooseProvider(app));
  if (choice === "demo") return await app.reopen({ provider: { value: "demo", flag: "setup" } });
  const ready = choice === newService ? await addService(app, null, null) : await setUp(app, choice);
  if (ready === null) {
    terminal.say(words.setup.nothingStored);
    return null;
  }
  const path = app.folders.configFile;
  await saveSetting(path, ["provider"], ready.name);
  await saveSetting(path, ["model"], ready.own === ready.model ? undefined : ready.model);
  terminal.say(
    words.setup.settled({
      provider: ready.name,
      model: sanitize(ready.model),
      path: toldPath(app.workingFolder, path),
    }),
  );
  return await app.reopen({});
}

/**
 * What a session does that cannot begin: asks for the key of a provider that has none, or adds a provider that there is not.
 * The person's default stays as it is.
 *
 * @returns the app with what was set up; null when nothing was
 * @throws AppError as `runSetup`
 */
export async function setUpNamed(app: App, name: string): Promise<App | null> {
  const ready = await setUp(app, name);
  if (ready !== null) return await app.reopen({});
  app.terminal.say(app.words.setup.nothingStored);
  return null;
}

const newService = Symbol("a service that the program does not know yet");

async function chooseProvider(app: App): Promise<string | typeof newService> {
  const { words } = app;
  const locals = await unechoed(async () => await findLocals(app));
  const own = app.providers.filter((name) => findRow(app, name)?.isCustom === true);
  return await choose<string | typeof newService>(words.setup.intro, [
    ...hosted.map((name) => ({ value: name, name: words.setup.provider[name] })),
    ...own.map((name) => ({ value: name, name: words.setup.own({ name, url: findRow(app, name)!.baseUrl }) })),
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
function findRow({ file }: App, name: string): ReturnType<typeof findProvider> | null {
  try {
    return findProvider(name, file.providers ?? {});
  } catch {
    return null;
  }
}

/** The local servers that answer, with their models. */
async function findLocals(app: App): Promise<{ name: string; models: readonly string[] }[]> {
  const signal = AbortSignal.any([app.stop, AbortSignal.timeout(localPatience)]);
  const found = await Promise.all(
    localProviders.map(async (name) => {
      try {
        const models = (await offeredModels(await app.connect(name), signal)).map(({ id }) => id);
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
async function setUp(app: App, name: string): Promise<Ready | null> {
  const { terminal, words, settings } = app;
  const named = settings.provider === name ? (settings.model ?? null) : null;
  if (!app.providers.includes(name)) return await offerNew(app, name, named);
  const provider = findProvider(name, app.file.providers ?? {});
  const list = provider.keyNeeded ? "wants a key" : await listWithoutKey(app, name);
  let offered: readonly OfferedModel[] | null;
  if (list === "wants a key") {
    const entered = await enterKey(app, name, async (key) => {
      const connection = await app.connectWith(name, typedKey(app, key));
      return { connection, offered: await offeredModels(connection, app.stop) };
    });
    if (entered === null) return null;
    await keepKey(app, name, entered.value);
    ({ offered } = entered);
  } else {
    offered = list;
    terminal.say(words.setup.foundService({ url: sanitize(provider.baseUrl), models: offered?.length ?? 0 }));
  }
  const model = await chooseModel(app, name, offered, named ?? provider.model);
  const isOwn = provider.isCustom && named === null;
  if (isOwn && model !== provider.model) {
    await saveSetting(app.folders.configFile, ["providers", name, "model"], model);
  }
  return { name, model, own: isOwn ? model : provider.model };
}

/** The models of a server that needs no key; null where it has no list. */
async function listWithoutKey(app: App, name: string): Promise<readonly OfferedModel[] | null | "wants a key"> {
  try {
    return await unechoed(async () => await offeredModels(await app.connect(name), app.stop));
  } catch (thrown) {
    const error = asAppError(thrown);
    if (wantsKey(error)) return "wants a key";
    if (hasNoList(error)) return null;
    throw error;
  }
}

async function offerNew(app: App, name: string, model: string | null): Promise<Ready | null> {
  const { words, providers } = app;
  if (!isProviderName(name)) throw new AppError("unknown_provider", { name, known: providers });
  const adds = await choose(words.setup.offerNew({ name, known: providers.join(", ") }), [
    { value: true, name: words.confirm.yes },
    { value: false, name: words.confirm.no },
  ]);
  return adds ? await addService(app, name, model) : null;
}
