import type { Prompt, Resource } from "@modelcontextprotocol/client";
import type { ToolOutput } from "../../chat/tools.ts";
import { AppError } from "../../errors.ts";
import type { Tool, ToolArguments, ToolContext } from "../tool.ts";
import type { LoginFlow, McpAccess, McpConnection } from "./connection.ts";
import { outputOf, textOfPrompt, textOfResource } from "./contents.ts";
import { offerOf, type ListedTool, type ToolOffer } from "./offered-tools.ts";
import { lineOf, type McpServerConfig } from "./server-config.ts";

/** Where a server is. */
export type McpState =
  | { readonly kind: "idle" | "starting" | "ended" }
  | { readonly kind: "ready"; readonly offer: ToolOffer; readonly milliseconds: number }
  | { readonly kind: "failed"; readonly error: AppError };

/** What needs the client of the protocol; loaded where the first server starts. */
const loadClient = async () => {
  const [{ connect }, { failureOf }] = await Promise.all([import("./connection.ts"), import("./failure.ts")]);
  return { connect, failureOf };
};

/** Prompts and resources of a server that are listed. */
const maxListed = 1000;
/** How often one that ended is started again by itself. */
const maxRestarts = 3;
/** Milliseconds of one call, however much progress it makes. */
const longestCall = 60 * 60_000;

/** An MCP server: it is started once, and gives its tools, prompts and resources from then on. */
export class McpServer {
  readonly config: McpServerConfig;
  readonly #access: McpAccess;
  #state: McpState = { kind: "idle" };
  #code: Awaited<ReturnType<typeof loadClient>> | null = null;
  #connection: McpConnection | null = null;
  #start: Promise<void> | null = null;
  #starting = new AbortController();
  #hasChanged = false;
  #restarts = 0;

