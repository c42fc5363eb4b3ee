import type { ToolSource } from "./sourced-tools.ts";

/** In this order; of two tools with one name the first is used. */
export const toolSources: readonly ToolSource[] = [
  async (engine) => await (await import("./own-tools.ts")).configTools(engine),
  async (engine) => await (await import("./own-tools.ts")).folderTools(engine),
  async (engine) => await (await import("./aichat-tools.ts")).aichatFunctions(engine),
  async (engine) => await (await import("./built-in-tools.ts")).builtInTools(engine),
];
