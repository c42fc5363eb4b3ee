import { safeParse } from "valibot";
import { AppError, asAppError } from "../errors.ts";
import type { Environment } from "./environment.ts";
import { expectation } from "./expectation.ts";
import { modelNames } from "./model-aliases.ts";
import { type ModelNames, readModelName } from "./model-name.ts";
import type { ConfigFile, Flags, Origin, SettingName, Settings } from "./schema.ts";
import { builtIn, roleSettings, settingSchemas, settingVariables } from "./schema.ts";

export interface LoadedSettings {
  readonly settings: Settings;
  /** One for each setting that has a value. */
  readonly origins: Readonly<Partial<Record<SettingName, Origin>>>;
}

interface Found {
  readonly value: unknown;
  readonly origin: Origin;
}

/** One source of settings. They are asked in order; the first that has a value wins. */
type Source = (name: SettingName) => Found | null;

/**
 * The settings in their order: flag, environment, `.env`, config file, built-in value. What a profile says comes directly behind the
 * flags where a flag names it, else directly before the config file; what a role says, directly before what names it or, where a flag or
 * a variable does, behind that.
 *
 * @param path of the config file, for origins
 * @param providers the names that `provider/id` may begin with
 * @param mistakes where given, takes the errors, and what is mistaken has its built-in value
 * @throws AppError `bad_value` for a value that does not fit its setting
 */
export function loadSettings(
  flags: Flags,
  environment: Environment,
  file: ConfigFile,
  path: string,
  providers: readonly string[],
  mistakes?: AppError[],
): LoadedSettings {
  const fromEnvironment: Source = (name) => {
    const variable = variableOf(name);
    return variable === null ? null : environment.get(variable);
  };
  const verbatim: Source[] = [
    (name) => {
      const given = flags[name];
      return given === undefined ? null : { value: given.value, origin: { kind: "flag", name: given.flag } };
    },
    fromEnvironment,
    (name) => (file[name] === undefined ? null : { value: file[name], origin: { kind: "file", name: path } }),
    (name) =>
      name in builtIn ? { value: builtIn[name as keyof typeof builtIn], origin: { kind: "built-in", name: "" } } : null,
  ];
  const profile = profileIn(verbatim, file);
  if (profile !== null) verbatim.splice(profile.place, 0, profile.source);
  const role = roleIn(verbatim, file, fromEnvironment);
  if (role !== null) verbatim.splice(role.place, 0, role.source);
  const names = modelNames(file, providers);
  const sources = verbatim.map((source) => splittingModel(source, names));
  const values: Partial<Record<SettingName, unknown>> = {};
  const origins: Partial<Record<SettingName, Origin>> = {};
  for (const name of Object.keys(settingSchemas) as SettingName[]) {
    const found = (special[name] ?? find)(sources, name);
    if (found === null) continue;
    try {
      values[name] = checked(name, found);
      origins[name] = found.origin;
    } catch (error) {
      if (mistakes === undefined) throw error;
      mistakes.push(asAppError(error));
      if (name in builtIn) values[name] = builtIn[name as keyof typeof builtIn];
    }
  }
  return { settings: values as Settings, origins };
}

function variableOf(name: SettingName): string | null {
  return Object.keys(settingVariables).find((variable) => settingVariables[variable] === name) ?? null;
}

function find(sources: readonly Source[], name: SettingName): Found | null {
  for (const source of sources) {
    const found = source(name);
    if (found !== null) return found;
  }
  return null;
}

/**
 * A model belongs to the provider it was set for: a `model` in the config file says nothing about the provider that a
 * flag names, so it counts only where the sources from its own downward lead to the same provider.
 */
function findModel(sources: readonly Source[]): Found | null {
  const provider = find(sources, "provider")?.value;
  for (const [index, source] of sources.entries()) {
    const model = source("model");
    if (model !== null) {
      const sameSources = find(sources.slice(index), "provider")?.value === provider;
      return index === 0 || sameSources ? model : null;
    }
  }
  return null;
}

/** `system` and `role` both give the system prompt: what stands in the stronger source holds, and in the same one the text. */
function findSystem(sources: readonly Source[]): Found | null {
  const source = sources.find((candidate) => candidate("system") !== null || candidate("role") !== null);
  return source?.("system") ?? null;
}

interface PlacedSource {
  readonly source: Source;
  /** Among the others. */
  readonly place: number;
}

