import type { AppError } from "../../errors.ts";
import type { Tool } from "../../tools/tool.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";

/** What one source of tools has, and what of it cannot be used: each failure costs one line, never the session. */
export interface SourcedTools {
  readonly tools: readonly Tool[];
  readonly failures: readonly AppError[];
}

/** Where tools come from. */
export interface ToolSource {
  /** Whether it is worth a look; nothing is loaded for it, read or started. */
  readonly isConfigured: (engine: Engine) => boolean;
  /** Its tools may change during a run: they are found for each question. */
  readonly changes?: true;
  /** Finds its tools; what it needs is loaded only now. An aborted signal ends what takes long. */
  readonly find: (engine: Engine, console: Console, signal: AbortSignal) => Promise<SourcedTools>;
}
