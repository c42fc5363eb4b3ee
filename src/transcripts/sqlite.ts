import type * as sqlite from "node:sqlite";

/**
 * Node's own SQLite, loaded when first needed. Node 22 warns at that moment that it is experimental, which is nothing to the
 * person at the terminal; nothing else can warn while it loads, because loading is synchronous.
 */
export function loadSqlite(): typeof sqlite {
  const emitWarning = Object.getOwnPropertyDescriptor(process, "emitWarning")!;
  Object.defineProperty(process, "emitWarning", { ...emitWarning, value: () => {} });
  try {
    return process.getBuiltinModule("node:sqlite");
  } finally {
    Object.defineProperty(process, "emitWarning", emitWarning);
  }
}
