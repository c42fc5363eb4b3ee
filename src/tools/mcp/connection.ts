import {
  Client,
  type FetchLike,
  type Implementation,
  type jsonSchemaValidator,
  ProtocolError,
  SdkHttpError,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import { LoginNeeded, type LoginStore, type LoginWay, StoredLogins } from "./login.ts";
import type { McpServerConfig, RemoteService } from "./server-config.ts";
import { StdioTransport } from "./stdio-transport.ts";

/** What servers are reached with. */
export interface McpAccess {
  /** What the program calls itself. */
  readonly identity: Implementation;
  /** Sends a request of that server. */
  readonly fetch: (server: McpServerConfig) => FetchLike;
  readonly logins: (server: McpServerConfig) => LoginStore;
}

/** A client that is connected, or was. */
export interface McpConnection {
  readonly client: Client;
  /** Null for a service. */
  readonly program: StdioTransport | null;
  readonly close: () => void;
}

/** A way to log in, and where the browser brings the answer. */
export interface LoginFlow extends LoginWay {
  /**
   * What the browser was sent back with.
   *
   * @param isOwn whether the `state` is the one that the browser was sent off with
   */
  readonly answer: (isOwn: (state: string | null) => boolean) => Promise<URLSearchParams>;
}

export interface ConnectOptions {
  /** Ends the attempt. */
  readonly signal: AbortSignal;
  readonly onToolsChanged: () => void;
  readonly onClosed: () => void;
  /** Null: nobody is asked to log in. */
  readonly login: LoginFlow | null;
  /** Called with what is begun, so that it can be ended though it never comes about. */
  readonly onBegun: (connection: McpConnection) => void;
}

/**
 * Starts or reaches a server and greets it. The greeting is the one that all servers know; one that answers it with an error is
 * asked, on a new connection, for the versions that it knows.
 *
 * @throws what the client throws; LoginNeeded; the system's error for a program that cannot be run
 */
export async function connect(
  server: McpServerConfig,
  access: McpAccess,
  options: ConnectOptions,
): Promise<McpConnection> {
  try {
    return await attempt(server, access, options, "legacy");
  } catch (error) {
    if (!(error instanceof ProtocolError) || options.signal.aborted) throw error;
    return await attempt(server, access, options, "auto").catch(() => {
      throw error;
    });
  }
}

/** Answers are checked by the model that reads them: a server's own schema of them is no reason to withhold one. */
const anything: jsonSchemaValidator = {
  getValidator: () => (input) => ({ valid: true, data: input as never, errorMessage: undefined }),
};

async function attempt(
  server: McpServerConfig,
  access: McpAccess,
  options: ConnectOptions,
  mode: "legacy" | "auto",
): Promise<McpConnection> {
  const { signal, onToolsChanged, onClosed, onBegun } = options;
  const client = new Client(access.identity, {
    capabilities: {},
    jsonSchemaValidator: anything,
    versionNegotiation: { mode },
    listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged: onToolsChanged } },
  });
  const transport = server.way.kind === "stdio" ? new StdioTransport(server.way) : null;
  const connection = { client, program: transport, close: () => void client.close().catch(() => {}) };
  onBegun(connection);
  Object.assign(client, { onclose: onClosed });
  const timing = { signal, timeout: server.startTimeout };
  if (transport !== null) await client.connect(transport, timing);
  else await connectToService(server, server.way as RemoteService, access, options, client, timing);
  return connection;
}

async function connectToService(
  server: McpServerConfig,
  way: RemoteService,
  access: McpAccess,
  { login }: ConnectOptions,
  client: Client,
  timing: { readonly signal: AbortSignal; readonly timeout: number },
): Promise<void> {
  const authProvider = new StoredLogins(way, access.logins(server), login);
  const options = { authProvider, fetch: access.fetch(server) };
  const streamable = () => new StreamableHTTPClientTransport(way.url, options);
  const older = () => new SSEClientTransport(way.url, options);
  const loggedIn = async (make: typeof streamable | typeof older) => {
    const transport = make();
    try {
      await client.connect(transport, timing);
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error;
      if (login === null) throw new LoginNeeded();
      await transport.finishAuth(await login.answer((state) => authProvider.isOwnState(state)));
      await client.connect(make(), timing);
    }
  };
  if (way.kind === "sse") return await loggedIn(older);
  try {
    await loggedIn(streamable);
  } catch (error) {
    // So a server answers that knows the protocol of 2024 alone (modelcontextprotocol.io, transports, backwards compatibility).
    if (!(error instanceof SdkHttpError) || ![400, 404, 405].includes(error.status ?? 0)) throw error;
    await loggedIn(older).catch(() => {
      throw error;
    });
  }
}
