import type { AuthForm } from "../../config/auth-options.ts";
import { type Key, looksLikeKey } from "../../config/keys.ts";
import { saveSetting } from "../../config/save.ts";
import { isProviderName, type ProviderConfig } from "../../config/schema.ts";
import type { AppError } from "../../errors.ts";
import { askText, choose, chooseYes, unechoed } from "../../terminal/prompts.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { describe } from "../../terminal/terminal.ts";
import type { Console } from "../console.ts";
import type { EndpointProbe } from "../doctor/endpoint-probe.ts";
import type { Engine } from "../engine.ts";
import { displayPath } from "../display-path.ts";
import { connectionTo, openEndpoint } from "../connections.ts";
import { enterKey, type EnteredKey, keepKey, typedKey } from "./key-entry.ts";
import { chooseModel } from "./model-choice.ts";
import { findService, type FoundService, normalisedAddress, wantsKey } from "./service-address.ts";

interface ServiceKey extends EnteredKey {
  readonly baseUrl: string;
  /** How it is sent; null: as a bearer token. */
  readonly auth: AuthForm | null;
}

/** A service as it was added. */
export interface AddedService {
  readonly name: string;
  readonly model: string;
  /** The same: it is written into the provider's entry. */
  readonly own: string;
}

/**
 * Adds any OpenAI-compatible service: its address, a name, a key where it wants one, a model. Nothing is written before all of
 * it is known.
 *
 * @param named the name it is to have; null: it is asked for
 * @param wanted the model that was named for it; null for none
 * @returns null when it was given up
 * @throws AppError `interrupted`; `storage_failed`
 */
export async function addService(
  engine: Engine,
  console: Console,
  named: string | null,
  wanted: string | null,
): Promise<AddedService | null> {
  const { folders } = engine;
  const { terminal, words } = console;
  const { address, found } = await askAddress(engine, console, named ?? "new");
  const name = named ?? (await askName(engine.providers, console, address));
  const key = await askKey(engine, console, name, address, found);
  if (key === null) return null;
  const model = await chooseModel(console, name, key.offered, wanted);
  const path = folders.configFile;
  await saveSetting(path, ["providers", name, "base_url"], key.baseUrl);
  await saveSetting(path, ["providers", name, "model"], model);
  if (key.value !== "") {
    await saveSetting(path, ["providers", name, "key_needed"], true);
    if (key.auth !== null) await saveSetting(path, ["providers", name, "auth"], key.auth);
    await keepKey(engine, console, name, key.value);
  }
  terminal.succeed(
    words.setup.added({ name, url: sanitize(key.baseUrl), path: displayPath(engine.workingFolder, path) }),
  );
  return { name, model, own: model };
}

/** Asks for an address until a service is found there, or the person takes it as it is. */
async function askAddress(
  engine: Engine,
  { terminal, words }: Console,
  name: string,
): Promise<{ address: string; found: FoundService }> {
  const { stop } = engine;
  while (true) {
    const typed = await askText(words.setup.address, {
      hidden: looksLikeKey,
      problem: (text) => {
        if (looksLikeKey(text)) return words.setup.isKey;
        return normalisedAddress(text) === null ? words.setup.noAddress : null;
      },
    });
    const address = normalisedAddress(typed)!;
    terminal.say(terminal.ink.err.muted(`${words.setup.looking}…`));
    const open = (url: string) => connectionTo(engine, openEndpoint(engine, name, url, { base_url: url }), null);
    const found = await unechoed(async () => await findService(address, open, stop));
    const { baseUrl, offered, error } = found;
    if (offered !== null) {
      terminal.succeed(words.setup.foundService({ url: sanitize(baseUrl), models: offered.length }));
      return { address, found };
    }
    if (wantsKey(error)) return { address, found };
    if (error !== null) terminal.warn(sanitize(describe(error, words.errors)));
    const takes = await choose(words.setup.noList({ url: sanitize(baseUrl) }), [
      { value: false, name: words.setup.otherAddress },
      { value: true, name: words.setup.takeAddress },
    ]);
    if (takes) return { address, found };
  }
}

