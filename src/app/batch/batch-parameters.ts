import type { ModelRef } from "../../chat/model.ts";
import { samplingOf } from "../../chat/sampling.ts";
import type { Engine } from "../engine.ts";
import type { BatchOptions } from "./batch-options.ts";

/** What decides about the answers of a batch beside its lines, under the names that a person knows. Undefined values are left out of JSON. */
export function batchParameters(
  { settings, preface, role }: Pick<Engine, "settings" | "preface" | "role">,
  { provider, model }: ModelRef,
  { template, inputForm }: Pick<BatchOptions, "template" | "inputForm">,
): Readonly<Record<string, unknown>> {
  const { thinking, effort, schema, schema_multi: schemaMulti, tools, web } = settings;
  const { system, examples } = preface;
  return {
    model: `${provider}/${model}`,
    ...(system !== null && { system }),
    ...(role !== null && { role: role.name, examples }),
    ...samplingOf(settings),
    ...(thinking !== undefined && { thinking }),
    ...(effort !== undefined && { effort }),
    ...(schema !== undefined && { schema, schemaMulti }),
    ...(tools !== undefined && { tools }),
    ...(web && { web }),
    ...(template !== null && { template }),
    ...(inputForm !== null && { input_format: inputForm }),
  };
}
