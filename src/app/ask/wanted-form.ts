import type { ExtractionForm } from "../../chat/extraction.ts";
import { AppError } from "../../errors.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import type { StructuredForm } from "./structured-form.ts";

/**
 * The form that the settings want answers to have; null for free text. What reads and checks schemas is loaded where they name one.
 *
 * @throws AppError `usage` where it goes with nothing else that is wanted; `schema_unusable`, `input_unreadable`
 */
export async function structuredForm(
  engine: Engine,
  { words }: Console,
  extract: ExtractionForm | null,
): Promise<StructuredForm | null> {
  const { schema, schema_multi: isMulti } = engine.settings;
  if (schema === undefined) {
    if (isMulti === true) throw new AppError("usage", { message: words.help.usage.multiOfNothing });
    return null;
  }
  if (extract !== null) throw new AppError("usage", { message: words.help.usage.schemaExtract });
  const form = await (await import("./structured-form.ts")).openStructuredForm(engine, schema);
  engine.schema = form.asked;
  return form;
}
