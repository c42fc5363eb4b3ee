import { readFile } from "node:fs/promises";
import { AppError, systemReason } from "../errors.ts";
import type { Environment } from "./environment.ts";
import { writePrivately } from "./files.ts";
import type { Origin } from "./schema.ts";

export interface Key {
  readonly value: string;
  readonly origin: Origin;
}

/**
 * The key of a provider: its environment variable, the same in `.env`, then the private key file.
 *
 * @param variable null for a provider that has no variable of its own
 * @returns null where there is none
 */
export async function findKey(
  provider: string,
  variable: string | null,
  environment: Environment,
  keyFile: string,
): Promise<Key | null> {
  const found = variable === null ? null : environment.get(variable);
  if (found !== null) return { value: found.value.trim(), origin: found.origin };
  const stored = (await readKeys(keyFile))[provider];
  return stored === undefined ? null : { value: stored, origin: { kind: "store", name: keyFile } };
}

/** Stores a key, or removes it when `value` is null. */
export async function storeKey(provider: string, value: string | null, keyFile: string): Promise<void> {
  const keys = await readKeys(keyFile);
  if (value === null) delete keys[provider];
  else keys[provider] = value;
  await writePrivately(keyFile, `${JSON.stringify(keys, null, 2)}\n`);
}

/** @throws AppError `config_broken` when the file is there and is not ours */
async function readKeys(path: string): Promise<Record<string, string>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const reason = systemReason(error);
    if (reason === "ENOENT" || reason === "ENOTDIR") return {};
    throw new AppError("config_broken", { path, line: null, key: null, reason }, { cause: error });
  }
  const reason = "a JSON object of provider names and keys is expected";
  try {
    const keys: unknown = JSON.parse(text);
    if (isKeys(keys)) return keys;
  } catch {
    // Not shown as a cause: a parser's message quotes the text, and the text is a key.
  }
  throw new AppError("config_broken", { path, line: null, key: null, reason });
}

function isKeys(value: unknown): value is Record<string, string> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((key) => typeof key === "string")
  );
}
