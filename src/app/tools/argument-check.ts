import type { Tool, ToolArguments } from "../../tools/tool.ts";
import { compileSchema, type SchemaCheck } from "../ask/schema-check.ts";

/** Misfits that the model is told of at once. */
const maxMisfits = 5;

/** What the parameters of each tool were compiled to; null where they are no schema, which checks nothing. */
const checks = new WeakMap<Tool, Promise<SchemaCheck | null>>();

/** What of a call's arguments does not fit the tool's parameters, in a sentence for the model; null where they fit. */
export async function argumentMisfit(tool: Tool, args: ToolArguments): Promise<string | null> {
  const { name, parameters } = tool.definition;
  const compiled = checks.get(tool) ?? compileSchema(parameters, name).catch(() => null);
  checks.set(tool, compiled);
  const misfits = (await compiled)?.(args) ?? [];
  if (misfits.length === 0) return null;
  const said = misfits.slice(0, maxMisfits).map(({ path, message }) => `${path || "the arguments"} ${message}`);
  return `The arguments do not fit the tool's parameters: ${said.join("; ")}. Call it again with arguments that fit.`;
}
