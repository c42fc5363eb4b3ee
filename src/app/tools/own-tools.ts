import { readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expandHome } from "../../config/home.ts";
import { commandWords } from "../../config/key-command.ts";
import { toolEntries } from "../../config/tool-choice.ts";
import type { ToolEntry } from "../../config/tool-entries.ts";
import { parseToolFile, readToolFile } from "../../config/tool-file.ts";
import { type AppError, asAppError } from "../../errors.ts";
import { executableTool } from "../../tools/executable.ts";
import { toolEnvironment } from "../../tools/tool-environment.ts";
import type { Tool, ToolOrigin } from "../../tools/tool.ts";
import type { Engine } from "../engine.ts";
import { ownToolFolder } from "./tool-folders.ts";
import type { SourcedTools } from "./sourced-tools.ts";

/** Seconds that a tool may take where its entry does not say. */
const defaultTimeout = 60;

/** The tools of the config file. */
export async function configTools(engine: Engine): Promise<SourcedTools> {
  const path = engine.folders.configFile;
  const tools = Object.entries(toolEntries(engine.file.tools)).map(([name, entry]) =>
    executableOf(engine, name, entry, { kind: "config", source: path, folder: dirname(path) }),
  );
  return { tools, failures: [] };
}

/** The tools of the folder beside the config file, one a YAML file. */
export async function folderTools(engine: Engine): Promise<SourcedTools> {
  const folder = ownToolFolder(engine);
  const tools: Tool[] = [];
  const failures: AppError[] = [];
  for (const { name, path } of toolFilesIn(folder)) {
    try {
      const entry = await parseToolFile(path, readToolFile(path));
      tools.push(executableOf(engine, name, entry, { kind: "folder", source: path, folder }));
    } catch (error) {
      failures.push(asAppError(error));
    }
  }
  return { tools, failures };
}

/** The YAML files in a folder by their names; none where there is no folder. */
export function toolFilesIn(folder: string): { readonly name: string; readonly path: string }[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names.sort().flatMap((file) => {
    const name = /^([A-Za-z0-9_-]{1,64})\.ya?ml$/u.exec(file)?.[1];
    return name === undefined ? [] : [{ name, path: join(folder, file) }];
  });
}

/** Where a tool's entry stands, and what of it was approved. */
interface EntryPlace extends Pick<ToolOrigin, "kind" | "source"> {
  /** That the program's path is relative to. */
  readonly folder: string;
}

/** The tool of an entry. */
export function executableOf(
  engine: Engine,
  name: string,
  entry: ToolEntry,
  { kind, source, folder }: EntryPlace,
): Tool {
  const [program = "", ...words] = commandWords(entry.command);
  const command = [programPath(program, folder), ...words];
  const { env = {}, timeout = defaultTimeout, approve = "ask", description, parameters = noParameters } = entry;
  return executableTool({
    definition: { name, description, parameters },
    origin: { kind, source, identity: JSON.stringify({ command, env }) },
    approval: approve,
    command,
    folder: engine.workingFolder,
    variables: toolEnvironment(engine.environment.variables, env),
    timeout,
  });
}

const noParameters = { type: "object", properties: {} };

/** A program that is named by a path is looked for beside the entry; any other in `PATH`. */
export function programPath(program: string, folder: string): string {
  return /[/\\]/u.test(program) ? resolve(folder, expandHome(program)) : program;
}
