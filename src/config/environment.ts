import { join, resolve } from "node:path";
import { systemReason } from "../errors.ts";
import { isInside } from "../files.ts";
import { expandHome } from "./home.ts";
import { dotenvSettings, type Origin, type SettingName, settingVariables } from "./schema.ts";
import { maxSettingsBytes, readTextFile } from "./text-file.ts";
import type { Variables } from "./variables.ts";

/** What of a `.env` is left aside: all of it, or a variable that names a place to write, or a setting that is not the folder's. */
export type IgnoredDotenv =
  | { readonly kind: "file"; readonly path: string; readonly reason: string }
  | { readonly kind: "variable"; readonly path: string; readonly name: string; readonly writes: boolean };

/** The environment and the working directory's `.env`, looked up in that order. Nothing is written to `process.env`. */
export class Environment {
  readonly variables: Variables;
  readonly ignored: readonly IgnoredDotenv[];
  readonly #dotenv: Variables;
  readonly #dotenvPath: string;

  constructor(variables: Variables, dotenv: Variables, dotenvPath: string, ignored: readonly IgnoredDotenv[] = []) {
    this.variables = variables;
    this.ignored = ignored;
    this.#dotenv = dotenv;
    this.#dotenvPath = dotenvPath;
  }

  /** The value of a variable and where it was found; empty counts as not set, as in shells' `${VAR:-}`. */
  get(name: string): { readonly value: string; readonly origin: Origin } | null {
    const own = valueIn(this.variables, name);
    if (own) return { value: own, origin: { kind: "environment", name } };
    const local = valueIn(this.#dotenv, name);
    if (local) return { value: local, origin: { kind: "dotenv", name: `${name} (${this.#dotenvPath})` } };
    return null;
  }
}

/** The config file names variables: one called `constructor` is not what every object has. */
function valueIn(variables: Variables, name: string): string | undefined {
  return Object.hasOwn(variables, name) ? variables[name] : undefined;
}

/**
 * Reads `.env` in a folder, if there is one; `dotenv` is loaded only then. The file may have come with somebody's project: it is
 * read only if it is a regular file of at most 1 MiB, not one that another user laid there, and no variable in it names a place outside of the folder.
 *
 * @param folder the working directory
 */
export async function readEnvironment(folder: string): Promise<Environment> {
  const path = join(folder, ".env");
  let text: string;
  try {
    text = readTextFile(path, { maxBytes: maxSettingsBytes, owner: "folder" });
  } catch (error) {
    const reason = systemReason(error);
    // A folder of that name is often one of Python's virtual environments.
    const ignored = absent.has(reason) ? [] : [{ kind: "file", path, reason } as const];
    return new Environment(process.env, {}, path, ignored);
  }
  const { parse } = await import("dotenv");
  const found = Object.entries(parse(text));
  const refused = new Set(found.filter(([name, value]) => !mayBeSet(name, value, folder)).map(([name]) => name));
  const allowed = Object.fromEntries(found.filter(([name]) => !refused.has(name)));
  // What the environment sets itself is not missed.
  const missed = [...refused].filter((name) => !process.env[name]);
  const ignored = missed.map(
    (name) => ({ kind: "variable", path, name, writes: writing.has(settingVariables[name]!) }) as const,
  );
  return new Environment(process.env, allowed, path, ignored);
}

const absent: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "EISDIR"]);

/** Settings that name a place to write. */
const writing: ReadonlySet<SettingName> = new Set(["transcripts", "log_file"]);

/** Characters. */
const maxPathLength = 4096;

/** Whether a folder's `.env` may set a variable to a value; names that the program does not know are nobody's business. */
function mayBeSet(name: string, value: string, folder: string): boolean {
  const setting = Object.hasOwn(settingVariables, name) ? settingVariables[name] : undefined;
  if (setting === undefined || value === "") return true;
  // Longer than a path can be; to take one apart takes quadratic time.
  if (value.length > maxPathLength) return false;
  const rule = dotenvSettings[setting];
  return rule === "inside" ? isInside(folder, resolve(folder, expandHome(value))) : rule === "any";
}
