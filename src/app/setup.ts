import { isWellFormed, storeKey } from "../config/keys.ts";
import { keyringName } from "../config/keyring.ts";
import { saveSetting } from "../config/save.ts";
import { AppError, asAppError } from "../errors.ts";
import { listModels, readBalance } from "../providers/account.ts";
import { findProvider, localProviders } from "../providers/catalogue.ts";
import type { Connection } from "../providers/connection.ts";
import { askSecret, choose, confirmed } from "../terminal/prompts.ts";
import { sanitize } from "../terminal/sanitize.ts";
import { describe } from "../terminal/terminal.ts";
import type { App } from "./app.ts";

const hosted = ["deepseek", "siliconflow", "siliconflow-com"] as const;
type Hosted = (typeof hosted)[number];

/** Milliseconds that a server on this machine may take to say that it is there. */
const localPatience = 600;

/**
 * Guided set-up: a provider, its key, checked against the service.
 *
 * @returns the app with the new settings; with the demo chosen, for this run alone
 * @throws AppError `not_a_terminal`; `interrupted` when the person left it
 */
export async function runSetup(app: App): Promise<App> {
  const { terminal, words } = app;
  if (!terminal.interactive) throw new AppError("not_a_terminal", { what: "setup" });
  const locals = await findLocals(app);
  const choice = await choose<string>(words.setup.intro, [
    ...hosted.map((name) => ({ value: name as string, name: words.setup.provider[name] })),
    ...locals.map(({ name, models }) => ({
      value: name,
      name: words.setup.local({ name, models: models.length }),
      description: models.slice(0, 8).join(", "),
    })),
    { value: "demo", name: words.setup.demo },
  ]);
  if (choice === "demo") return await app.reopen({ provider: { value: "demo", flag: "setup" } });
  const local = locals.find(({ name }) => name === choice);
  const model = local === undefined ? await setUpHosted(app, choice as Hosted) : await chooseModel(app, local.models);
  const path = app.folders.configFile;
  await saveSetting(path, ["provider"], choice);
  await saveSetting(path, ["model"], local === undefined ? undefined : model);
  terminal.say(words.setup.settled({ provider: choice, model: sanitize(model), path: sanitize(path) }));
  return await app.reopen({});
}

interface Local {
  readonly name: string;
  readonly models: readonly string[];
}

/** The local servers that answer, with their models. */
async function findLocals(app: App): Promise<Local[]> {
  const signal = AbortSignal.any([app.stop, AbortSignal.timeout(localPatience)]);
  const found = await Promise.all(
    localProviders.map(async (name): Promise<Local[]> => {
      try {
        const models = await listModels(await app.connection(name), signal);
        return models.length === 0 ? [] : [{ name, models }];
      } catch {
        // Nothing listens there, or something else does.
        return [];
      }
    }),
  );
  return found.flat();
}

async function chooseModel({ words }: App, models: readonly string[]): Promise<string> {
  if (models.length === 1) return models[0]!;
  return await choose(
    words.setup.model,
    models.map((id) => ({ value: id, name: id })),
  );
}

/** Asks for a key until one works or the person gives up; gives the model to start with. */
async function setUpHosted(app: App, name: Hosted): Promise<string> {
  const { terminal, words } = app;
  const provider = findProvider(name, app.file.providers ?? {});
  while (true) {
    const key = await askSecret(words.setup.key({ provider: name }));
    if (key === "") continue;
    if (!isWellFormed(key)) {
      terminal.warn(words.setup.malformed);
      continue;
    }
    const refused = await check(app, { ...(await app.connectionWith(name, key)) });
    if (refused !== null) {
      terminal.warn(sanitize(describe(refused, words.errors)));
      const unchecked = refused.exitCode === 5;
      const go = await confirmed(unchecked ? words.setup.keepUnchecked : words.setup.again, true, words.confirm);
      if (!unchecked && go) continue;
      if (!go) throw new AppError("interrupted", {});
    }
    await keep(app, name, key);
    return provider.model ?? "";
  }
}

/** Stores the key, and says where it is now. */
async function keep({ terminal, words, keyPlaces }: App, provider: string, key: string): Promise<void> {
  const { origin, keyringFailure } = await storeKey(provider, key, keyPlaces);
  if (keyringFailure !== null) {
    terminal.warn(words.setup.keyringFailed({ keyring: keyringName, reason: sanitize(keyringFailure) }));
  }
  terminal.say(
    origin.kind === "keyring"
      ? words.setup.inKeyring({ keyring: origin.name })
      : words.setup.stored({ path: sanitize(origin.name) }),
  );
}

/** Tries a key; null when it works, else why not. */
async function check(app: App, connection: Connection): Promise<AppError | null> {
  const { terminal, words, stop } = app;
  terminal.say(terminal.ink.err.dim(`${words.setup.checking}…`));
  try {
    const models = await listModels(connection, stop);
    terminal.say(words.setup.accepted({ models: models.length }));
  } catch (error) {
    return asAppError(error);
  }
  const balances = (await readBalance(connection, stop).catch(() => null)) ?? [];
  const shown = balances.map(({ currency, total }) => `${total} ${currency}`).join(", ");
  if (shown !== "") terminal.say(words.setup.balance({ balance: sanitize(shown) }));
  if (shown !== "" && balances.every(({ total }) => !(Number(total) > 0))) terminal.warn(words.setup.empty);
  return null;
}
