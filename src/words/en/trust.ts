/** Words of approving what a project brings, and of `trust`. */
export const trust = {
  kinds: {
    mcp: "MCP servers",
    tools: "tools",
    role: "role",
    calls: "tool calls",
  },
  asks: ({ what, path }: { what: string; path: string }) =>
    `This project has ${what} that you haven't approved: ${path}`,
  changed: ({ day }: { day: string }) => `It has changed since you approved it on ${day}.`,
  more: ({ rows }: { rows: number }) => `… (${rows} lines)`,
  no: "No, don't use it",
  yes: "Yes, use it until it changes",
  showAll: "Show all of it",
  keys: ({ keys }: { keys: number }) => `1–${keys} or arrow keys and Enter · Esc: no`,
  approved: ({ what, path }: { what: string; path: string }) => `Approved: ${what} of ${path}`,
  notUsed: ({ what, path }: { what: string; path: string }) => `Not used: ${what} of ${path}`,
  leftOut: ({ what, path }: { what: string; path: string }) =>
    `Not used: ${what} of ${path}, not approved yet. Run deepseek-chat here in a terminal to approve.`,
  leftOutChanged: ({ what, path }: { what: string; path: string }) =>
    `Not used: ${what} of ${path}, changed since you approved it. Run deepseek-chat here in a terminal to approve it again.`,
  damaged: ({ path }: { path: string }) =>
    `${path} is damaged, so its approvals don't count. Delete it to stop this message.`,
  none: "Nothing approved.",
  revoked: ({ what, path }: { what: string; path: string }) => `Revoked: ${what} of ${path}`,
};
