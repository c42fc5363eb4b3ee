/** Words about roles. */
export const roles = {
  /** What the roles do that come with the program. */
  shipped: {
    commit: "Commit message for the output of git diff",
    translate: "Translate to Chinese, and Chinese to English",
    explain: "Explain an error and how to fix it",
    review: "Review a diff or a file",
    shell: "Shell command for a task; in a terminal it can be edited and run",
  },
  inUse: ({ name, parts }: { name: string; parts: readonly string[] }) =>
    `Role: ${name}${parts.length === 0 ? "" : ` (${parts.join(" · ")})`}`,
  cleared: "No role in use.",
  list: ({ names }: { names: string }) => `Roles: ${names}. Use one with /role <name>.`,
  edited: ({ name, path }: { name: string; path: string }) => `Role ${name}: ${path}`,
  editedConfig: ({ name, path }: { name: string; path: string }) => `Role ${name} is roles.${name} in ${path}.`,
  copied: ({ name, path }: { name: string; path: string }) =>
    `Copied the built-in role ${name} to ${path}; your copy is used from now on.`,
  unsupported: ({ name, unsupported }: { name: string; unsupported: readonly string[] }) =>
    `Role ${name} is used without ${unsupported.join(", ")}: not supported here.`,
  /** A command that a model wrote. */
  command: {
    question: "Run this command?",
    run: "Run it",
    edit: "Edit it",
    leave: "Don't run it",
    disguised: "Not offered to run: the command contains control or invisible characters.",
    ended: ({ ended }: { ended: string }) => `The command ended with ${ended}.`,
  },
  valueNeeded: "Enter a value.",
};
