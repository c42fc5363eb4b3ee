import { readFileSync } from "node:fs";
import { safeParse } from "valibot";
import type { Document } from "yaml";
import { AppError, asAppError, systemReason } from "../errors.ts";
import { misfit } from "./expectation.ts";
import { type ConfigFile, configFileSchema } from "./schema.ts";

/**
 * Reads and checks the config file; a missing one is an empty one.
 *
 * @throws AppError `config_broken`, `config_unknown`, `config_misfit`, with line and key
 */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const text = readText(path);
  if (text.trim() === "") return {};
  const document = await parseConfig(path, text);
  return await checkConfig(path, text, document);
}

/** As many mistakes as are told of one file. */
const mostMistakes = 50;

/**
 * Reads the config file for whoever wants to know what is wrong with it: what is mistaken is left out and named, the rest
 * holds.
 */
export async function readDespiteMistakes(path: string): Promise<{ file: ConfigFile; mistakes: AppError[] }> {
  const mistakes: AppError[] = [];
  let text: string;
  let document: Document;
  try {
    text = readText(path);
    document = await parseConfig(path, text);
  } catch (error) {
    return { file: {}, mistakes: [asAppError(error)] };
  }
  while (mistakes.length < mostMistakes) {
    const checked = await check(path, text, document);
    if ("file" in checked) return { file: checked.file, mistakes };
    mistakes.push(checked.error);
    if (checked.keys.length === 0) break;
    document.deleteIn(checked.keys);
  }
  return { file: {}, mistakes };
}

/** The text of the config file; empty when there is none. Not awaited: `node:fs/promises` alone takes 3 ms to load. */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const reason = systemReason(error);
    if (reason === "ENOENT" || reason === "ENOTDIR") return "";
    throw new AppError("config_broken", { path, line: null, key: null, reason }, { cause: error });
  }
}

/** @throws AppError `config_broken` for what is not YAML */
export async function parseConfig(path: string, text: string): Promise<Document> {
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text, { prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const line = lineAt(text, error.pos[0]);
    throw new AppError("config_broken", { path, line, key: null, reason: error.message }, { cause: error });
  }
  return document;
}

/** @throws AppError `config_unknown`, `config_misfit` */
export async function checkConfig(path: string, text: string, document: Document): Promise<ConfigFile> {
  const checked = await check(path, text, document);
  if ("error" in checked) throw checked.error;
  return checked.file;
}

type Checked = { readonly file: ConfigFile } | { readonly error: AppError; readonly keys: readonly string[] };

/** The file's settings, or the first mistake in it and where that is. */
async function check(path: string, text: string, document: Document): Promise<Checked> {
  const { isNode } = await import("yaml");
  const result = safeParse(configFileSchema, document.toJS() ?? {});
  if (result.success) return { file: result.output };
  const { keys, value, expected, nearest } = misfit(result.issues[0]);
  const place = { path, line: lineOfKey(), key: keys.join(".") };
  const error =
    expected === null
      ? new AppError("config_unknown", { ...place, nearest })
      : new AppError("config_misfit", { ...place, value, expected });
  return { error, keys };

  function lineOfKey(): number | null {
    for (let length = keys.length; length > 0; length--) {
      const node = document.getIn(keys.slice(0, length), true);
      if (isNode(node) && node.range) return lineAt(text, node.range[0]);
    }
    return null;
  }
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
