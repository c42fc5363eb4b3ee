import { type Document, isMap } from "yaml";
import { AppError, asAppError } from "../errors.ts";
import { checkConfig, parseConfig } from "./file.ts";
import type { ConfigFile } from "./schema.ts";
import { readOwnSettings } from "./text-file.ts";
import { replaceFile } from "../atomic-file.ts";
import { linkedPath } from "../files.ts";

/**
 * Sets or removes one value in the config file; everything else in it, comments and order included, stays.
 *
 * @param keys path of the value, e.g. `["providers", "mine", "base_url"]`
 * @param value undefined removes it
 * @param check looks at the whole file before it is written, and throws what is wrong with it
 * @throws AppError `unknown_setting`, `bad_value`; `config_broken`, `config_unknown`, `config_misfit` when the file was not right before;
 *   `storage_failed`
 */
export async function saveSetting(
  path: string,
  keys: readonly string[],
  value: unknown,
  check: (file: ConfigFile) => void = () => {},
): Promise<void> {
  const before = readOwnSettings(path) ?? "";
  const document = await parseConfig(path, before);
  if (value !== undefined) setDeep(document, path, keys, value);
  else if (document.hasIn(keys)) document.deleteIn(keys);
  const after = document.toString({ lineWidth: 0 });
  const file = await checkConfig(path, after, document).catch((error: unknown) => {
    throw ofThisSetting(asAppError(error), keys.join("."));
  });
  check(file);
  replaceFile(linkedPath(path), after);
}

/** @throws AppError `config_broken` where a value stands in the way that is no mapping */
function setDeep(document: Document, path: string, keys: readonly string[], value: unknown): void {
  const inTheWay = keys.slice(0, -1).findIndex((_, index) => {
    const node = document.getIn(keys.slice(0, index + 1), true);
    return node !== undefined && !isMap(node);
  });
  if (inTheWay >= 0) {
    const key = keys.slice(0, inTheWay + 1).join(".");
    throw new AppError("config_broken", { path, line: null, key, reason: "no_mapping", said: "" });
  }
  document.setIn(keys, value);
}

/** What is wrong with what was to be set is no mistake of the file, which stays as it was. */
function ofThisSetting(error: AppError, name: string): AppError {
  // What it stands in may become wrong by it.
  const isOurs = (key: string) => `${key}.`.startsWith(`${name}.`) || `${name}.`.startsWith(`${key}.`);
  if (error.code === "config_misfit") {
    const { key, value, expected } = (error as AppError<"config_misfit">).details;
    return isOurs(key) ? new AppError("bad_value", { name: key, value, expected }) : error;
  }
  if (error.code === "config_unknown") {
    const { key, nearest } = (error as AppError<"config_unknown">).details;
    return isOurs(key) ? new AppError("unknown_setting", { name: key, nearest }) : error;
  }
  return error;
}
