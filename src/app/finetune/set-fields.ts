import { AppError } from "../../errors.ts";
import { withFields } from "../../field-tree.ts";

/**
 * The fields of `--set`: `a.b=value` is a field within another; a value is JSON, or the text it is.
 *
 * @throws AppError `bad_value` for what has no field or no value
 */
export function setFields(texts: readonly string[]): Record<string, unknown> {
  let fields: Record<string, unknown> = {};
  for (const text of texts) {
    const [, path = "", value = ""] = /^([^=]+)=(.*)$/su.exec(text) ?? [];
    const names = path.split(".").map((name) => name.trim());
    if (names.includes("")) throw new AppError("bad_value", { name: "--set", value: text, expected: "field=value" });
    const field = names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), jsonOrText(value));
    fields = withFields(fields, field as Record<string, unknown>);
  }
  return fields;
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
