import { secretSourcesOf } from "../../config/auth-options.ts";
import {
  filedProviders,
  isWellFormed,
  type KeyOwner,
  type KeyPlace,
  keyPlacesOf,
  removeKey,
  withLines,
} from "../../config/keys.ts";
import type { Origin } from "../../config/schema.ts";
import { AppError } from "../../errors.ts";
import { findProvider } from "../../providers/catalogue.ts";
import { askSecret } from "../../terminal/prompts.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { table } from "../../terminal/table.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { keepKey } from "./key-entry.ts";

/** What `keys list` does: where each provider's key comes from; of a key no more than its end. */
export async function list(
  engine: Pick<Engine, "file" | "keyPlaces" | "providers">,
  console: Console,
  json: boolean,
): Promise<void> {
  const { terminal, words } = console;
  const secrets = secretNames(engine.file);
  const known = new Set([...engine.providers, ...secrets]);
  const names = new Set([...known, ...filedProviders(engine.keyPlaces)]);
  const found: { place: KeyPlace; inUse: boolean }[] = [];
  // One after the other: a locked keyring asks once.
  for (const name of names) {
    const places = await keyPlacesOf(ownerOf(engine, name), engine.keyPlaces);
    const used = places.find(({ failure }) => failure === null);
    found.push(...places.map((place) => ({ place, inUse: place === used && known.has(name) })));
  }
  if (json) {
    return terminal.json(
      found.map(({ place: { provider, origin, last, failure }, inUse }) => ({
        provider,
        origin: origin.kind,
        place: origin.name,
        ends_with: last,
        in_use: inUse,
        failure,
      })),
    );
  }
  if (found.length === 0) return terminal.say(words.keys.none);
  const cells = found.map(({ place: { provider, origin, last, failure }, inUse }) => [
    sanitize(provider),
    last === null ? "" : `\u2026${sanitize(last)}`,
    failure === null ? (inUse ? words.tables.inUse : "") : sanitize(words.keys.failed({ reason: failure })),
    terminal.ink.out.muted(sanitize(originText(console, origin))),
  ]);
  return terminal.out(table(cells, [], terminal.tableRoom));
}

/** Bytes of what is piped in: a private key at most. */
const maxPiped = 128 * 1024;

/**
 * What `keys store` does: stores a provider's key, or a secret that its `auth` names (`provider/secret`), typed unseen or piped in.
 *
 * @throws AppError `bad_value` for a name that nothing has; `key_malformed`; `keyring_failed`, `storage_failed`
 */
export async function store(engine: Engine, console: Console, name: string): Promise<void> {
  const { words, terminal } = console;
  const known = [...engine.providers, ...secretNames(engine.file)];
  if (!known.includes(name)) {
    throw new AppError("bad_value", { name: "keys store", value: name, expected: known.join(" | ") });
  }
  const value = terminal.interactive
    ? await askSecret(words.setup.key({ provider: name }), (typed) =>
        typed === "" ? words.setup.noKey : isWellFormed(typed) ? null : words.setup.malformed,
      )
    : await pipedKey();
  if (!isWellFormed(value)) throw new AppError("key_malformed", { provider: name, origin: "stdin" });
  await keepKey(engine, console, name, value);
}

async function pipedKey(): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of process.stdin as AsyncIterable<Buffer>) {
    pieces.push(piece);
    size += piece.length;
    if (size > maxPiped) break;
  }
  return withLines(Buffer.concat(pieces).toString("utf8").trim());
}

/**
 * What `keys remove` does.
 *
 * @throws AppError `no_stored_key`; `keyring_failed`, `storage_failed`
 */
export async function remove(
  engine: Pick<Engine, "file" | "keyPlaces" | "providers">,
  console: Console,
  provider: string,
): Promise<void> {
  const { terminal, words } = console;
  const places = await keyPlacesOf(ownerOf(engine, provider), engine.keyPlaces);
  const removed = await removeKey(provider, engine.keyPlaces);
  const left = places.find(({ origin: { kind } }) => kind !== "keyring" && kind !== "store");
  if (removed.length === 0) {
    throw new AppError("no_stored_key", {
      provider,
      origin: left === undefined ? null : originText(console, left.origin),
    });
  }
  for (const origin of removed) {
    terminal.say(words.keys.removed({ provider: sanitize(provider), place: sanitize(originText(console, origin)) }));
  }
  if (left !== undefined) {
    terminal.say(words.keys.left({ provider: sanitize(provider), place: sanitize(originText(console, left.origin)) }));
  }
}

/** Secrets that the config file's providers name, as they are stored: `provider/secret`. */
function secretNames({ providers = {} }: Engine["file"]): string[] {
  return Object.entries(providers).flatMap(([provider, { auth }]) =>
    auth === undefined ? [] : secretSourcesOf(auth).map(({ name }) => `${provider}/${name}`),
  );
}

function ownerOf({ file, providers }: Pick<Engine, "file" | "providers">, name: string): KeyOwner {
  const custom = file.providers ?? {};
  const [provider = "", secret] = name.split("/");
  const { auth } = (Object.hasOwn(custom, provider) ? custom[provider] : undefined) ?? {};
  const source = auth === undefined ? undefined : secretSourcesOf(auth).find((each) => each.name === secret);
  if (source !== undefined) return { provider: name, variable: source.variable, command: source.command };
  if (!providers.includes(name)) return { provider: name, variable: null, command: null };
  try {
    const { keyVariable: variable, keyCommand: command } = findProvider(name, custom);
    return { provider: name, variable, command };
  } catch {
    // Without an address it has a key all the same.
    const { key_variable: variable = null, key_command: command = null } = custom[name] ?? {};
    return { provider: name, variable, command };
  }
}

function originText({ words }: Console, { kind, name }: Origin): string {
  const word = words.tables.origin[kind];
  if (kind === "command") return word;
  return kind === "keyring" ? `${word} (${name})` : `${word} ${name}`;
}
