import { readFile } from "node:fs/promises";
import type { Document } from "yaml";
import { AppError, systemReason } from "../errors.ts";
import type { ConfigFile } from "./schema.ts";

/**
 * Reads and checks the config file; a missing one is an empty one.
 *
 * @throws AppError `config_broken` with line and key
 */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const text = await readText(path);
  if (text.trim() === "") return {};
  const document = await parseConfig(path, text);
  return await checkConfig(path, text, document);
}

/** The text of the config file; empty when there is none. */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
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

/** @throws AppError `config_broken` for unknown keys and values that do not fit */
export async function checkConfig(path: string, text: string, document: Document): Promise<ConfigFile> {
  const [{ isNode }, v, { configFileSchema }] = await Promise.all([
    import("yaml"),
    import("valibot"),
    import("./schema.ts"),
  ]);
  const result = v.safeParse(configFileSchema, document.toJS() ?? {});
  if (result.success) return result.output;
  const [issue] = result.issues;
  const keys = (issue.path ?? []).map((part) => String(part.key));
  const reason = issue.expected === "never" ? "unknown key" : issue.message;
  throw new AppError("config_broken", { path, line: lineOfKey(), key: keys.join("."), reason });

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
