/** An MCP server as it is to be started or reached, with all variables put in. */
export interface McpServerConfig {
  /** As the config file calls it; any text. */
  readonly name: string;
  /** The path of the file that names it. */
  readonly source: string;
  readonly way: LocalProgram | RemoteService;
  /** Milliseconds that it may take to start, the list of its tools included. */
  readonly startTimeout: number;
  /** Milliseconds without a result or a sign of progress after which a call is given up. */
  readonly callTimeout: number;
  /** Names of the tools that are offered, as the server calls them; null for all. */
  readonly includeTools: readonly string[] | null;
  readonly excludeTools: readonly string[];
  /** Whether a person is asked before a tool runs. */
  readonly approval: "ask" | "allow";
}

export interface LocalProgram {
  readonly kind: "stdio";
  /** As it was written. */
  readonly command: string;
  /** Its path, where it was found. */
  readonly executable: string;
  readonly args: readonly string[];
  /** All that its environment holds. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute. */
  readonly folder: string;
}

export interface RemoteService {
  readonly kind: "http" | "sse";
  readonly url: URL;
  /** Sent to that service alone, with each request. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the program is called at the service's OAuth server; null: it registers itself. */
  readonly client: { readonly id: string; readonly secret: string | null } | null;
  /** What is asked for at a login; null leaves that to the server. */
  readonly scope: string | null;
}

/** The command line or the address of a server, as a person reads it, and as its approval covers it. */
export function lineOf({ way }: Pick<McpServerConfig, "way">): string {
  return way.kind === "stdio" ? [way.command, ...way.args].map(quoted).join(" ") : way.url.href;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./~-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
