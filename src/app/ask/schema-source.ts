import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { schemaOfShortForm } from "../../chat/schema-short-form.ts";
import { expandHome } from "../../config/home.ts";
import { isInlineSchema, isSchemaPath } from "../../config/schema-path.ts";
import { AppError, type SchemaMistake } from "../../errors.ts";
import { readInput } from "../conversation/input-file.ts";
import type { InputContext } from "../engine.ts";

type Schema = Readonly<Record<string, unknown>>;

const maxBytes = 1024 * 1024;

/**
 * A schema as it was given: itself, as JSON or YAML, the path of a file with one of them, or llm's short form.
 *
 * @param source what it was given with, for errors
 * @throws AppError `schema_unusable`, `input_unreadable`
 */
export async function readSchema(engine: InputContext, given: string | Schema, source: string): Promise<Schema> {
  if (typeof given !== "string") return given;
  if (isInlineSchema(given)) return await parseSchema(given, source);
  const path = resolve(engine.workingFolder, expandHome(given.trim()));
  if (!existsSync(path) && !isSchemaPath(given.trim())) return schemaOfShortForm(given, source);
  const bytes = await readInput(path, { name: given, maxBytes, stop: engine.stop });
  return await parseSchema(bytes.toString("utf8"), given);
}

async function parseSchema(text: string, source: string): Promise<Schema> {
  const unusable = (why: SchemaMistake, said: string, at: string, cause?: unknown) =>
    new AppError("schema_unusable", { source, at, why, said }, { cause });
  const schema = parseJson(text) ?? (await parseYaml(text, unusable));
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) throw unusable("not_object", "", "");
  return schema as Schema;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** JSON too, as far as it is YAML: what is wrong with it has a place. */
async function parseYaml(
  text: string,
  unusable: (why: SchemaMistake, said: string, at: string, cause?: unknown) => AppError,
): Promise<unknown> {
  const { LineCounter, parseDocument } = await import("yaml");
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, logLevel: "error", lineCounter });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw unusable("syntax", error.message, `${line}:${col}`, error);
  }
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (thrown) {
    throw unusable("syntax", thrown instanceof Error ? thrown.message : "", "", thrown);
  }
}
