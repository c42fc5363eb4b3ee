import { resolve } from "node:path";
import { expanded, referencesIn, UnexpandedVariable } from "../../config/expansion.ts";
import { expandHome } from "../../config/home.ts";
import { type ProjectServers, readProjectServers } from "../../config/project-servers.ts";
import type { ServerEntry } from "../../config/schema.ts";
import { AppError, asAppError } from "../../errors.ts";
import { findProgram } from "../../terminal/programs.ts";
import { lineOf, type LocalProgram, type McpServerConfig, type RemoteService } from "../../tools/mcp/server-config.ts";
import { toolEnvironment } from "../../tools/tool-environment.ts";
import type { Engine } from "../engine.ts";

/** What servers are configured with. */
export type McpSource = Pick<Engine, "environment" | "file" | "folders" | "keyPlaces" | "workingFolder">;

/** Milliseconds, where the entry says nothing. */
const [startTimeout, callTimeout] = [30_000, 60_000];

/** Servers of one file. */
export interface FileServers {
  readonly path: string;
  readonly servers: readonly McpServerConfig[];
  /** Names of those that are switched off. */
  readonly disabled: readonly string[];
  readonly mistakes: readonly AppError[];
}

/** Servers of the person's own config file. */
export function ownServers(source: McpSource): FileServers {
  const { file, folders } = source;
  return serversOf(source, folders.configFile, file.mcp_servers ?? {}, (name) => source.environment.variables[name]);
}

/** The working folder's file; null where there is none. What is wrong with it costs that file alone. */
export function projectFile({ workingFolder }: Pick<Engine, "workingFolder">): ProjectServers | AppError | null {
  try {
    return readProjectServers(workingFolder);
  } catch (error) {
    return asAppError(error);
  }
}

/** Servers of a project's file, once it was approved: no API key is put into them. */
export function projectServers(source: McpSource, { path, entries, mistakes }: ProjectServers): FileServers {
  const { environment, keyPlaces } = source;
  const isKey = (name: string) => /_API_KEY$/iu.test(name) || keyPlaces.keyVariables.includes(name);
  const read = serversOf(source, path, entries, (name) => (isKey(name) ? null : environment.variables[name]));
  return { ...read, mistakes: [...mistakes, ...read.mistakes] };
}

/** What a project's file would start or reach, a line for each server, and the variables that each is given. */
export function summaryOf({
  entries,
}: ProjectServers): { readonly name: string; readonly line: string; readonly variables: string[] }[] {
  return Object.entries(entries).map(([name, entry]) => ({
    name,
    line: lineOfEntry(entry),
    variables: referencesIn(textsOf(entry)),
  }));
}

/** The URL of an entry, or its command with the arguments. */
export function lineOfEntry(entry: ServerEntry): string {
  return "url" in entry ? entry.url : [entry.command, ...(entry.args ?? [])].join(" ");
}

function textsOf(entry: ServerEntry): string[] {
  if ("url" in entry) return [entry.url, ...Object.values(entry.headers ?? {})];
  return [entry.command, ...(entry.args ?? []), ...Object.values(entry.env ?? {}), entry.cwd ?? ""];
}

type ValueOf = (name: string) => string | null | undefined;

function serversOf(
  source: McpSource,
  path: string,
  entries: Readonly<Record<string, ServerEntry>>,
  valueOf: ValueOf,
): FileServers {
  const servers: McpServerConfig[] = [];
  const mistakes: AppError[] = [];
  const disabled = Object.entries(entries).filter(([, { disabled }]) => disabled === true);
  for (const [name, entry] of Object.entries(entries)) {
    if (entry.disabled === true) continue;
    try {
      servers.push(configOf(source, path, name, entry, valueOf));
    } catch (error) {
      if (error instanceof AppError) mistakes.push(error);
      else if (error instanceof UnexpandedVariable) {
        mistakes.push(new AppError("mcp_entry", { server: name, path, why: error.why, value: error.variable }));
      } else throw error;
    }
  }
  return { path, servers, disabled: disabled.map(([name]) => name), mistakes };
}

/** @throws UnexpandedVariable; AppError `mcp_entry` */
function configOf(
  source: McpSource,
  path: string,
  name: string,
  entry: ServerEntry,
  valueOf: ValueOf,
): McpServerConfig {
  return {
    name,
    source: path,
    way: "url" in entry ? serviceOf(entry, path, name, valueOf) : programOf(source, entry, valueOf),
    startTimeout: milliseconds(entry.start_timeout) ?? startTimeout,
    callTimeout: milliseconds(entry.timeout) ?? callTimeout,
    includeTools: entry.include_tools ?? null,
    excludeTools: entry.exclude_tools ?? [],
    approval: entry.approve ?? "ask",
  };
}

function milliseconds(seconds: number | undefined): number | null {
  return seconds === undefined ? null : Math.ceil(seconds * 1000);
}

function programOf(
  { environment, workingFolder }: McpSource,
  { command, args = [], env = {}, cwd = "." }: Exclude<ServerEntry, { url: string }>,
  valueOf: ValueOf,
): LocalProgram {
  const own = Object.entries(env).map(([name, value]) => [name, expanded(value, valueOf)] as const);
  const written = expandHome(expanded(command, valueOf));
  const variables = toolEnvironment(environment.variables, Object.fromEntries(own));
  return {
    kind: "stdio",
    command: written,
    executable: findProgram(written, variables) ?? written,
    args: args.map((each) => expanded(each, valueOf)),
    environment: variables,
    folder: resolve(workingFolder, expandHome(expanded(cwd, valueOf))),
  };
}

/** @throws AppError `mcp_entry` for what is no http or https URL, or has a password in it */
function serviceOf(
  { url: written, type = "http", headers = {}, oauth = {} }: Extract<ServerEntry, { url: string }>,
  path: string,
  name: string,
  valueOf: ValueOf,
): RemoteService {
  const text = expanded(written, valueOf);
  const url = URL.parse(text);
  if (url === null || !/^https?:$/u.test(url.protocol) || url.username + url.password !== "") {
    const value = text.replace(/(\/\/).*@/u, "$1…@");
    throw new AppError("mcp_entry", { server: name, path, why: "url", value });
  }
  const { client_id: id, client_secret: secret, scope = null } = oauth;
  return {
    kind: type,
    url,
    headers: Object.fromEntries(Object.entries(headers).map(([each, value]) => [each, expanded(value, valueOf)])),
    client: id === undefined ? null : { id, secret: secret === undefined ? null : expanded(secret, valueOf) },
    scope,
  };
}

/** A server as `--json` gives it; what headers and the environment hold stays out. */
export function asObject({ name, source, way }: McpServerConfig): object {
  return { name, type: way.kind, [way.kind === "stdio" ? "command" : "url"]: lineOf({ way }), source };
}
