import * as v from "valibot";
import { samplingNames } from "../../chat/sampling.ts";
import { type Misfit, misfit } from "../expectation.ts";
import { misfitIn, parseConfig, treeOf } from "../file.ts";
import { takesInput } from "../role-template.ts";
import { roleSchema } from "../schema.ts";
import type { RoleReading } from "./role.ts";

/**
 * Reads a template of llm: `system`, `prompt` with `$input` and other variables, `model`, `options`, `defaults` of variables, `extract`,
 * `schema_object`.
 * The format is that of its `llm/templates.py`.
 *
 * @param model what a model's name of llm stands for here; null for none
 * @throws AppError as `readRoleFile`
 */
export async function readLlmTemplate(
  path: string,
  text: string,
  model: (name: string) => string | null,
): Promise<RoleReading> {
  const document = await parseConfig(path, text);
  const given = treeOf(path, document) as Record<string, unknown>;
  const {
    name: _name,
    system,
    prompt,
    model: named,
    defaults,
    options,
    extract,
    schema_object: schema,
    ...others
  } = given;
  const own = typeof named === "string" ? model(named) : null;
  const optional = isMapping(options) ? Object.entries(options) : [];
  const sampling = optional.filter(([name]) => samplingNames.some((each) => each === name));
  const fields = {
    ...(isSet(system) && { system: templateOf(system) }),
    ...(isSet(prompt) && { prompt: withInput(templateOf(prompt)) }),
    ...(own !== null && { model: own }),
    ...(isSet(defaults) && { vars: defaults }),
    ...Object.fromEntries(sampling),
    ...(isSet(schema) && { schema }),
    ...(extract === true && { extract: "code" as const }),
  };
  const result = v.safeParse(roleSchema, fields);
  if (!result.success) throw await misfitIn(path, text, document, asWritten(misfit(result.issues[0], roleSchema)));
  const left = optional.filter((entry) => !sampling.includes(entry)).map(([name]) => `options.${name}`);
  const unknown = Object.keys(others).filter((name) => isSet(others[name]));
  const unsupported = [...(typeof named === "string" && own === null ? [`model: ${named}`] : []), ...left, ...unknown];
  return { content: result.output, unsupported };
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false;
}

/** `$name` and `${name}` as `{{name}}`, `$$` as `$`; what is no text stays for the error. */
function templateOf(text: unknown): unknown {
  if (typeof text !== "string") return text;
  return text.replaceAll(
    /\$(?:(\$)|\{([a-z_][a-z0-9_]*)\}|([a-z_][a-z0-9_]*))|\{\{/giu,
    (written, dollar: string | undefined, braced: string | undefined, plain: string | undefined) => {
      const name = braced ?? plain;
      if (name !== undefined) return `{{${name}}}`;
      return dollar ?? `\\${written}`;
    },
  );
}

/** The question goes behind a prompt that has no place for it. */
function withInput(template: unknown): unknown {
  return typeof template !== "string" || takesInput(template) ? template : `${template.trimEnd()}\n{{input}}`;
}

/** Where the file itself has what is wrong. */
function asWritten(found: Misfit): Misfit {
  const [first = "", ...rest] = found.keys;
  if (first === "schema") return { ...found, keys: ["schema_object", ...rest] };
  if (first === "vars") return { ...found, keys: ["defaults", ...rest] };
  return samplingNames.some((name) => name === first) ? { ...found, keys: ["options", ...found.keys] } : found;
}
