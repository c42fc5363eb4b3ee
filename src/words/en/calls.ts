/** Words of the tools that an answer calls, as they are watched. */
export const calls = {
  /** While the model writes the arguments. */
  writing: ({ name }: { name: string }) => `Calling ${name}…`,
  /** Of a call that does not run yet. */
  waiting: "waiting",
  done: "ok",
  failed: "failed",
  refused: "not allowed",
  /** Off a terminal. */
  unasked: ({ name }: { name: string }) => `not allowed; --allow-tool ${name} allows it`,
  /** Off a terminal, one line a call. */
  plain: ({ call, facts }: { call: string; facts: string }) => `Tool ${call}: ${facts}`,
};
