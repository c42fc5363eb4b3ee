import { existsSync } from "node:fs";
import { toolChoice } from "../../config/tool-choice.ts";
import { isMapping } from "../../config/tool-entries.ts";
import { hasServers } from "../mcp/run-servers.ts";
import type { Engine } from "../engine.ts";
import { ownToolFolder, projectToolFolder } from "./tool-folders.ts";
import type { ToolSource } from "./sourced-tools.ts";

/** Found by `tools list` in any case. */
export const builtInSource: ToolSource = {
  isConfigured: ({ settings }) => !["none", "default"].includes(toolChoice(settings.tools) as string),
  find: async (engine) => await (await import("./built-in-tools.ts")).builtInTools(engine),
};

/** Whether the working directory may have tools of a project. */
export function hasProjectTools(engine: Engine): boolean {
  const folder = projectToolFolder(engine);
  return engine.settings.tools !== false && folder !== ownToolFolder(engine) && existsSync(folder);
}

/** In this order; of two tools with one name the first is used. */
export const toolSources: readonly ToolSource[] = [
  {
    isConfigured: ({ file }) => isMapping(file.tools),
    find: async (engine) => await (await import("./own-tools.ts")).configTools(engine),
  },
  {
    isConfigured: (engine) => existsSync(ownToolFolder(engine)),
    find: async (engine) => await (await import("./own-tools.ts")).folderTools(engine),
  },
  {
    isConfigured: ({ file }) => isMapping(file.tools),
    find: async (engine) => await (await import("./aichat-tools.ts")).aichatFunctions(engine),
  },
  {
    isConfigured: hasServers,
    changes: true,
    find: async (...given) => await (await import("../mcp/server-tools.ts")).mcpTools(...given),
  },
  builtInSource,
  {
    isConfigured: hasProjectTools,
    find: async (engine) => await (await import("./project-tools.ts")).projectTools(engine),
  },
];

/** Whether the model may be offered tools: what offers them is loaded only then. */
export function hasTools(engine: Engine): boolean {
  return engine.settings.tools !== false && toolSources.some(({ isConfigured }) => isConfigured(engine));
}
