import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AsyncEntry } from "@napi-rs/keyring";
import { systemReason } from "../errors.ts";
import type { Variables } from "./variables.ts";

/**
 * The system's own store of secrets: Keychain, Credential Manager, or the Secret Service (GNOME Keyring, KWallet, KeePassXC).
 * Its binding is an optional package that ships binaries; where that, or the service behind it, is missing, there is none.
 */
export interface KeyringAnswer<Value> {
  /** Null where there is no keyring, where it has nothing, and where it failed. */
  readonly value: Value | null;
  /** Why it refused: locked, and nobody unlocked it, or out of order; null where nothing failed. */
  readonly failure: string | null;
}

/** What entries are filed under, beside the provider's name. */
const service = "deepseek-chat";
/** Milliseconds: a locked keyring asks the person for its password. */
const keyringTimeout = 60_000;

/** The keyring's name as its own platform calls it. */
export const keyringName =
  process.platform === "darwin" ? "Keychain" : process.platform === "win32" ? "Credential Manager" : "Secret Service";

/** What a provider's key is filed under. */
export type KeyringEntry = Pick<AsyncEntry, "getPassword" | "setPassword" | "deleteCredential">;

/** Opens a provider's entry; null where there is no keyring. It asks the person for nothing. */
export type Keyring = (provider: string) => Promise<KeyringEntry | null>;

/** For settings that want none. */
export const noKeyring: Keyring = () => Promise.resolve(null);

/** The keyring of this system. */
export function systemKeyring(variables: Variables): Keyring {
  return async (provider) => {
    if (!mayExist(variables)) return null;
    try {
      const { AsyncEntry } = await import("@napi-rs/keyring");
      // Without this the kernel's keyring would step in, which forgets everything when the machine restarts.
      return new AsyncEntry(service, provider, { linux: { store: "secret-service" } });
    } catch {
      // The binding says so when an entry is made, before anything is asked.
      return null;
    }
  };
}

/**
 * Reads or changes a provider's entry.
 *
 * @param limit milliseconds the person has to unlock the keyring
 */
export async function useKeyring<Value>(
  keyring: Keyring,
  provider: string,
  work: (entry: KeyringEntry, signal: AbortSignal) => Promise<Value | null>,
  limit = keyringTimeout,
): Promise<KeyringAnswer<Value>> {
  const entry = await keyring(provider);
  if (entry === null) return { value: null, failure: null };
  const signal = AbortSignal.timeout(limit);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("timeout")));
  });
  try {
    // The binding itself cannot be interrupted while it waits for the person.
    return { value: await Promise.race([work(entry, signal), late]), failure: null };
  } catch (error) {
    return { value: null, failure: reasonOf(error) };
  }
}

/** On a server without a session bus, there is nothing to load the binding for. */
function mayExist(variables: Variables): boolean {
  if (process.platform === "darwin" || process.platform === "win32") return true;
  const { DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: folder } = variables;
  return Boolean(address) || (Boolean(folder) && existsSync(join(folder!, "bus")));
}

/** The last part of the binding's sentence: "Couldn't access platform storage: Secret Service: unlock prompt was dismissed". */
function reasonOf(error: unknown): string {
  const sentence = error instanceof Error ? error.message : systemReason(error);
  return sentence.split(": ").at(-1)!.trim();
}
