import type { PictureSource } from "./chat-messages.ts";
import type { ItemDraft } from "./item-draft.ts";
import { fieldsIn, idIn, itemOfJson, itemOfText } from "./item-line.ts";
import { LineMistake, type RecordContent } from "./record.ts";

/** A prompt with places for values, by their names. */
export interface PromptTemplate {
  readonly names: readonly string[];
  readonly fill: (values: Readonly<Record<string, string>>) => string;
}

/** What lines are read with. */
export interface DraftOptions {
  readonly form: "jsonl" | "text" | "csv" | "tsv";
  /** Null: lines and rows have a prompt of their own. */
  readonly template: PromptTemplate | null;
  readonly picture: PictureSource;
}

/** Name of a text line's own words in a template. */
const lineName = "input";

/** What a record asks. @throws LineMistake */
export function draftOf(content: RecordContent, { form, template, picture }: DraftOptions): ItemDraft {
  if (content.kind === "mistake") throw content.mistake;
  if (content.kind === "row") return draftOfRow(content.fields, template, picture);
  if (form === "text")
    return itemOfText(template === null ? content.text : filled(template, { [lineName]: content.text }));
  if (template === null) return itemOfJson(content.text, picture);
  const fields = fieldsIn(content.text);
  return { ...itemOfText(filled(template, textsOf(fields))), id: idIn(fields) };
}

/** A row with a template; else with a column `prompt`, and one for an id, a system prompt, a model. */
function draftOfRow(
  fields: Readonly<Record<string, string>>,
  template: PromptTemplate | null,
  picture: PictureSource,
): ItemDraft {
  const id = fields["custom_id"] || fields["id"] || null;
  if (template !== null) return { ...itemOfText(filled(template, fields)), id: idIn({ id }) };
  const { prompt, system, model } = fields;
  if (prompt === undefined) throw new LineMistake("no_column", "prompt");
  const line = { prompt, ...(id !== null && { id }), ...(system && { system }), ...(model && { model }) };
  return itemOfJson(JSON.stringify(line), picture);
}

function filled({ names, fill }: PromptTemplate, fields: Readonly<Record<string, string>>): string {
  const values = withPlainNames(fields);
  const missing = names.find((name) => !Object.hasOwn(values, name));
  if (missing !== undefined) throw new LineMistake("no_column", missing);
  return fill(values);
}

/** A column with blanks in its name has one with `_` in their place too. */
function withPlainNames(fields: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const plain = Object.entries(fields).map(([name, value]) => [
    name.trim().replaceAll(/[^\p{L}\p{N}_-]+/gu, "_"),
    value,
  ]);
  return { ...(Object.fromEntries(plain) as Record<string, string>), ...fields };
}

/** Values of JSON as a prompt has them. */
function textsOf(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const text = (value: unknown) =>
    typeof value === "string" ? value : value === null || value === undefined ? "" : JSON.stringify(value);
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, text(value)]));
}
