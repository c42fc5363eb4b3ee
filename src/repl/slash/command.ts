import type { AppError } from "../../errors.ts";
import type { Words } from "../../words/words.ts";
import type { Host } from "../host.ts";

/** One slash command; `/help` is derived from these. */
export interface SlashCommand {
  readonly name: keyof Words["slash"];
  readonly aliases: readonly string[];
  /** What stands behind the name in `/help`, e.g. `[id]`. */
  readonly usage: string;
  /** @param argument what stands behind the name, trimmed; empty when nothing does */
  run(host: Host, argument: string): Promise<"stay" | "leave" | AppError>;
}
