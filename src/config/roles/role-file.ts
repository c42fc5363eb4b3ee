import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import * as v from "valibot";
import type { Document } from "yaml";
import { AppError } from "../../errors.ts";
import { misfit } from "../expectation.ts";
import { misfitIn, parseConfig, treeOf } from "../file.ts";
import { expandHome } from "../home.ts";
import { takesInput } from "../role-template.ts";
import { isInlineSchema, isSchemaPath } from "../schema-path.ts";
import { type RoleConfig, roleSchema } from "../schema.ts";
import type { RoleReading } from "./role.ts";

/** The text below the front matter is the one or the other. */
const frontMatterSchema = v.omit(roleSchema, ["prompt"]);

/**
 * Reads a role file: settings as YAML between two lines of `---`, if there are any, and a text. The text is the system prompt; where it
 * has `{{input}}` or `{{stdin}}`, or the settings have a system prompt already, it is the template of each question.
 *
 * @throws AppError `config_broken`, `config_unknown`, `config_misfit`, with the line
 */
export async function readRoleFile(path: string, text: string): Promise<RoleReading> {
  const { front, body } = splitFrontMatter(path, text);
  const document = await parseConfig(path, front);
  const fields = withSchemaPath(path, await checked(path, front, document));
  const isPrompt = takesInput(body) || fields.system !== undefined;
  return {
    content: { ...fields, ...(body !== "" && (isPrompt ? { prompt: body } : { system: body })) },
    unsupported: [],
  };
}

/** With the path of a schema's file as it is from everywhere: it is relative to the role's own. */
function withSchemaPath(path: string, fields: RoleConfig): RoleConfig {
  const { schema } = fields;
  if (typeof schema !== "string" || isInlineSchema(schema)) return fields;
  const full = resolve(dirname(path), expandHome(schema.trim()));
  return isSchemaPath(schema.trim()) || existsSync(full) ? { ...fields, schema: full } : fields;
}

async function checked(path: string, front: string, document: Document): Promise<RoleConfig> {
  const result = v.safeParse(frontMatterSchema, treeOf(path, document));
  if (result.success) return result.output;
  throw await misfitIn(path, front, document, misfit(result.issues[0], frontMatterSchema));
}

/**
 * The front matter, in the lines that it has in the file, and the text below it.
 *
 * @throws AppError `config_broken` where the front matter does not end
 */
export function splitFrontMatter(path: string, text: string): { readonly front: string; readonly body: string } {
  const normal = text.replaceAll("\r\n", "\n");
  if (!/^---[ \t]*(?:\n|$)/u.test(normal)) return { front: "", body: normal.trim() };
  const found = /^---[ \t]*\n((?:[^\n]*\n)*?)---[ \t]*(?:\n|$)/u.exec(normal);
  if (found === null) {
    throw new AppError("config_broken", { path, line: 1, key: null, reason: "front_matter", said: "" });
  }
  return { front: `\n${found[1]!}`, body: normal.slice(found[0].length).trim() };
}

/** A role as a file that `readRoleFile` reads as this role. */
export async function asRoleFile({ system, prompt, ...fields }: RoleConfig): Promise<string> {
  const { stringify } = await import("yaml");
  const front = { ...fields, ...(prompt !== undefined && system !== undefined && { system }) };
  const settings = Object.keys(front).length === 0 ? "" : `---\n${stringify(front, { lineWidth: 0 })}---\n\n`;
  return `${settings}${(prompt ?? system ?? "").trim()}\n`;
}
