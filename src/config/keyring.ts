import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AsyncEntry } from "@napi-rs/keyring";
import { systemReason } from "../errors.ts";
import type { Variables } from "./environment.ts";

/**
 * The system's own store of secrets: Keychain, Credential Manager, or the Secret Service (GNOME Keyring, KWallet, KeePassXC).
 * Its binding is an optional package that ships binaries; where that, or the service behind it, is missing, there is none.
 */
export type KeyringAnswer<Value> =
  | { readonly state: "absent" }
  /** It is there and refused: locked, and nobody unlocked it, or out of order. */
  | { readonly state: "failed"; readonly reason: string }
  | { readonly state: "done"; readonly value: Value };

/** What entries are filed under, beside the provider's name. */
const service = "deepseek-chat";
/** Milliseconds: a locked keyring asks the person for its password. */
const patience = 60_000;

/** The keyring's name as its own platform calls it. */
export const keyringName =
  process.platform === "darwin" ? "Keychain" : process.platform === "win32" ? "Credential Manager" : "Secret Service";

/** Whether a key could be stored there; asks for no password. */
export async function hasKeyring(provider: string, variables: Variables): Promise<boolean> {
  return (await openEntry(provider, variables)) !== null;
}

/** The key of a provider; null where it has none. */
export async function readKeyring(provider: string, variables: Variables): Promise<KeyringAnswer<string | null>> {
  return await withEntry(provider, variables, async (entry, signal) => (await entry.getPassword(signal)) || null);
}

export async function writeKeyring(provider: string, key: string, variables: Variables): Promise<KeyringAnswer<void>> {
  return await withEntry(provider, variables, async (entry, signal) => await entry.setPassword(key, signal));
}

/** Removes the key of a provider; whether there was one. */
export async function clearKeyring(provider: string, variables: Variables): Promise<KeyringAnswer<boolean>> {
  return await withEntry(provider, variables, async (entry, signal) => await entry.deleteCredential(signal));
}

async function withEntry<Value>(
  provider: string,
  variables: Variables,
  work: (entry: AsyncEntry, signal: AbortSignal) => Promise<Value>,
): Promise<KeyringAnswer<Value>> {
  const entry = await openEntry(provider, variables);
  if (entry === null) return { state: "absent" };
  const signal = AbortSignal.timeout(patience);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("timeout")), { once: true });
  });
  try {
    // The binding itself cannot be interrupted while it waits for the person.
    return { state: "done", value: await Promise.race([work(entry, signal), late]) };
  } catch (error) {
    return { state: "failed", reason: reasonOf(error) };
  }
}

/** Null where there is no keyring: the binding says so when an entry is made, before anything is asked. */
async function openEntry(provider: string, variables: Variables): Promise<AsyncEntry | null> {
  if (!mayExist(variables)) return null;
  try {
    const { AsyncEntry } = await import("@napi-rs/keyring");
    // Without this the kernel's keyring would step in, which forgets everything when the machine restarts.
    return new AsyncEntry(service, provider, { linux: { store: "secret-service" } });
  } catch {
    return null;
  }
}

/** On a server without a session bus, loading the binding would be in vain. */
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
