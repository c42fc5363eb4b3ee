import type { Engine } from "../engine.ts";
import { hasServers, runServers } from "./run-servers.ts";

/**
 * Reads `server:uri`, once that server is ready; nothing where no server is configured.
 *
 * @returns what gives a resource's text, and null for what names none. It throws AppError `mcp_failed`, `interrupted`
 */
export function resourceReader(
  engine: Engine,
): ((name: string, signal: AbortSignal) => Promise<string | null>) | undefined {
  if (!hasServers(engine)) return undefined;
  return async (name, signal) => {
    const servers = (await runServers(engine))?.pool.servers ?? [];
    const server = servers.find((each) => name.startsWith(`${each.name}:`));
    if (server === undefined || server.state.kind !== "ready") return null;
    return await server.readResource(name.slice(server.name.length + 1), signal);
  };
}
