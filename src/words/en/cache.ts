/** Words of `cache`. */
export const cache = {
  store: "Store",
  answers: "Answers",
  size: "Size",
  sizeOf: ({ size, max }: { size: string; max: string }) => `${size} of at most ${max}`,
  hits: "Used",
  oldest: "Oldest",
  reallyClear: ({ store, all }: { store: string; all: boolean }) =>
    `Delete ${all ? "all stored answers" : "older stored answers"} from ${store}?`,
  cleared: ({ answers }: { answers: number }) => `Deleted ${answers} stored ${answers === 1 ? "answer" : "answers"}.`,
};

/** Why the cache can't be used, where it is no refusal of the system. */
export const cacheReasons: Readonly<Record<string, string>> = {
  locked: "locked by another program",
  shared: "other users can write to its folder",
  later_version: "written by a later version of this program",
  EIO: "input/output error",
  slow: "no reply within 200 ms",
  password: "wrong user or password, or no permission",
  certificate:
    "its certificate isn't trusted, is another server's or has expired (for an authority of your own: NODE_EXTRA_CA_CERTS)",
  other_version: "the server's version doesn't support the command",
  closed: "connection closed",
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection closed",
  ENOTFOUND: "unknown host",
  ETIMEDOUT: "no reply",
};

/** Why the queue can't be used, where it is other than for the answer cache. */
export const queueReasons: Readonly<Record<string, string>> = {
  slow: "no reply within 10 seconds",
  other_version: "it is no Redis server of version 6.2 or later",
};
