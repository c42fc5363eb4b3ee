import { isWellFormed, type Key, storeKey } from "../../config/keys.ts";
import { keyringName } from "../../config/keyring.ts";
import { type AppError, asAppError } from "../../errors.ts";
import { readBalance } from "../../providers/account.ts";
import type { Connection } from "../../providers/connection.ts";
import type { OfferedModel } from "../../providers/model-list.ts";
import { askSecret, chooseYes, unechoed } from "../../terminal/prompts.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { describe, errorWords } from "../../terminal/terminal.ts";
import type { Engine } from "../engine.ts";
import type { Console } from "../console.ts";
import { displayPath } from "../display-path.ts";
import { wantsKey } from "./service-address.ts";

/** A service that let a key in. */
export interface OpenedService {
  readonly connection: Connection;
  readonly offered: readonly OfferedModel[];
}

/** A key that was typed, and what the service said to it. */
export interface EnteredKey {
  readonly value: string;
  /** Null where the service could not be asked, or has no list. */
  readonly offered: readonly OfferedModel[] | null;
}

/**
 * Asks for a key, unseen, until one is accepted; a refused one leads straight back to the same question.
 *
 * @param tryKey what a key opens; throws AppError where it opens nothing
 * @returns null when a key that could not be checked is not to be kept
 * @throws AppError `interrupted` when the person leaves; what else keeps a key from being sent, as `insecure_endpoint`
 */
export async function enterKey(
  stop: AbortSignal,
  console: Console,
  provider: string,
  tryKey: (key: string) => Promise<OpenedService>,
): Promise<EnteredKey | null> {
  const { terminal, words } = console;
  while (true) {
    const value = await askSecret(words.setup.key({ provider }), (typed) => {
      if (typed === "") return words.setup.noKey;
      return isWellFormed(typed) ? null : words.setup.malformed;
    });
    terminal.say(terminal.ink.err.muted(`${words.setup.checking}…`));
    const { offered, refused } = await unechoed(async () => await check(stop, console, tryKey(value)));
    if (refused === null) return { value, offered };
    if (wantsKey(refused)) {
      // What to do about it is asked right away.
      terminal.warn(sanitize(errorWords(refused, words.errors).what));
      terminal.say(words.setup.again);
      continue;
    }
    terminal.warn(sanitize(describe(refused, words.errors)));
    // The key's account is empty, or the service did not get as far as the key.
    if (refused.code !== "no_balance" && refused.kind !== "service" && refused.kind !== "refused") throw refused;
    const keeps = await chooseYes(words.setup.keepUnchecked, words.confirm, "yes");
    return keeps ? { value, offered: null } : null;
  }
}

/** A key as it was typed: it is stored nowhere yet. */
export function typedKey({ words }: Pick<Console, "words">, value: string): Key {
  return { value, origin: { kind: "store", name: words.setup.typed } };
}

/** Tries a key: the models that it opens, or why it does not. */
async function check(
  stop: AbortSignal,
  { terminal, words }: Console,
  trying: Promise<OpenedService>,
): Promise<{ offered: readonly OfferedModel[] | null; refused: AppError | null }> {
  let opened: OpenedService;
  try {
    opened = await trying;
  } catch (thrown) {
    const error = asAppError(thrown);
    if (error.code === "interrupted") throw error;
    return { offered: null, refused: error };
  }
  const { connection, offered } = opened;
  terminal.succeed(words.setup.accepted({ models: offered.length }));
  const balances = (await readBalance(connection, stop).catch(() => null)) ?? [];
  const shown = balances.map(({ currency, total }) => `${total} ${currency}`).join(", ");
  if (shown !== "") terminal.say(words.setup.balance({ balance: sanitize(shown) }));
  if (shown !== "" && balances.every(({ total }) => !(Number(total) > 0))) terminal.warn(words.setup.empty);
  return { offered, refused: null };
}

/** Stores a key, and says where it is now. */
export async function keepKey(
  engine: Pick<Engine, "keyPlaces" | "workingFolder">,
  { terminal, words }: Console,
  provider: string,
  key: string,
): Promise<void> {
  const { keyPlaces } = engine;
  const { origin, keyringFailure } = await storeKey(provider, key, keyPlaces);
  if (keyringFailure !== null) {
    terminal.warn(words.setup.keyringFailed({ keyring: keyringName, reason: sanitize(keyringFailure) }));
  }
  terminal.succeed(
    origin.kind === "keyring"
      ? words.setup.inKeyring({ keyring: origin.name })
      : words.setup.stored({ path: displayPath(engine.workingFolder, origin.name) }),
  );
}
