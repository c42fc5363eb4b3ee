import { dirname } from "node:path";
import { shownCache } from "../config/cache-options.ts";
import { shownTools } from "../config/tool-choice.ts";
import { marks, nearestTo } from "../config/expectation.ts";
import { unknownProfile } from "../config/profile.ts";
import { readConfigFile } from "../config/file.ts";
import { limitMistake } from "../config/limited-providers.ts";
import { priceMistake } from "../config/price-rules.ts";
import { aliasMistake, modelNames } from "../config/model-aliases.ts";
import { readModelName } from "../config/model-name.ts";
import { standingRole } from "../config/roles/role-places.ts";
import { saveSetting } from "../config/save.ts";
import type { Folders } from "../config/folders.ts";
import {
  type ConfigFile,
  configFileSchema,
  type Origin,
  profileSchema,
  type SettingName,
  settingSchemas,
} from "../config/schema.ts";
import { AppError, asAppError, systemReason } from "../errors.ts";
import { makeFolder } from "../files.ts";
import { findProvider, providerNames } from "../providers/catalogue.ts";
import { sanitize } from "../terminal/sanitize.ts";
import { table } from "../terminal/table.ts";
import type { Console } from "./console.ts";
import type { Engine } from "./engine.ts";
import { plainSecrets } from "./plain-secrets.ts";
import { editFile } from "./external-editor.ts";
import { failoverMistakes } from "./failover.ts";

/** In the order of the table. */
export const settingNames = Object.keys(settingSchemas) as SettingName[];

interface SettingRow {
  readonly name: string;
  readonly value: unknown;
  readonly origin: Origin | null;
}

/** What `config list` does: each setting with its value and where that comes from, then what only the config file has. */
export function list(
  engine: Pick<Engine, "file" | "folders" | "origins" | "settings">,
  { terminal, words }: Console,
  json: boolean,
): void {
  const rows = [...settingNames.map((name) => settingRow(engine, name)), ...fileRows(engine)];
  if (json) return terminal.json(rows);
  const { muted } = terminal.ink.out;
  const cells = rows.map(({ name, value, origin }) => [
    sanitize(name),
    value === null ? muted(words.tables.notSet) : sanitize(asText(value)),
    origin === null ? "" : muted(sanitize(`${words.tables.origin[origin.kind]} ${origin.name}`.trim())),
  ]);
  terminal.out(table(cells, [], terminal.tableRoom));
}

function settingRow(engine: Pick<Engine, "file" | "folders" | "origins" | "settings">, name: SettingName): SettingRow {
  const { settings, origins } = engine;
  if (name === "model" && settings.model === undefined) return providersModel(engine);
  return { name, value: shown(name, settings[name] ?? null), origin: origins[name] ?? null };
}

/** The model that is asked where nobody named one. */
function providersModel({ settings, file, folders }: Pick<Engine, "file" | "folders" | "settings">): SettingRow {
  const { provider } = settings;
  const custom = file.providers ?? {};
  const set = Object.hasOwn(custom, provider) ? custom[provider]?.model : undefined;
  const own = set ?? builtInModel(provider);
  const origin = set === undefined ? ({ kind: "built-in", name: "" } as const) : fileOrigin(folders);
  return { name: "model", value: own, origin: own === null ? null : origin };
}

function builtInModel(provider: string): string | null {
  return providerNames({}).includes(provider) ? findProvider(provider, {}).model : null;
}

/** What stands in the config file and is no setting: providers, roles, failover and the like, a row for each value. */
function fileRows({ file, folders, settings }: Pick<Engine, "file" | "folders" | "settings">): SettingRow[] {
  const ofProfile = new Set(profileRows(file, settings.profile));
  const profile: Origin = { kind: "profile", name: settings.profile ?? "" };
  const whole = fileOrigin(folders);
  const secrets = new Set(plainSecrets(file));
  const flat = (name: string, value: unknown): SettingRow[] => {
    const origin = [...ofProfile].some((row) => `${name}.`.startsWith(`${row}.`)) ? profile : whole;
    if (secrets.has(name)) return [{ name, value: "\u2026", origin }];
    if (!isObject(value) || Array.isArray(value)) return [{ name, value, origin }];
    const inner = Object.entries(value);
    // They may be keys.
    if (/\.(?:headers|env|oauth)$/u.test(name))
      return inner.map(([key]) => ({ name: `${name}.${key}`, value: "\u2026", origin }));
    return inner.flatMap(([key, each]) => flat(`${name}.${key}`, each));
  };
  const others = Object.entries(file).filter(([name]) => !Object.hasOwn(settingSchemas, name));
  return others.flatMap(([name, value]) => flat(name, value));
}

