import { filedProviders, type KeyOwner, type KeyPlace, keyPlacesOf, removeKey } from "../../config/keys.ts";
import type { Origin } from "../../config/schema.ts";
import { AppError } from "../../errors.ts";
import { findProvider } from "../../providers/catalogue.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { table } from "../../terminal/table.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";

/** What `keys list` does: where each provider's key comes from; of a key no more than its end. */
export async function list(
  engine: Pick<Engine, "file" | "keyPlaces" | "providers">,
  console: Console,
  json: boolean,
): Promise<void> {
  const { terminal, words } = console;
  const names = [...new Set([...engine.providers, ...filedProviders(engine.keyPlaces)])];
  const found: { place: KeyPlace; inUse: boolean }[] = [];
  // One after the other: a locked keyring asks once.
  for (const name of names) {
    const places = await keyPlacesOf(ownerOf(engine, name), engine.keyPlaces);
    const used = places.find(({ failure }) => failure === null);
    found.push(...places.map((place) => ({ place, inUse: place === used && engine.providers.includes(name) })));
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

function ownerOf({ file, providers }: Pick<Engine, "file" | "providers">, name: string): KeyOwner {
  const custom = file.providers ?? {};
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
