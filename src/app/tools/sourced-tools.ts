import type { AppError } from "../../errors.ts";
import type { Tool } from "../../tools/tool.ts";
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
  /** Finds its tools; what it needs is loaded only now. */
  readonly find: (engine: Engine) => Promise<SourcedTools>;
}
