/** Words of `tools` and of what a model may call. */
export const tools = {
  on: "on",
  off: "off",
  kinds: {
    "built-in": "built in",
    config: "config file",
    folder: "tools folder",
    aichat: "aichat",
    mcp: "MCP server",
  },
  /** What the built-in tools do, for a person; a model reads their descriptions. */
  builtIn: {
    current_time: "Tell the date, time and weekday, here or in another time zone",
    fetch_url: "Read a public web page",
    list_files: "List the files below a folder",
    read_file: "Read a text file in the working directory",
    run_command: "Run a shell command; asks every time",
    search_files: "Find lines in files that match a regular expression",
    search_transcripts: "Search your saved conversations",
    web_fetch: "Read a web page through DeepSeek's service (paid)",
    web_search: "Search the web with DeepSeek's service (paid)",
  } as Readonly<Record<string, string>>,
  noneOn: "No tools are on: --tools <names> turns some on for a command, tools.enable in the config file for all.",
  noneOnHere: "No tools are on. Turn some on with /tools on <names>.",
  how: "Usage: /tools [on | off <names>]",
  tooMany: ({ count, max }: { count: number; max: number }) =>
    `${count} tools are on, and a request may offer ${max}: the rest is left out. Choose with --tools.`,
  badName: ({ name, source }: { name: string; source: string }) =>
    `Tool ${name} of ${source} left out: a name has 1 to 64 letters, digits, _ and -.`,
  sameName: ({ name, source, other }: { name: string; source: string; other: string }) =>
    `Tool ${name} of ${source} left out: ${other} has a tool of that name.`,
  pictures: ({ count }: { count: number }) =>
    `${count} ${count === 1 ? "picture" : "pictures"} not printed; --json has them.`,
};
