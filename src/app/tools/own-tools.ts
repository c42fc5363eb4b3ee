import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expanded, UnexpandedVariable } from "../../config/expansion.ts";
import { expandHome } from "../../config/home.ts";
import { commandWords } from "../../config/key-command.ts";
import { toolEntries } from "../../config/tool-choice.ts";
import type { ToolEntry } from "../../config/tool-entries.ts";
import { parseToolFile, readToolFile } from "../../config/tool-file.ts";
import { AppError, asAppError } from "../../errors.ts";
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
  const tools: Tool[] = [];
  const failures: AppError[] = [];
  for (const [name, entry] of Object.entries(toolEntries(engine.file.tools))) {
    try {
      const env = expandedEnv(engine, entry, path, `tools.${name}.env`);
      tools.push(executableOf(engine, name, entry, { kind: "config", source: path, folder: dirname(path), env }));
    } catch (error) {
      failures.push(asAppError(error));
    }
  }
  return { tools, failures };
}

/** The tools of the folder beside the config file, one a YAML file. */
export async function folderTools(engine: Engine): Promise<SourcedTools> {
  const folder = ownToolFolder(engine);
  const tools: Tool[] = [];
  const failures: AppError[] = [];
  for (const { name, path } of toolFilesIn(folder)) {
    try {
      const entry = await parseToolFile(path, readToolFile(path));
      const env = expandedEnv(engine, entry, path, "env");
      tools.push(executableOf(engine, name, entry, { kind: "folder", source: path, folder, env }));
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
  /** The values of its `env`. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The values of an entry's `env`, in which `${NAME}` stands for a variable of the environment.
 *
 * @param key of `env`, for the error
 * @throws AppError `tools_unreadable` for a variable that is not set
 */
function expandedEnv(
  { environment: { variables } }: Engine,
  { env = {} }: ToolEntry,
  path: string,
  key: string,
): Readonly<Record<string, string>> {
  const valueIn = ([name, text]: readonly [string, string]) => {
    try {
      return [name, expanded(text, (variable) => variables[variable])] as const;
    } catch (error) {
      if (!(error instanceof UnexpandedVariable)) throw error;
      const details = { path, line: null, key: `${key}.${name}`, value: `\${${error.variable}}`, reason: "" };
      throw new AppError("tools_unreadable", { ...details, expected: `${error.variable}=…` }, { cause: error });
    }
  };
  return Object.fromEntries(Object.entries(env).map(valueIn));
}

/** The tool of an entry. */
export function executableOf(
  engine: Engine,
  name: string,
  entry: ToolEntry,
  { kind, source, folder, env: values }: EntryPlace,
): Tool {
  const [program = "", ...words] = commandWords(entry.command);
  const command = [programPath(program, folder), ...words];
  const { env = {}, timeout = defaultTimeout, approve = "ask", description, parameters = noParameters } = entry;
  return executableTool({
    definition: { name, description, parameters },
    // Values may be keys: what is approved is stored.
    origin: { kind, source, identity: JSON.stringify({ command, env: digestOf(env) }) },
    approval: approve,
    command,
    folder: engine.workingFolder,
    variables: toolEnvironment(engine.environment.variables, values),
    timeout,
  });
}

function digestOf(env: Readonly<Record<string, string>>): string {
  return createHash("sha256").update(JSON.stringify(env)).digest("hex");
}

const noParameters = { type: "object", properties: {} };

/** A program that is named by a path is looked for beside the entry; any other in `PATH`. */
export function programPath(program: string, folder: string): string {
  return /[/\\]/u.test(program) ? resolve(folder, expandHome(program)) : program;
}
