import { join } from "node:path";
import { safeParse } from "valibot";
import { AppError, systemReason } from "../errors.ts";
import { type ServerEntry, serverSchema } from "./schema.ts";
import { maxSettingsBytes, readTextFile } from "./text-file.ts";

/** The file in which projects name MCP servers; many programs read it. */
const fileName = ".mcp.json";

/** What a project's file says. */
export interface ProjectServers {
  readonly path: string;
  /** Its whole text, which is what a person approves. */
  readonly text: string;
  readonly entries: Readonly<Record<string, ServerEntry>>;
  /** Entries that are left out, and why. */
  readonly mistakes: readonly AppError[];
}

/**
 * Reads `.mcp.json` of a folder.
 *
 * @returns null where there is none
 * @throws AppError `config_broken` for what is no JSON, or is no regular file of the folder's owner
 */
export function readProjectServers(folder: string): ProjectServers | null {
  const path = join(folder, fileName);
  const text = textAt(path);
  if (text === null) return null;
  const mistakes: AppError[] = [];
  const entries: [string, ServerEntry][] = [];
  for (const [name, given] of Object.entries(serversIn(path, text))) {
    const read = safeParse(serverSchema, inOwnForm(given));
    if (read.success) entries.push([name, read.output]);
    else {
      const value = (read.issues[0].path ?? []).map(({ key }) => String(key)).join(".") || "command";
      mistakes.push(new AppError("mcp_entry", { server: name, path, why: "form", value }));
    }
  }
  return { path, text, entries: Object.fromEntries(entries), mistakes };
}

function textAt(path: string): string | null {
  try {
    return readTextFile(path, { maxBytes: maxSettingsBytes, owner: "folder" });
  } catch (error) {
    const reason = systemReason(error);
    if (reason === "ENOENT" || reason === "ENOTDIR") return null;
    throw new AppError("config_broken", { path, line: null, key: null, reason, said: "" }, { cause: error });
  }
}

function serversIn(path: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(text);
    const servers = isMapping(read) ? (read["mcpServers"] ?? {}) : null;
    if (isMapping(servers)) return servers;
  } catch (error) {
    const said = error instanceof Error ? error.message : "";
    throw new AppError("config_broken", { path, line: null, key: null, reason: "no_json", said }, { cause: error });
  }
  throw new AppError("config_broken", { path, line: null, key: "mcpServers", reason: "no_mapping", said: "" });
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What other programs call the kinds of transport. */
const types: Readonly<Record<string, string>> = { "streamable-http": "http", streamableHttp: "http" };

/**
 * An entry in the form of the config file. `httpUrl` and times in milliseconds are gemini-cli's and Claude Code's; what only other
 * programs know is left out.
 */
function inOwnForm(given: unknown): unknown {
  if (!isMapping(given)) return given;
  const { type, command, args, env, cwd, url, httpUrl, headers, timeout, includeTools, excludeTools, disabled } = given;
  const address = httpUrl ?? url;
  const kind = typeof type === "string" ? (types[type] ?? type) : undefined;
  const parts = {
    ...(address === undefined ? { command, args, env, cwd } : { url: address, headers }),
    type: kind,
    timeout: typeof timeout === "number" ? timeout / 1000 : timeout,
    include_tools: includeTools,
    exclude_tools: excludeTools,
    disabled,
  };
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
}
