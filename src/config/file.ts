import { safeParse } from "valibot";
import type { Document } from "yaml";
import { AppError, asAppError } from "../errors.ts";
import { type Misfit, misfit } from "./expectation.ts";
import { limitMistake } from "./limited-providers.ts";
import { priceMistake, type RuleMistake } from "./price-rules.ts";
import { aliasMistake } from "./model-aliases.ts";
import { type ConfigFile, configFileSchema } from "./schema.ts";
import { readOwnSettings } from "./text-file.ts";

/**
 * Reads and checks the config file; a missing one is an empty one.
 *
 * @param text where it was read already; null where there is no file
 * @param builtIn names of the built-in providers; null leaves open which provider an alias names
 * @throws AppError `config_broken`, `config_unknown`, `config_misfit`, with line and key
 */
export async function readConfigFile(
  path: string,
  text = readOwnSettings(path),
  builtIn: readonly string[] | null = null,
): Promise<ConfigFile> {
  if (text === null) return {};
  const document = await parseConfig(path, text);
  return await checkConfig(path, text, document, builtIn);
}

/** Maximum number of mistakes reported for one file. */
const maxMistakes = 50;

/**
 * Reads the config file and collects its mistakes: invalid settings are reported and omitted, the rest is used.
 *
 * @param given its text, where it was read already; null where there is no file
 * @param builtIn as for `readConfigFile`
 */
export async function readDespiteMistakes(
  path: string,
  given?: string | null,
  builtIn: readonly string[] | null = null,
): Promise<{ file: ConfigFile; mistakes: AppError[] }> {
  const mistakes: AppError[] = [];
  try {
    const text = (given === undefined ? readOwnSettings(path) : given) ?? "";
    const document = await parseConfig(path, text);
    while (mistakes.length < maxMistakes) {
      const checked = await check(path, text, document, builtIn);
      if ("file" in checked) return { file: checked.file, mistakes };
      mistakes.push(checked.error);
      document.deleteIn(checked.keys);
    }
  } catch (error) {
    mistakes.push(asAppError(error));
  }
  return { file: {}, mistakes };
}

/** @throws AppError `config_broken` for what is not YAML, and what is no mapping */
export async function parseConfig(path: string, text: string): Promise<Document> {
  const { isMap, parseDocument } = await import("yaml");
  // The parser's own look for duplicate keys compares each with each.
  const document = parseDocument(text, { prettyErrors: false, logLevel: "error", uniqueKeys: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const line = lineAt(text, error.pos[0]);
    const { code: reason, message } = error;
    // The parser has no words of its own for this one.
    const said = reason === "RESOURCE_EXHAUSTION" ? "" : message;
    throw new AppError("config_broken", { path, line, key: null, reason, said }, { cause: error });
  }
  if (document.contents !== null && !isMap(document.contents)) {
    throw new AppError("config_broken", { path, line: 1, key: null, reason: "no_mapping", said: "" });
  }
  const second = await duplicateKey(document);
  if (second !== null) {
    const said = "Map keys must be unique";
    throw new AppError("config_broken", { path, line: lineAt(text, second), key: null, reason: "DUPLICATE_KEY", said });
  }
  treeOf(path, document);
  return document;
}

/** Where the first key stands that its mapping has already; null where there is none. */
async function duplicateKey(document: Document): Promise<number | null> {
  const { isScalar, visit } = await import("yaml");
  let found: number | null = null;
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          found = key.range?.[0] ?? 0;
          return visit.BREAK;
        }
        seen.add(key.value);
      }
      return undefined;
    },
  });
  return found;
}

/**
 * The document's values; the parser finds aliases without an anchor, or with too many, only here.
 *
 * @throws AppError `config_broken`
 */
export function treeOf(path: string, document: Document): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    const said = error instanceof Error ? error.message : "";
    throw new AppError("config_broken", { path, line: null, key: null, reason: "BAD_ALIAS", said }, { cause: error });
  }
}

/** @throws AppError `config_broken`, `config_unknown`, `config_misfit` */
export async function checkConfig(
  path: string,
  text: string,
  document: Document,
  builtIn: readonly string[] | null = null,
): Promise<ConfigFile> {
  const checked = await check(path, text, document, builtIn);
  if ("error" in checked) throw checked.error;
  return checked.file;
}

type Checked = { readonly file: ConfigFile } | { readonly error: AppError; readonly keys: readonly string[] };

/**
 * The file's settings, or the first mistake in it and where that is.
 *
 * @throws AppError `config_broken`
 */
async function check(
  path: string,
  text: string,
  document: Document,
  builtIn: readonly string[] | null,
): Promise<Checked> {
  const result = safeParse(configFileSchema, treeOf(path, document));
  const mistake = result.success
    ? (aliasMistake(result.output, builtIn) ??
      limitMistake(result.output, builtIn) ??
      priceMistake(result.output) ??
      (await mistakeOfAuth(result.output)))
    : null;
  if (result.success && mistake === null) return { file: result.output };
  const found = mistake === null ? misfit(result.issues![0]) : { ...mistake, nearest: null };
  return { error: await misfitIn(path, text, document, found), keys: found.keys };
}

/** What checks templates is loaded where there are some. */
async function mistakeOfAuth(file: ConfigFile): Promise<RuleMistake | null> {
  const trees = [file, ...Object.values(file.profiles ?? {})];
  const hasAuth = trees.some(({ providers = {} }) => Object.values(providers).some(({ auth }) => auth !== undefined));
  if (!hasAuth) return null;
  return (await import("./auth-rules.ts")).authMistake(file);
}

/** The error that says what is wrong in a document, and in which line. */
export async function misfitIn(
  path: string,
  text: string,
  document: Document,
  { keys, value, expected, nearest }: Misfit,
): Promise<AppError> {
  const place = { path, line: await lineOf(document, text, keys), key: keys.join(".") };
  return expected === null
    ? new AppError("config_unknown", { ...place, nearest })
    : new AppError("config_misfit", { ...place, value, expected });
}

/** The line in which a key stands, or the mapping that it is missing in; null where neither is known. */
export async function lineOf(document: Document, text: string, keys: readonly string[]): Promise<number | null> {
  const { isNode } = await import("yaml");
  for (let length = keys.length; length > 0; length--) {
    const node = document.getIn(keys.slice(0, length), true);
    if (isNode(node) && node.range) return lineAt(text, node.range[0]);
  }
  return null;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