/** Rows of providers that the profile in use has, e.g. `providers.mine.base_url`. */
function profileRows({ profiles = {} }: ConfigFile, name: string | undefined): string[] {
  const providers = (name !== undefined && Object.hasOwn(profiles, name) ? profiles[name]!.providers : null) ?? {};
  return Object.entries(providers).flatMap(([provider, entry]) =>
    Object.keys(entry).map((row) => `providers.${provider}.${row}`),
  );
}

function fileOrigin({ configFile }: Folders): Origin {
  return { kind: "file", name: configFile };
}

/**
 * What `config get` does: a setting's value, or anything in the config file by its path.
 *
 * @throws AppError `unknown_setting`
 */
export function get(engine: Pick<Engine, "file" | "settings">, console: Console, name: string): void {
  const value = settingNames.includes(name as SettingName)
    ? shown(name, engine.settings[name as SettingName])
    : inFile(
        {
          ...engine.file,
          cache: shownCache(engine.file.cache),
          tools: shownTools(engine.file.tools),
        } as ConfigFile,
        name,
      );
  if (value !== undefined) console.terminal.text(`${asText(value)}\n`);
}

function shown(name: string, value: unknown): unknown {
  if (name === "tools") return shownTools(value);
  return name === "cache" ? shownCache(value) : value;
}

function inFile(file: ConfigFile, name: string): unknown {
  let value: unknown = file;
  for (const key of pathTo(name)) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value;
}

/**
 * @param profile whose it is; null for the file's own
 * @throws AppError `unknown_setting` for what is no setting, and nothing that only the config file, or a profile, has
 */
function pathTo(name: string, profile: string | null = null): string[] {
  const keys = name.split(".");
  const { entries } = profile === null ? configFileSchema : profileSchema;
  if (Object.hasOwn(entries, keys[0]!)) return profile === null ? keys : ["profiles", profile, ...keys];
  throw new AppError("unknown_setting", { name: name || '""', nearest: nearestTo(name, Object.keys(entries)) });
}

/**
 * What `config set` and `unset` (null) do. The value is read as YAML (`0.7`, `true`, `[a, b]`); where a text is expected, as the
 * text it is, and where a list is, as the only one of it.
 *
 * @param profile the one that is changed, which is made where there is none; null for the file's own settings
 * @throws AppError `unknown_setting`; `bad_value` for a value that does not fit, or names what there is not
 */
export async function set(
  { folders, roles }: Pick<Engine, "folders" | "roles">,
  { terminal, words }: Console,
  name: string,
  value: string | null,
  profile: string | null,
): Promise<void> {
  const { parse } = await import("yaml");
  const keys = pathTo(name, profile);
  const path = folders.configFile;
  if (value === null) return await saveSetting(path, keys, undefined, (file) => checkAliases(file, path));
  let plain: string[] = [];
  const save = async (reading: unknown) => {
    const role =
      keys.at(profile === null ? 0 : 2) === "role" && typeof reading === "string"
        ? await roleMistake({ folders, roles }, reading)
        : null;
    await saveSetting(path, keys, reading, (file) => {
      if (role !== null) throw role;
      checkReferences(file, keys);
      checkAliases(file, path);
      plain = plainSecrets(file).filter((setting) => `${setting}.`.startsWith(`${keys.join(".")}.`));
    });
    for (const setting of plain) {
      const { what, next } = words.doctor.problems.secret_in_file({ setting });
      terminal.warn(sanitize(`${what} ${next}`));
    }
  };
  const read = readValue(parse, value);
  try {
    return await save(read);
  } catch (error) {
    const expected = expectedFor(keys.join("."), error);
    if (isObject(read) || expected === "") throw error;
    if (expected.includes(marks.text)) return await save(value);
    if (expected.includes(marks.list)) return await save([read]).catch(async () => await save([value]));
    throw error;
  }
}

