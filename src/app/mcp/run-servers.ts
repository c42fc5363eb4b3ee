import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../engine.ts";
import type { RunServers } from "./servers.ts";

/** Whether any MCP server is named, in the config file or in the working folder; nothing is read. */
export function hasServers({ file, workingFolder }: Pick<Engine, "file" | "workingFolder">): boolean {
  return file.mcp_servers !== undefined || existsSync(join(workingFolder, ".mcp.json"));
}

/** One for each run. */
const opened = new WeakMap<Engine, Promise<RunServers>>();

/**
 * The MCP servers of a run; null where none is named, in the config file or in the working folder. What speaks to them is loaded
 * by the first that starts.
 */
export async function runServers(engine: Engine): Promise<RunServers | null> {
  if (!hasServers(engine)) return null;
  const known = opened.get(engine);
  if (known !== undefined) return await known;
  const servers = import("./servers.ts").then(async ({ openServers }) => await openServers(engine));
  opened.set(engine, servers);
  return await servers;
}

/**
 * Asks what is to be asked about a project's servers, and starts all that may be used, which nobody waits for yet. Nothing is done
 * where the model is offered no tools.
 */
export async function startServers(engine: Engine): Promise<void> {
  if (engine.settings.tools === false) return;
  void (await runServers(engine))?.pool.start();
}
