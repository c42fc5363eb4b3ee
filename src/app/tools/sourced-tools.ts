import type { AppError } from "../../errors.ts";
import type { Tool } from "../../tools/tool.ts";
import type { Engine } from "../engine.ts";

/** What one source of tools has, and what of it cannot be used: each failure costs one line, never the session. */
export interface SourcedTools {
  readonly tools: readonly Tool[];
  readonly failures: readonly AppError[];
}

/** Finds a source's tools; what it needs is loaded only where something is configured. Never throws. */
export type ToolSource = (engine: Engine) => Promise<SourcedTools>;
