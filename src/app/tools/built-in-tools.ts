import { currentTime } from "../../tools/current-time.ts";
import { readFileTool } from "../../tools/read-file.ts";
import { runCommandTool } from "../../tools/run-command.ts";
import { toolEnvironment } from "../../tools/tool-environment.ts";
import type { Tool } from "../../tools/tool.ts";
import type { Engine } from "../engine.ts";
import { listFilesTool, searchFilesTool, workingFolderOf } from "./file-tools.ts";
import { fetchUrl, webFetch, webSearch } from "../web/web-tools.ts";
import type { SourcedTools } from "./sourced-tools.ts";
import { searchTranscriptsTool } from "./transcript-tool.ts";

/**
 * The built-in tools, each off until it is asked for. Null: it cannot be used with these settings. What one needs beside its
 * definition it loads when it is run.
 */
const builtIns: readonly ((engine: Engine) => Tool | null)[] = [
  () => currentTime,
  (engine) => readFileTool(workingFolderOf(engine)),
  listFilesTool,
  searchFilesTool,
  ({ workingFolder, environment }) => runCommandTool(workingFolder, toolEnvironment(environment.variables)),
  searchTranscriptsTool,
  fetchUrl,
  (engine) => webSearch(engine),
  (engine) => webFetch(engine),
];

export async function builtInTools(engine: Engine): Promise<SourcedTools> {
  return { tools: builtIns.flatMap((make) => make(engine) ?? []), failures: [] };
}
