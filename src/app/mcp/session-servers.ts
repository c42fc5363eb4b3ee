import { AppError } from "../../errors.ts";
import type { PromptOffer, SessionServers } from "../../repl/host.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { table } from "../../terminal/table.ts";
import type { McpServer } from "../../tools/mcp/server.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { warnOf } from "../startup.ts";
import { displayPath } from "../display-path.ts";
import { runServers } from "./run-servers.ts";
import { stateOf, toolsOf } from "./server-rows.ts";

/** Milliseconds that a list of prompts or resources may take while a person types. */
const patience = 1_000;

/** MCP servers as a session uses them; nothing is loaded where none is configured. */
export function serversOf(engine: Engine, console: Console): SessionServers {
  const pool = async () => (await runServers(engine))?.pool ?? null;
  const ready = async () => (await pool())?.servers.filter(({ state }) => state.kind === "ready") ?? [];
  const brief = () => AbortSignal.any([engine.stop, AbortSignal.timeout(patience)]);
  const promptsOf = async (server: McpServer, signal: AbortSignal): Promise<PromptOffer[]> =>
    (await server.prompts(signal)).map(({ name, description = "", arguments: args = [] }) => ({
      name: `${server.name}:${name}`,
      description,
      arguments: args.map(({ name, required = false }) => ({ name, required })),
    }));
  return {
    show: async () => {
      const { terminal, words } = console;
      const found = await runServers(engine);
      const own = (found?.pool.servers ?? []).map((server) => [
        sanitize(server.name),
        stateOf(console, server, "err"),
        toolsOf(console, server),
        displayPath(engine.workingFolder, server.config.source),
      ]);
      const unused = (found?.unused ?? []).map(({ name, path, why }) => [
        sanitize(name),
        words.mcp.states[why],
        "",
        displayPath(engine.workingFolder, path),
      ]);
      const rows = [...own, ...unused];
      if (rows.length === 0) return terminal.say(words.mcp.none);
      for (const line of table(rows, [], terminal.columns).trimEnd().split("\n")) terminal.say(line);
    },
    names: async () => ((await pool())?.servers ?? []).map(({ name }) => name),
    restart: async (name, signal) => {
      const found = await pool();
      if (found === null) throw new AppError("mcp_unknown", { name, known: [] });
      const server = found.named(name);
      await server.restart(signal);
      for (const failure of found.takeFailures()) warnOf(console, failure);
    },
    prompts: async () => {
      const lists = (await ready()).map((server) => promptsOf(server, brief()).catch(() => []));
      return (await Promise.all(lists)).flat();
    },
    findPrompt: async (typed, signal) => {
      const server = (await ready()).find(({ name }) => typed.startsWith(`${name}:`));
      if (server === undefined) return null;
      return (await promptsOf(server, signal)).find(({ name }) => name === typed) ?? null;
    },
    prompt: async (typed, args, signal) => {
      const server = (await ready()).find(({ name }) => typed.startsWith(`${name}:`))!;
      return await server.prompt(typed.slice(server.name.length + 1), args, signal);
    },
    valuesLike: async (typed, argument, value) => {
      const server = (await ready()).find(({ name }) => typed.startsWith(`${name}:`));
      return (
        (await server?.valuesLike(typed.slice(server.name.length + 1), argument, value, brief()).catch(() => [])) ?? []
      );
    },
    resources: async () => {
      const lists = (await ready()).map(async (server) => {
        const resources = await server.resources(brief()).catch(() => []);
        return resources.map(({ uri, name }) => ({ name: `${server.name}:${uri}`, title: name }));
      });
      return (await Promise.all(lists)).flat();
    },
  };
}
