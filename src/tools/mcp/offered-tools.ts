import type { Tool as ServerTool } from "@modelcontextprotocol/client";
import type { ToolDefinition } from "../../chat/tool-definition.ts";
import type { McpServerConfig } from "./server-config.ts";
import { modelName } from "./tool-names.ts";

/** What a server may put into every request, so that a wrong or hostile one does not fill the context: tools, characters of a description, of a schema, and of all together. */
const [maxTools, maxDescription, maxSchema, maxTogether] = [128, 4_000, 32_000, 200_000];

/** A tool as a server lists it, and as a model is told of it. */
export interface ListedTool {
  readonly listed: ServerTool;
  readonly definition: ToolDefinition;
}

export interface ToolOffer {
  readonly tools: readonly ListedTool[];
  /** How many were left out for their size or number, or because another has the same name. */
  readonly leftOut: number;
}

/** The tools of a server that are offered, in the order of its list. */
export function offerOf(
  { name, includeTools, excludeTools }: Pick<McpServerConfig, "name" | "includeTools" | "excludeTools">,
  listed: readonly ServerTool[],
): ToolOffer {
  const wanted = listed.filter(
    (tool) => includeTools?.includes(tool.name) !== false && !excludeTools.includes(tool.name),
  );
  const known = new Set<string>();
  const tools: ListedTool[] = [];
  let size = 0;
  for (const tool of wanted) {
    if (tools.length === maxTools) break;
    const definition = definitionOf(name, tool);
    const schema = JSON.stringify(definition.parameters).length;
    const fits = schema <= maxSchema && size + schema + definition.description.length <= maxTogether;
    if (!fits || known.has(definition.name)) continue;
    known.add(definition.name);
    size += schema + definition.description.length;
    tools.push({ listed: tool, definition });
  }
  return { tools, leftOut: wanted.length - tools.length };
}

function definitionOf(server: string, { name, title, description, inputSchema }: ServerTool): ToolDefinition {
  const text = (description ?? title ?? "").toWellFormed();
  return {
    name: modelName(server, name),
    description: text.length > maxDescription ? `${text.slice(0, maxDescription - 1)}…` : text,
    parameters: inputSchema,
  };
}
