import { AppError } from "../errors.ts";
import type { Environment } from "./environment.ts";
import { nearestTo } from "./expectation.ts";
import type { ConfigFile, Flags, Origin, ProfileConfig } from "./schema.ts";

/** A named set of settings of the config file, and what chose it. */
export interface ChosenProfile {
  readonly name: string;
  readonly origin: Origin;
  readonly content: ProfileConfig;
}

/**
 * The profile in use: the one that a flag names, else `DEEPSEEK_CHAT_PROFILE`, else the config file's `profile`. A working directory's
 * `.env` names none.
 *
 * @param path of the config file, for the origin
 * @returns null where none is in use
 * @throws AppError `unknown_profile`
 */
export function chosenProfile(
  flags: Flags,
  environment: Environment,
  file: ConfigFile,
  path: string,
): ChosenProfile | null {
  const named = namedProfile(flags, environment, file, path);
  if (named === null) return null;
  const { profiles = {} } = file;
  if (!Object.hasOwn(profiles, named.name)) throw unknownProfile(named.name, Object.keys(profiles));
  return { ...named, content: profiles[named.name]! };
}

export function unknownProfile(name: string, known: readonly string[]): AppError {
  return new AppError("unknown_profile", { name, known, nearest: nearestTo(name, known) });
}

function namedProfile(
  flags: Flags,
  environment: Environment,
  file: ConfigFile,
  path: string,
): Omit<ChosenProfile, "content"> | null {
  const { profile: flag } = flags;
  if (flag !== undefined) return { name: String(flag.value), origin: { kind: "flag", name: flag.flag } };
  const variable = environment.get("DEEPSEEK_CHAT_PROFILE");
  if (variable !== null) return { name: variable.value, origin: variable.origin };
  return file.profile === undefined ? null : { name: file.profile, origin: { kind: "file", name: path } };
}

/** The config file with the providers as a profile has them: its rows come before the file's, one by one. */
export function withProfileProviders(file: ConfigFile, { providers = {} }: ProfileConfig): ConfigFile {
  const own = file.providers ?? {};
  const merged = Object.entries(providers).map(([name, entry]) => [name, { ...own[name], ...entry }] as const);
  return merged.length === 0 ? file : { ...file, providers: { ...own, ...Object.fromEntries(merged) } };
}