/** The profile in use as a source of settings; null where none is, or there is none of that name. */
function profileIn(sources: readonly Source[], { profiles = {} }: ConfigFile): PlacedSource | null {
  const index = sources.findIndex((source) => source("profile") !== null);
  const name = String(sources[index]?.("profile")?.value);
  const profile = Object.hasOwn(profiles, name) ? profiles[name]! : null;
  if (profile === null) return null;
  const origin = { kind: "profile", name } as const;
  const source: Source = (setting) => {
    const value = setting === "profile" || setting === "lang" ? undefined : profile[setting];
    return value === undefined ? null : { value, origin };
  };
  return { source, place: index === 0 ? 1 : 2 };
}

/** The role in use as a source of settings; null where none is, or it is a text. */
function roleIn(sources: readonly Source[], { roles = {} }: ConfigFile, environment: Source): PlacedSource | null {
  const index = sources.findIndex((source) => source("system") !== null || source("role") !== null);
  const name = sources[index]?.("role")?.value;
  const role = typeof name === "string" && Object.hasOwn(roles, name) ? roles[name] : undefined;
  if (typeof role !== "object") return null;
  const origin = { kind: "role", name: String(name) } as const;
  const source: Source = (setting) => {
    const said = roleSettings.find((each) => each === setting);
    return said === undefined || role[said] === undefined ? null : { value: role[said], origin };
  };
  const isBehind = index === 0 || sources[index] === environment;
  return { source, place: isBehind ? index + 1 : index };
}

/** Fields of a body and variables come from all sources; where two have the same, the stronger one's holds. */
function findMerged(sources: readonly Source[], name: SettingName): Found | null {
  const found = sources.map((source) => source(name)).filter((each) => each !== null);
  const [strongest] = found;
  if (strongest === undefined || found.some(({ value }) => typeof value !== "object")) return strongest ?? null;
  return {
    value: Object.assign({}, ...found.map(({ value }) => value as object).toReversed()),
    origin: strongest.origin,
  };
}

const special: Partial<Record<SettingName, typeof find>> = {
  model: findModel,
  system: findSystem,
  body: findMerged,
  vars: findMerged,
};

function trimmed(found: Found | null): Found | null {
  return typeof found?.value === "string" ? { ...found, value: found.value.trim() } : found;
}

/** Reads a source's model as `readModelName` does: the provider of the same source stays, else the model may name one. */
function splittingModel(source: Source, names: ModelNames): Source {
  return (name) => {
    if (name !== "provider" && name !== "model") return source(name);
    const [model, beside] = [source("model"), trimmed(source("provider"))];
    if (typeof model?.value !== "string" || model.value.trim() === "")
      return name === "provider" ? beside : source(name);
    const read = readModelName(model.value, names, beside === null ? null : String(beside.value));
    if (name === "provider") return beside ?? (read.provider === null ? null : { ...model, value: read.provider });
    return read.model === null ? null : { ...model, value: read.model };
  };
}

function checked(name: SettingName, { value, origin }: Found): unknown {
  const result = safeParse(settingSchemas[name], value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new AppError("bad_value", {
    name: origin.name,
    value: shownValue(value),
    expected: expectation(issue, settingSchemas[name]),
  });
}

/** As it was written, as far as that is known. */
function shownValue(value: unknown): string {
  if (Array.isArray(value)) return value.join(",") || '""';
  return (typeof value === "string" ? value : JSON.stringify(value)) || '""';
}

/**
 * The settings with one of them changed, or back at its built-in value.
 *
 * @param text as a person types it; numbers, `true`, `false` and lists (`["a", "b"]`) are read as such, and where a list is wanted,
 *   any other text is the only one of it; null unsets it
 * @throws AppError `bad_value`
 */
export function changeSetting(settings: Settings, name: SettingName, text: string | null): Settings {
  const values: Partial<Record<SettingName, unknown>> = { ...settings };
  if (text !== null) {
    const read = readTyped(text);
    const value = name === "stop" && !Array.isArray(read) && !text.startsWith("[") ? [text] : read;
    values[name] = checked(name, { value, origin: { kind: "flag", name } });
  } else if (name in builtIn) values[name] = builtIn[name as keyof typeof builtIn];
  else delete values[name];
  return values as Settings;
}

const switches = new Map([
  ["on", true],
  ["yes", true],
  ["off", false],
  ["no", false],
]);

function readTyped(text: string): unknown {
  const word = switches.get(text);
  if (word !== undefined) return word;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