/** Why a role cannot be the one of the settings; null where it can. */
async function roleMistake(
  { folders, roles }: Pick<Engine, "folders" | "roles">,
  name: string,
): Promise<AppError | null> {
  try {
    const standing = standingRole(name, folders);
    await roles.loadStanding(standing);
    roles.get(standing);
    return null;
  } catch (error) {
    return asAppError(error);
  }
}

/** What a setting names must be there: a profile, a provider, who takes over. */
function checkReferences(file: ConfigFile, [first, second, third]: readonly string[]): void {
  const providers = providerNames(file.providers ?? {});
  const refuse = (name: string, value: string, expected: string) => {
    throw new AppError("bad_value", { name, value, expected });
  };
  const { profile, profiles = {}, provider } = file;
  if (first === "profile" && profile !== undefined && !Object.hasOwn(profiles, profile)) {
    throw unknownProfile(profile, Object.keys(profiles));
  }
  const named = first === "profiles" && third === "provider" ? profiles[second!] : undefined;
  if (named?.provider !== undefined) {
    const known = [...new Set([...providers, ...Object.keys(named.providers ?? {})])];
    if (!known.includes(named.provider)) refuse(`profiles.${second}.provider`, named.provider, known.join(" | "));
  }
  if (first === "provider" && provider !== undefined && !providers.includes(provider)) {
    refuse("provider", provider, providers.join(" | "));
  }
  if (first === "models") {
    const mistake = aliasMistake(file, providerNames({}));
    if (mistake?.keys[1] === second) refuse(`models.${second}`, mistake!.value, mistake!.expected);
    const price = priceMistake(file);
    if (price !== null) refuse(price.keys.join("."), price.value, price.expected);
  }
  if (first === "budget" || first === "limits") {
    const mistake = limitMistake(file, providerNames({}));
    if (mistake !== null) refuse(mistake.keys.join("."), mistake.value, mistake.expected);
  }
  if (first !== "failover") return;
  for (const [model, entries] of Object.entries(file.failover ?? {})) {
    if (second !== undefined && model !== second) continue;
    const isOf = (name: string) => readModelName(name, modelNames(file, providers), null).provider !== null;
    // An id alone is one of the provider that the model's own name begins with.
    const wrong = entries.find((entry) => !isOf(entry) && (entry.includes("/") || !isOf(model)));
    if (wrong !== undefined) refuse(`failover.${model}`, wrong, [...providers, "<provider>/<model>"].join(" | "));
    const [mistake] = failoverMistakes({ ...file, failover: { [model]: entries } }, "");
    if (mistake !== undefined) refuse(mistake.details.key, mistake.details.value, mistake.details.expected);
  }
}

/** @throws AppError `config_misfit` where an alias would name no model */
function checkAliases(file: ConfigFile, path: string): void {
  const mistake = aliasMistake(file, providerNames({}));
  if (mistake === null) return;
  const { keys, value, expected } = mistake;
  throw new AppError("config_misfit", { path, line: null, key: keys.join("."), value, expected });
}

/** What was expected of the setting as a whole; empty where something within it is wrong. */
function expectedFor(name: string, error: unknown): string {
  const known = asAppError(error);
  if (known.code !== "bad_value") return "";
  const { name: wrong, expected } = (known as AppError<"bad_value">).details;
  return wrong === name ? expected : "";
}

function readValue(parse: (text: string) => unknown, text: string): unknown {
  try {
    return parse(text) ?? text;
  } catch {
    return text;
  }
}

/**
 * What `config edit` does; the file is checked when the editor is closed.
 *
 * @throws AppError `not_a_terminal`, `config_broken`, `storage_failed`
 */
export async function edit(
  engine: Pick<Engine, "environment" | "folders" | "keyPlaces">,
  console: Console,
): Promise<void> {
  const { folders } = engine;
  const { terminal } = console;
  if (!terminal.interactive) throw new AppError("not_a_terminal", { what: "config edit" });
  makeFolderFor(folders.configFile);
  await editFile(engine, console, folders.configFile);
  await readConfigFile(folders.configFile, undefined, providerNames({}));
}

/** @throws AppError `storage_failed` */
function makeFolderFor(path: string): void {
  try {
    makeFolder(dirname(path));
  } catch (error) {
    throw new AppError("storage_failed", { path, reason: systemReason(error) }, { cause: error });
  }
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
