type Sqlite = typeof import("node:sqlite");

/**
 * Node's own SQLite, loaded when first needed. Node 22 warns at that moment that it is experimental, which is nothing to the
 * person at the terminal; nothing else can warn while it loads, because loading is synchronous.
 */
export function loadSqlite(): Sqlite {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule("node:sqlite");
  } finally {
    process.emitWarning = emitWarning;
  }
}
