import type { ProjectServers } from "../../config/project-servers.ts";
import { AppError, asAppError } from "../../errors.ts";
import { McpPool } from "../../tools/mcp/pool.ts";
import type { McpServerConfig } from "../../tools/mcp/server-config.ts";
import type { Engine } from "../engine.ts";
import { mcpAccess } from "./access.ts";
import { ownServers, projectFile, projectServers, summaryOf } from "./configuration.ts";

/** The MCP servers of a run, none of which is started yet; they end with the engine. */
export interface RunServers {
  readonly pool: McpPool;
  /** Names of those that are not used, and why. */
  readonly unused: readonly { readonly name: string; readonly path: string; readonly why: "disabled" | "unapproved" }[];
}

/**
 * The servers of the config file, then those of the working folder's file that the first does not name, once a person approved
 * that file.
 */
export async function openServers(engine: Engine): Promise<RunServers> {
  const own = ownServers(engine);
  const project = await approvedServers(engine);
  const isOther = ({ name }: { readonly name: string }) => !Object.hasOwn(engine.file.mcp_servers ?? {}, name);
  const disabled = own.disabled.map((name) => ({ name, path: own.path, why: "disabled" as const }));
  const servers: readonly McpServerConfig[] = [...own.servers, ...project.servers.filter(isOther)];
  return {
    pool: engine.hold(new McpPool(servers, [...own.mistakes, ...project.mistakes], mcpAccess(engine))),
    unused: [...disabled, ...project.unused.filter(isOther)],
  };
}

interface ApprovedServers extends Pick<RunServers, "unused"> {
  readonly servers: readonly McpServerConfig[];
  readonly mistakes: readonly AppError[];
}

async function approvedServers(engine: Engine): Promise<ApprovedServers> {
  const file = projectFile(engine);
  if (file === null) return { servers: [], unused: [], mistakes: [] };
  if (file instanceof AppError) return { servers: [], unused: [], mistakes: [file] };
  const { path } = file;
  const row = (why: "disabled" | "unapproved") => (name: string) => ({ name, path, why });
  const approval = await isApproved(engine, file).catch(asAppError);
  if (approval !== true) {
    const mistakes = approval === false ? [] : [approval];
    return { servers: [], unused: Object.keys(file.entries).map(row("unapproved")), mistakes };
  }
  const { servers, disabled, mistakes } = projectServers(engine, file);
  return { servers, unused: disabled.map(row("disabled")), mistakes };
}

/** A file that names no server is no question. */
async function isApproved({ trust }: Pick<Engine, "trust">, file: ProjectServers): Promise<boolean> {
  const { path, text: content } = file;
  const lines = summaryOf(file).map(({ name, line, variables }) =>
    [`${name}: ${line}`, ...variables.map((each) => `\${${each}}`)].join(" · "),
  );
  return lines.length === 0 || (await trust.approves({ kind: "mcp", path, content, summary: lines.join("\n") }));
}
