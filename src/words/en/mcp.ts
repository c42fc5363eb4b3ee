/** Words of MCP servers. */
export const mcp = {
  none: "No MCP servers. Add one with: deepseek-chat mcp add <name> -- <command>",
  states: {
    idle: "not started",
    starting: "starting…",
    ready: "ready",
    ended: "ended",
    failed: "failed",
    disabled: "disabled",
    unapproved: "not approved",
    login: "needs a login",
  },
  tools: ({ tools }: { tools: number }) => `${tools} ${tools === 1 ? "tool" : "tools"}`,
  leftOut: ({ server, tools }: { server: string; tools: number }) =>
    `MCP server ${server}: ${tools} ${tools === 1 ? "tool" : "tools"} left out: too large, too many, or with a name that is taken.`,
  prompts: ({ prompts }: { prompts: number }) => `${prompts} ${prompts === 1 ? "prompt" : "prompts"}`,
  resources: ({ resources }: { resources: number }) => `${resources} ${resources === 1 ? "resource" : "resources"}`,
  seconds: ({ seconds }: { seconds: string }) => `${seconds} s`,
  waiting: ({ servers }: { servers: string }) => `Waiting for MCP servers: ${servers}…`,
  added: ({ name, path }: { name: string; path: string }) => `Added ${name} to ${path}.`,
  replaced: ({ name, path, line }: { name: string; path: string; line: string }) =>
    `Replaced ${name} in ${path}. It was: ${line}`,
  badName: ({ name }: { name: string }) => `Invalid MCP server name: ${name} (no spaces, colons or slashes).`,
  badUrl: ({ url }: { url: string }) => `Not an http or https URL: ${url}.`,
  removed: ({ name, path }: { name: string; path: string }) => `Removed ${name} from ${path}.`,
  inProject: ({ name, path }: { name: string; path: string }) => `${name} is in ${path}; remove it there.`,
  commandOrUrl: "Give either --url <url> or a command after --.",
  pair: ({ option, form }: { option: string; form: string }) => `${option} takes ${form}.`,
  logIn: ({ server, url }: { server: string; url: string }) =>
    `${server} needs a login. Opening in your browser:\n${url}`,
  waitingForLogin: "Waiting for the login in the browser… (Ctrl-C cancels)",
  loggedIn: "Logged in. You can close this window and go back to the terminal.",
  loginRefused: "The login failed. Go back to the terminal.",
  promptNeeds: ({ prompt, names }: { prompt: string; names: string }) => `${prompt} needs ${names}.`,
  restarted: ({ server }: { server: string }) => `Restarting ${server}.`,
};

/** Why an entry is left out. */
export const mcpEntryReasons: Readonly<Record<"variable" | "key" | "form" | "url", (value: string) => string>> = {
  variable: (value) => `the environment variable ${value} is not set`,
  key: (value) => `it asks for ${value}, and a project's file gets no API keys`,
  form: (value) => `invalid ${value}`,
  url: (value) => `not an http or https URL: ${value}`,
};

/** What became of a server. */
export const mcpFailures: Readonly<
  Record<"ended" | "slow" | "flooded" | "missing" | "answer", (reason: string) => string>
> = {
  ended: (reason) => `ended (${reason})`,
  slow: (reason) => `wasn't ready after ${reason} s`,
  flooded: () => "was stopped: it sent a message of more than 16 MB",
  missing: (reason) => `can't be started (${reason === "ENOENT" ? "no such command or folder" : reason})`,
  answer: (reason) => `failed: ${reason}`,
};
