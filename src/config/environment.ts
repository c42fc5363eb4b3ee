import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Origin } from "./schema.ts";

export type Variables = Readonly<Record<string, string | undefined>>;

/** The environment and the working directory's `.env`, looked up in that order. Nothing is written to `process.env`. */
export class Environment {
  readonly variables: Variables;
  readonly #dotenv: Variables;
  readonly #dotenvPath: string;

  constructor(variables: Variables, dotenv: Variables, dotenvPath: string) {
    this.variables = variables;
    this.#dotenv = dotenv;
    this.#dotenvPath = dotenvPath;
  }

  /** The value of a variable and where it was found; empty counts as not set, as in shells' `${VAR:-}`. */
  get(name: string): { readonly value: string; readonly origin: Origin } | null {
    const own = this.variables[name];
    if (own) return { value: own, origin: { kind: "environment", name } };
    const local = this.#dotenv[name];
    if (local) return { value: local, origin: { kind: "dotenv", name: `${name} (${this.#dotenvPath})` } };
    return null;
  }
}

/**
 * The environment for a program that needs no key, as an editor: without `*_API_KEY` and the variables named.
 *
 * @param keyVariables further variables that hold keys, as the config file names them
 */
export function withoutKeys(variables: Variables, keyVariables: readonly string[]): Record<string, string | undefined> {
  const kept = Object.entries(variables).filter(([name]) => !/_API_KEY$/iu.test(name) && !keyVariables.includes(name));
  return Object.fromEntries(kept);
}

/** The process's environment as it stands, for what is needed before anything is read from disk. */
export function processVariables(): Variables {
  return process.env;
}

/**
 * Reads `.env` in a folder, if there is one; `dotenv` is loaded only then.
 *
 * @param folder the working directory
 */
export async function readEnvironment(folder: string): Promise<Environment> {
  const path = join(folder, ".env");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return new Environment(process.env, {}, path);
  }
  const { parse } = await import("dotenv");
  return new Environment(process.env, parse(text), path);
}
