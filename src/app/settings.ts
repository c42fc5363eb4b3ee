import { dirname } from "node:path";
import { marks, nearestTo } from "../config/expectation.ts";
import { readConfigFile } from "../config/file.ts";
import { saveSetting } from "../config/save.ts";
import { configFileSchema, type SettingName, settingSchemas } from "../config/schema.ts";
import { AppError, asAppError, systemReason } from "../errors.ts";
import { makeFolder } from "../files.ts";
import { sanitize } from "../terminal/sanitize.ts";
import { table } from "../terminal/table.ts";
import type { App } from "./app.ts";
import { editFile } from "./editing.ts";

/** In the order of the table. */
export const settingNames = Object.keys(settingSchemas) as SettingName[];

/** What `config list` does: each setting with its value and where that comes from. */
export function list(app: App, json: boolean): void {
  const { terminal, words, settings, origins } = app;
  const rows = settingNames.map((name) => ({ name, value: settings[name] ?? null, origin: origins[name] ?? null }));
  if (json) return terminal.json(rows);
  const cells = rows.map(({ name, value, origin }) => [
    name,
    value === null ? words.tables.notSet : sanitize(asText(value)),
    origin === null ? "" : sanitize(`${words.tables.origin[origin.kind]} ${origin.name}`.trim()),
  ]);
  terminal.out(table(cells));
}

/**
 * What `config get` does: a setting's value, or anything in the config file by its path.
 *
 * @throws AppError `unknown_setting`
 */
export function get(app: App, name: string): void {
  const value = settingNames.includes(name as SettingName) ? app.settings[name as SettingName] : inFile(app, name);
  if (value !== undefined) app.terminal.text(`${asText(value)}\n`);
}

function inFile(app: App, name: string): unknown {
  let value: unknown = app.file;
  for (const key of pathTo(name)) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value;
}

/** @throws AppError `unknown_setting` for what is no setting, and nothing that only the config file has */
function pathTo(name: string): string[] {
  const keys = name.split(".");
  if (Object.hasOwn(configFileSchema.entries, keys[0]!)) return keys;
  throw new AppError("unknown_setting", {
    name: name || '""',
    nearest: nearestTo(name, Object.keys(configFileSchema.entries)),
  });
}

/**
 * What `config set` and `unset` (null) do. The value is read as YAML (`0.7`, `true`, `[a, b]`); where a text is expected, as the
 * text it is, and where a list is, as the only one of it.
 *
 * @throws AppError `unknown_setting`; `bad_value` for a value that does not fit
 */
export async function set(app: App, name: string, value: string | null): Promise<void> {
  const { parse } = await import("yaml");
  const keys = pathTo(name);
  const save = async (reading: unknown) => await saveSetting(app.folders.configFile, keys, reading);
  if (value === null) return await save(undefined);
  const read = readValue(parse, value);
  try {
    return await save(read);
  } catch (error) {
    const expected = expectedFor(name, error);
    if (isObject(read) || expected === "") throw error;
    if (expected.includes(marks.text)) return await save(value);
    if (expected.includes(marks.list)) return await save([read]).catch(async () => await save([value]));
    throw error;
  }
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
export async function edit(app: App): Promise<void> {
  const { terminal, folders } = app;
  if (!terminal.interactive) throw new AppError("not_a_terminal", { what: "config edit" });
  makeFolderFor(folders.configFile);
  await editFile(app, folders.configFile);
  await readConfigFile(folders.configFile);
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
