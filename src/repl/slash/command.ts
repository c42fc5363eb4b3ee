import type { Words } from "../../words/words.ts";
import type { Candidate } from "../editor/complete.ts";
import type { Host } from "../host.ts";

/** What the session does after a command: nothing, leave, put a question, offer a text to be edited, or go on. */
export type SlashOutcome =
  | "stay"
  | "leave"
  | { readonly ask: string }
  | { readonly edit: string }
  | { readonly goOn: true };

/** The order of `/help`. */
export const groups = ["model", "conversation", "answer", "archive", "input", "program"] as const;

/** One slash command; `/help`, Tab and the documentation are derived from these. */
export interface SlashCommand {
  readonly name: keyof Words["slash"];
  readonly aliases: readonly string[];
  readonly group: (typeof groups)[number];
  /** What stands behind the name in `/help`, e.g. `[id]`. */
  readonly usage: string;
  /** Set where another conversation takes the place of this one. */
  readonly leaves?: true;
  /** What Tab offers for the argument. */
  readonly complete?: "path" | ((host: Host) => Promise<readonly Candidate[]>);
  /** @param argument what stands behind the name, trimmed; empty when nothing does */
  readonly run: (host: Host, argument: string) => Promise<SlashOutcome>;
}

/** Candidates without further explanation. */
export function named(values: readonly string[]): Candidate[] {
  return values.map((value) => ({ value }));
}