  constructor(config: McpServerConfig, access: McpAccess) {
    [this.config, this.#access] = [config, access];
  }

  get name(): string {
    return this.config.name;
  }

  get state(): McpState {
    return this.#state;
  }

  /**
   * Starts it, where it was not yet, or ended; resolves when it is ready or failed.
   *
   * @param login how a person logs in where that is needed; null: nobody is asked
   */
  async start(login: LoginFlow | null = null): Promise<void> {
    if (this.#state.kind === "ended" && this.#restarts++ < maxRestarts) this.#start = null;
    this.#start ??= this.#run(login);
    await this.#start;
  }

  /** Ends it and starts it once more. An aborted signal ends the waiting. */
  async restart(signal: AbortSignal): Promise<void> {
    this.end();
    await this.#start;
    [this.#restarts, this.#start] = [0, null];
    await untilAborted(this.start(), signal).catch(() => {});
  }

  /** Ends it with all that it started, which may take a second after this returned. */
  end(): void {
    this.#starting.abort();
    this.#close();
    if (this.#state.kind === "ready") this.#state = { kind: "ended" };
  }

  /** Its tools as it lists them now; none where it is not ready. A list that changed is asked for again. */
  async tools(signal: AbortSignal): Promise<Tool[]> {
    if (this.#state.kind === "ready" && this.#hasChanged) await this.#list(signal, 0).catch(() => {});
    return this.#state.kind === "ready" ? this.#state.offer.tools.map((tool) => this.#toolOf(tool)) : [];
  }

  /** @throws AppError `mcp_failed` */
  async prompts(signal: AbortSignal): Promise<readonly Prompt[]> {
    if (this.#client?.getServerCapabilities()?.prompts === undefined) return [];
    return (await this.#ask((client, options) => client.listPrompts(undefined, options), signal)).prompts.slice(
      0,
      maxListed,
    );
  }

  /** @throws AppError `mcp_failed` */
  async resources(signal: AbortSignal): Promise<readonly Resource[]> {
    if (this.#client?.getServerCapabilities()?.resources === undefined) return [];
    return (await this.#ask((client, options) => client.listResources(undefined, options), signal)).resources.slice(
      0,
      maxListed,
    );
  }

  /** @throws AppError `mcp_failed` */
  async readResource(uri: string, signal: AbortSignal): Promise<string> {
    return textOfResource(await this.#ask((client, options) => client.readResource({ uri }, options), signal));
  }

  /** @throws AppError `mcp_failed` */
  async prompt(name: string, args: Readonly<Record<string, string>>, signal: AbortSignal): Promise<string> {
    const wanted = { name, arguments: { ...args } };
    return textOfPrompt((await this.#ask((client, options) => client.getPrompt(wanted, options), signal)).messages);
  }

  /** What may stand for an argument of a prompt; empty where the server does not say. */
  async valuesLike(prompt: string, argument: string, typed: string, signal: AbortSignal): Promise<readonly string[]> {
    if (this.#client?.getServerCapabilities()?.completions === undefined) return [];
    const wanted = { ref: { type: "ref/prompt", name: prompt } as const, argument: { name: argument, value: typed } };
    return (await this.#ask((client, options) => client.complete(wanted, options), signal)).completion.values;
  }

  get #client() {
    return this.#state.kind === "ready" ? (this.#connection?.client ?? null) : null;
  }

  async #run(login: LoginFlow | null): Promise<void> {
    const began = performance.now();
    this.#state = { kind: "starting" };
    this.#starting = new AbortController();
    const { signal } = this.#starting;
    // A person who logs in takes longer.
    const late = new AppError("mcp_failed", {
      server: this.name,
      why: "slow",
      reason: String(this.config.startTimeout / 1000),
      said: "",
    });
    const timer = setTimeout(() => this.#starting.abort(late), login === null ? this.config.startTimeout : 600_000);
    let begun: McpConnection | null = null;
    const { connect, failureOf } = (this.#code ??= await loadClient());
    try {
      // Ended while the client was loaded: nothing is begun.
      signal.throwIfAborted();
      this.#connection = await untilAborted(
        connect(this.config, this.#access, {
          signal,
          login,
          onToolsChanged: () => (this.#hasChanged = true),
          onClosed: () => this.#closed(begun),
          onBegun: (connection) => {
            begun?.close();
            begun = connection;
          },
        }),
        signal,
      );
      await this.#list(signal, began);
    } catch (error) {
      const reason = error === late ? new AppError("mcp_failed", { ...late.details, said: saidBy(begun) }) : error;
      this.#state =
        signal.aborted && error !== late
          ? { kind: "ended" }
          : { kind: "failed", error: failureOf(this.config, reason, begun) };
      (begun as McpConnection | null)?.close();
    } finally {
      clearTimeout(timer);
    }
  }

  async #list(signal: AbortSignal, began: number): Promise<void> {
    this.#hasChanged = false;
    const { client } = this.#connection!;
    const has = client.getServerCapabilities()?.tools !== undefined;
    const timing = { signal, timeout: this.config.startTimeout };
    const tools = has ? (await untilAborted(client.listTools(undefined, timing), signal)).tools : [];
    const milliseconds = this.#state.kind === "ready" ? this.#state.milliseconds : performance.now() - began;
    this.#state = { kind: "ready", offer: offerOf(this.config, tools), milliseconds };
  }

  #close(): void {
    this.#connection?.close();
    this.#connection = null;
  }

  /** It ended by itself, or its service is gone. */
  #closed(connection: McpConnection | null): void {
    if (this.#state.kind !== "ready" || connection !== this.#connection) return;
    this.#state = { kind: "failed", error: this.#code!.failureOf(this.config, new Error("closed"), connection) };
    this.#connection = null;
    if (this.#restarts++ < maxRestarts) this.#start = null;
  }

  #toolOf({ listed, definition }: ListedTool): Tool {
    const { config } = this;
    const line = lineOf(config);
    const claims = Object.entries(listed.annotations ?? {}).flatMap(([name, value]) => (value === true ? [name] : []));
    const place = config.way.kind === "stdio" ? ` (${config.way.folder})` : "";
    return {
      definition,
      origin: { kind: "mcp", source: config.name, identity: `${line}${place}` },
      approval: config.approval,
      describe: () => `${config.name} · ${listed.name}\n${line}${place}`,
      claims,
      run: (args, context) => this.#call(listed, args, context),
    };
  }

  async #call(listed: ListedTool["listed"], args: ToolArguments, context: ToolContext): Promise<ToolOutput> {
    const { signal, onProgress } = context;
    const client = this.#client;
    const program = this.#connection?.program;
    if (client === null) return failed(`The MCP server ${this.name} has ended.`);
    const { outputSchema: _schema, ...toolDefinition } = listed;
    const options = {
      signal,
      toolDefinition,
      timeout: this.config.callTimeout,
      maxTotalTimeout: longestCall,
      resetTimeoutOnProgress: true,
      onprogress: ({
        progress,
        total,
        message,
      }: {
        progress: number;
        total?: number | undefined;
        message?: string | undefined;
      }) =>
        onProgress([total === undefined ? String(progress) : `${progress}/${total}`, message ?? ""].join(" ").trim()),
    };
    try {
      return outputOf(
        await untilAborted(client.callTool({ name: listed.name, arguments: { ...args } }, options), signal),
      );
    } catch (error) {
      if (signal.aborted) return failed("The call was cancelled.");
      if (program?.flooded === true)
        return failed("The result was too large: a message of more than 16 MB. The server was ended.");
      return failed(`The call failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** @throws AppError `mcp_failed` */
  async #ask<Result>(
    request: (client: McpConnection["client"], options: { signal: AbortSignal; timeout: number }) => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result> {
    const connection = this.#connection;
    try {
      if (connection === null) throw new Error("closed");
      return await untilAborted(request(connection.client, { signal, timeout: this.config.callTimeout }), signal);
    } catch (error) {
      if (signal.aborted) throw new AppError("interrupted", {});
      throw this.#code!.failureOf(this.config, error, connection);
    }
  }
}

function saidBy(connection: McpConnection | null): string {
  return (connection?.program?.stderr ?? "").replaceAll(/\s+/gu, " ").trim().slice(-300);
}

function failed(text: string): ToolOutput {
  return { content: [{ type: "text", text }], isError: true };
}

/** Ends with the signal, whatever the other does. @throws the signal's reason */
async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  // It may end when nobody waits for it any more.
  work.catch(() => {});
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason as Error);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
