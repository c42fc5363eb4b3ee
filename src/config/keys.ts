import { AppError } from "../errors.ts";
import type { Environment } from "./environment.ts";
import { replaceFile } from "../atomic-file.ts";
import { linkedPath } from "../files.ts";
import { type CommandOutputs, runKeyCommand } from "./key-command.ts";
import { type Keyring, type KeyringAnswer, keyringName, useKeyring } from "./keyring.ts";
import type { Origin, Settings } from "./schema.ts";
import { readOwnSettings } from "./text-file.ts";

export interface Key {
  readonly value: string;
  readonly origin: Origin;
}

/** Where keys may be. */
export interface KeyPlaces {
  readonly environment: Environment;
  readonly keyFile: string;
  /** Where the settings want the file alone, `noKeyring`. */
  readonly keyring: Keyring;
  readonly store: Settings["key_store"];
  /** The variables of all providers, which a key command is not given. */
  readonly keyVariables: readonly string[];
}

/** Whose key, and where its own places are. */
export interface KeyOwner {
  readonly provider: string;
  /** Null for a provider that has no variable of its own. */
  readonly variable: string | null;
  readonly command: string | readonly string[] | null;
  /** Of the JSON object that the command prints; absent where it prints the key itself. */
  readonly field?: string | null;
  /** What commands of other keys printed. */
  readonly outputs?: CommandOutputs;
}

const inKeyring: Origin = { kind: "keyring", name: keyringName };

/** Milliseconds a key command may take: long enough to unlock a vault or touch a token. */
const commandTimeout = 60_000;

/**
 * The key of a provider: its environment variable, the same in `.env`, what its `key_command` prints, the system keyring, then
 * the private key file. Each is looked at only when those before it have none.
 *
 * @param signal ends a key command
 * @returns null where there is none
 * @throws AppError `key_malformed`, `key_command_failed`, `keyring_failed`; `config_broken` for a key file that is not ours
 */
export async function findKey(owner: KeyOwner, places: KeyPlaces, signal: AbortSignal): Promise<Key | null> {
  const key = (await givenKey(owner, places, signal)) ?? (await storedKey(owner.provider, places));
  if (key !== null && !isWellFormed(key.value)) {
    throw new AppError("key_malformed", { provider: owner.provider, origin: key.origin.name });
  }
  return key;
}

/** Characters: no service takes longer headers. */
const longestKey = 64 * 1024;
/** A private key in lines (RFC 7468), which signs and is not sent. */
const pem = /^-----BEGIN [A-Z ]{1,40}-----\n[\w+/=\n]{1,65536}\n-----END [A-Z ]{1,40}-----$/u;

/** A key as it is meant: one of several lines may have had its ends of lines escaped, to be held by a variable. */
export function withLines(key: string): string {
  return key.startsWith("-----BEGIN ") ? key.replaceAll(/\\n|\r\n/gu, "\n").trim() : key;
}

