import type { Words } from "../../words/types.ts";
import type { Dialect } from "./html/prose.ts";

export type ExportWords = Pick<Words, "exporting" | "transcripts">;

export interface ExportContext {
  readonly words: ExportWords;
  readonly dialect: Dialect;
  /** Ends the writing. */
  readonly signal?: AbortSignal;
}