async function askName(providers: readonly string[], { words }: Console, address: string): Promise<string> {
  return await askText(words.setup.name, {
    fallback: freeName(providers, address),
    hidden: looksLikeKey,
    problem: (typed) => {
      if (looksLikeKey(typed)) return words.setup.isKey;
      if (!isProviderName(typed)) return words.setup.badName;
      return providers.includes(typed) ? words.setup.nameTaken({ name: typed }) : null;
    },
  });
}

/** A name out of the host: `api.example.com` is example, `127.0.0.1:4000` is local-4000. */
export function freeName(providers: readonly string[], address: string): string {
  const { hostname, port } = new URL(address);
  const labels = hostname.split(".").filter((label) => !/^(?:api|www|gateway|llm|openai|ai)$/iu.test(label));
  const isNumber = /^\d+$/u.test(labels.at(-1) ?? "") || hostname.startsWith("[");
  const base =
    isNumber || hostname === "localhost"
      ? `local${port === "" ? "" : `-${port}`}`
      : (labels.at(-2) ?? labels[0] ?? "mine");
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!providers.includes(name)) return name;
  }
}

/** The key, where one is wanted or given; an empty one where none is. Where the service lets it in may be elsewhere. */
async function askKey(
  engine: Pick<Engine, "connectWith" | "stop">,
  console: Console,
  name: string,
  address: string,
  found: FoundService,
): Promise<ServiceKey | null> {
  const { stop } = engine;
  const { words } = console;
  const none: ServiceKey = { value: "", offered: found.offered, baseUrl: found.baseUrl, auth: null };
  const isPlain = address.startsWith("http:");
  if (!wantsKey(found.error)) {
    if (isPlain && found.offered !== null) return none;
    if (!(await chooseYes(words.setup.needsKey({ name }), words.confirm, isPlain ? "no" : "yes"))) return none;
  }
  let { baseUrl } = found;
  let auth: AuthForm | null = null;
  const entered = await enterKey(engine.stop, console, name, async (key) => {
    const open = async (url: string) => await engine.connectWith(name, typedKey(console, key), { base_url: url });
    const again = await findService(address, open, stop);
    if (again.offered !== null) {
      ({ baseUrl } = again);
      return { connection: await open(baseUrl), offered: again.offered };
    }
    const typed = typedKey(console, key);
    const elsewhere = (await namesHeader(found.error)) ? await findElsewhere(engine, name, address, typed) : null;
    if (elsewhere === null) throw again.error!;
    ({ baseUrl, auth } = elsewhere);
    const entry = { base_url: baseUrl, auth: elsewhere.auth };
    return { connection: await engine.connectWith(name, typedKey(console, key), entry), offered: elsewhere.models };
  });
  return entered === null ? null : { ...entered, baseUrl, auth };
}

/** Whether a refusal names a header that the key is wanted in; else a wrong key would be sent again and again. */
async function namesHeader(error: AppError | null): Promise<boolean> {
  if (error?.code !== "key_wanted") return false;
  const { namedHeaders } = await import("../doctor/endpoint-keys.ts");
  return namedHeaders((error as AppError<"key_wanted">).details.reason).length > 0;
}

/** Looks for the list of models with a key in the forms that `doctor --probe` knows; null where none of them lets it in. */
async function findElsewhere(
  engine: Pick<Engine, "connectWith" | "stop">,
  name: string,
  address: string,
  key: Key,
): ReturnType<EndpointProbe["findKeyedList"]> {
  const { EndpointProbe } = await import("../doctor/endpoint-probe.ts");
  const connect = async (entry: ProviderConfig) =>
    await engine.connectWith(name, entry.auth?.type === "none" ? null : key, entry);
  return await new EndpointProbe({ hasKey: true, connect, stop: engine.stop }, address, null).findKeyedList();
}