/** Whether it can be a key at all: what is not visible ASCII cannot even be sent. */
export function isWellFormed(key: string): boolean {
  if (pem.test(key)) return true;
  return key.length <= longestKey && /^[\x21-\x7e]+$/u.test(key) && !/["'`]/u.test(key);
}

/** Whether a text looks like a key, and so is not to be shown where something else was asked for. */
export function looksLikeKey(text: string): boolean {
  if (/^(?:sk|pk|rk|gsk|xai|hf|nvapi|tgp|csk|pplx|ghp|github_pat|glpat)[-_][\w-]*$/iu.test(text)) return true;
  if (/^(?:AIza|AKIA|eyJ)[\w.-]{8,}$/u.test(text)) return true;
  return /^[A-Za-z0-9_-]{24,}$/u.test(text) && /\d/u.test(text) && !/^[a-z]+(?:-[a-z0-9]{1,12})+$/u.test(text);
}

async function givenKey(
  { provider, variable, command, field = null, outputs }: KeyOwner,
  { environment, keyVariables }: KeyPlaces,
  signal: AbortSignal,
): Promise<Key | null> {
  const found = variable === null ? null : environment.get(variable);
  if (found !== null) return { value: withLines(found.value.trim()), origin: found.origin };
  if (command === null) return null;
  const { variables } = environment;
  const options = { provider, command, variables, keyVariables, timeout: commandTimeout, signal };
  const value = await runKeyCommand(options, field, outputs);
  return { value, origin: { kind: "command", name: "key_command" } };
}

async function storedKey(provider: string, { keyring, keyFile, store }: KeyPlaces): Promise<Key | null> {
  const { value, failure } = await readKeyring(keyring, provider);
  if (value !== null) return { value, origin: inKeyring };
  const filed = store === "keyring" ? undefined : readKeys(keyFile).get(provider);
  if (filed !== undefined) return { value: filed, origin: { kind: "store", name: keyFile } };
  // A locked keyring is no reason to fail where the key is elsewhere; where it is nowhere, it may be in there.
  if (failure !== null) throw new AppError("keyring_failed", { provider, keyring: keyringName, reason: failure });
  return null;
}

/** The key of a provider in the keyring; null where it has none there. */
function readKeyring(keyring: Keyring, provider: string): Promise<KeyringAnswer<string | null>> {
  return useKeyring(keyring, provider, async (entry, signal) => (await entry.getPassword(signal)) || null);
}

export interface Stored {
  readonly origin: Origin;
  /** Why it is not in the keyring that is there; null when nothing failed. */
  readonly keyringFailure: string | null;
}

/**
 * Stores a key: in the system keyring where there is one, else in the private file. It is kept in one place alone.
 *
 * @throws AppError `keyring_failed` where the settings want the keyring and nothing else; `storage_failed`
 */
export async function storeKey(provider: string, value: string, places: KeyPlaces): Promise<Stored> {
  const { keyring, keyFile, store } = places;
  const { value: isThere, failure } = await useKeyring(keyring, provider, async (entry, signal) => {
    await entry.setPassword(value, signal);
    return true;
  });
  if (isThere) {
    const filed = readKeys(keyFile);
    if (filed.delete(provider)) writeKeys(filed, keyFile);
    return { origin: inKeyring, keyringFailure: null };
  }
  if (store === "keyring") throw new AppError("keyring_failed", { provider, keyring: keyringName, reason: failure });
  writeKeys(readKeys(keyFile).set(provider, value), keyFile);
  return { origin: { kind: "store", name: keyFile }, keyringFailure: failure };
}

/** A place where a key of a provider is. */
export interface KeyPlace {
  readonly provider: string;
  readonly origin: Origin;
  /** The last characters of the key, to know it by; null where it is not known, or too short to show any of it. */
  readonly last: string | null;
  /** Why the place could not be looked into; null where it could. */
  readonly failure: string | null;
}

/**
 * Every place that holds a key of a provider, the one that is used first. No key command is run.
 *
 * @throws AppError `config_broken` for a key file that is not ours
 */
export async function keyPlacesOf({ provider, variable, command }: KeyOwner, places: KeyPlaces): Promise<KeyPlace[]> {
  const { environment, keyFile } = places;
  const place = (origin: Origin, key: string | null, failure: string | null = null): KeyPlace => ({
    provider,
    origin,
    last: key === null ? null : lastOf(key),
    failure,
  });
  const given = variable === null ? null : environment.get(variable);
  const { value, failure } = await readKeyring(places.keyring, provider);
  const filed = readKeys(keyFile).get(provider);
  return [
    ...(given === null ? [] : [place(given.origin, given.value.trim())]),
    ...(command === null ? [] : [place({ kind: "command", name: "key_command" }, null)]),
    ...(value === null ? [] : [place(inKeyring, value)]),
    ...(failure === null ? [] : [place(inKeyring, null, failure)]),
    ...(filed === undefined ? [] : [place({ kind: "store", name: keyFile }, filed)]),
  ];
}

/** Names in the key file, also of providers that there are no more. */
export function filedProviders({ keyFile }: KeyPlaces): string[] {
  return [...readKeys(keyFile).keys()];
}

/** Short keys are shown not at all. */
function lastOf(key: string): string | null {
  return key.length >= 16 ? key.slice(-4) : null;
}

/**
 * Removes the stored key of a provider, from the keyring and from the file.
 *
 * @returns where it was; empty where none was stored
 * @throws AppError `keyring_failed`, `storage_failed`; `config_broken` for a key file that is not ours
 */
export async function removeKey(provider: string, { keyring, keyFile }: KeyPlaces): Promise<Origin[]> {
  const keys = readKeys(keyFile);
  const isFiled = keys.delete(provider);
  if (isFiled) writeKeys(keys, keyFile);
  const { value, failure } = await useKeyring(keyring, provider, (entry, signal) => entry.deleteCredential(signal));
  if (failure !== null) throw new AppError("keyring_failed", { provider, keyring: keyringName, reason: failure });
  return [...(value === true ? [inKeyring] : []), ...(isFiled ? [{ kind: "store", name: keyFile } as const] : [])];
}

function writeKeys(keys: ReadonlyMap<string, string>, keyFile: string): void {
  replaceFile(linkedPath(keyFile), `${JSON.stringify(Object.fromEntries(keys), null, 2)}\n`);
}

/** @throws AppError `config_broken` when the file is there and is not ours */
function readKeys(path: string): Map<string, string> {
  const text = readOwnSettings(path);
  if (text === null) return new Map();
  try {
    const keys: unknown = JSON.parse(text);
    if (isKeys(keys)) return new Map(Object.entries(keys));
  } catch {
    // Not shown as a cause: a parser's message quotes the text, and the text is a key.
  }
  throw new AppError("config_broken", { path, line: null, key: null, reason: "no_keys", said: "" });
}

function isKeys(value: unknown): value is Record<string, string> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((key) => typeof key === "string")
  );
}
