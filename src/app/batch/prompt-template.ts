import type { PromptTemplate } from "../../batch/input/line-draft.ts";
import { fillTemplate, variablesIn } from "../../config/role-template.ts";

/** A template as `--template` has it: `{{name}}` stands for a column, a field, or `{{input}}` for a line. */
export function promptTemplate(text: string): PromptTemplate {
  return { names: variablesIn(text), fill: (values) => fillTemplate(text, values) };
}
