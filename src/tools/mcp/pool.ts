import { AppError } from "../../errors.ts";
import type { Tool } from "../tool.ts";
import type { McpAccess } from "./connection.ts";
import { McpServer } from "./server.ts";
import type { McpServerConfig } from "./server-config.ts";

/** The MCP servers of one run: they start side by side, and end with it. */
export class McpPool implements Disposable {
  readonly servers: readonly McpServer[];
  /** Failures that were taken, so that each is told once. */
  readonly #told = new Set<AppError>();

  /** What is wrong in entries that are left out. */
  readonly #mistakes: readonly AppError[];

  constructor(configs: readonly McpServerConfig[], mistakes: readonly AppError[], access: McpAccess) {
    this.#mistakes = mistakes;
    this.servers = configs.map((config) => new McpServer(config, access));
  }

  /** Starts those that do not run; resolves when each is ready or failed, which none takes longer for than its limit. */
  readonly start = async (): Promise<void> => {
    await Promise.all(this.servers.map((server) => server.start()));
  };

  /** Names of those that are starting. */
  get starting(): string[] {
    return this.servers.filter(({ state }) => state.kind === "starting").map(({ name }) => name);
  }

  /** @throws AppError `mcp_unknown` */
  named(name: string): McpServer {
    const found = this.servers.find((server) => server.name === name);
    if (found !== undefined) return found;
    throw new AppError("mcp_unknown", { name, known: this.servers.map((server) => server.name) });
  }

  /** Tools of those that are ready, in the order of the configuration. */
  async tools(signal: AbortSignal): Promise<Tool[]> {
    const lists = await Promise.all(this.servers.map((server) => server.tools(signal)));
    return lists.flat();
  }

  /** Mistakes and failures since the last time. */
  takeFailures(): AppError[] {
    const failures = this.servers.flatMap(({ state }) => (state.kind === "failed" ? [state.error] : []));
    const fresh = [...this.#mistakes, ...failures].filter((error) => !this.#told.has(error));
    for (const error of fresh) this.#told.add(error);
    return fresh;
  }

  [Symbol.dispose](): void {
    for (const server of this.servers) server.end();
  }
}
