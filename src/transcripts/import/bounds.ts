/** What the import of one file may take; docs/transcripts.md states these for people. */
export const bounds = {
  /** Bytes of all text in a file, unpacked. */
  total: 4 * 1024 ** 3,
  /** Bytes of one conversation. */
  conversation: 128 * 1024 ** 2,
  /** Values in one conversation, and how deep they may lie in each other. */
  values: 5_000_000,
  depth: 1_000,
  conversations: 100_000,
  /** Rows of all tables of a database, and steps from message to message. */
  rows: 2_000_000,
  /** Times its packed size that a file in a zip may take, where it is larger than `smallEntry`. */
  ratio: 100,
  smallEntry: 16 * 1024 ** 2,
  /** Bytes of a session of aichat. */
  session: 16 * 1024 ** 2,
} as const;
