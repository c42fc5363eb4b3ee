import { sanitize } from "../../terminal/sanitize.ts";
import type { McpServer } from "../../tools/mcp/server.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import type { SourcedTools } from "../tools/sourced-tools.ts";
import { runServers } from "./run-servers.ts";
import { waitForServers } from "./server-wait.ts";

/** Servers and how many of their tools were left out, as it was said. */
const said = new WeakMap<McpServer, number>();

/**
 * The tools of MCP servers as they are now; those that are starting are waited for, until each is ready, failed, or took longer than
 * its limit.
 *
 * @param signal ends the waiting: the tools of those that are ready by then are given. Where it is aborted before, nothing is said
 */
export async function mcpTools(engine: Engine, console: Console, signal: AbortSignal): Promise<SourcedTools> {
  const found = await runServers(engine);
  if (found === null) return { tools: [], failures: [] };
  const { pool } = found;
  if (signal.aborted) return { tools: await pool.tools(signal), failures: [] };
  await waitForServers(console, pool.servers, signal);
  for (const server of pool.servers) sayLeftOut(console, server);
  return { tools: await pool.tools(signal), failures: pool.takeFailures() };
}

function sayLeftOut({ terminal, words }: Console, server: McpServer): void {
  const { state, name } = server;
  const tools = state.kind === "ready" ? state.offer.leftOut : 0;
  if (tools > 0 && said.get(server) !== tools) terminal.warn(words.mcp.leftOut({ server: sanitize(name), tools }));
  said.set(server, tools);
}
