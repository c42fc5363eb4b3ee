import type { ImagePart, UserMessage } from "../../chat/messages.ts";
import type { AppError } from "../../errors.ts";
import type { Words } from "../../words/types.ts";
import type { CompletionCandidate } from "../editor/completion.ts";
import type { Host } from "../host.ts";

/**
 * What the session does after a command: nothing, leave, put a question, the last one once more, offer a text to be edited, or
 * go on.
 */
export type SlashOutcome =
  | "stay"
  | "leave"
  | { readonly ask: string }
  | { readonly again: true }
  /** `instead`: the question whose place the edited text takes once it is sent; `pictures`: those that the text names. */
  | { readonly edit: string; readonly instead?: UserMessage; readonly pictures?: readonly ImagePart[] }
  | { readonly continueAnswer: true }
  /** Pictures are asked for: options and the prompt, as they were typed. */
  | { readonly image: string }
  /** What the last answer begins with from now on; the model continues it. */
  | { readonly editedAnswer: string }
  /** Told already; for the exit code of a script. */
  | { readonly failed: AppError };

/** The order of `/help`. */
export const groups = ["conversation", "answer", "input", "model", "archive", "program"] as const;

/** One slash command; `/help`, Tab and the documentation are derived from these. */
export interface SlashCommand {
  readonly name: keyof Words["slash"];
  readonly aliases: readonly string[];
  readonly group: (typeof groups)[number];
  /** What stands behind the name in `/help`, e.g. `[id]`. */
  readonly usage: string;
  /** Lines as they are typed, for `/help <command>`. */
  readonly examples: readonly string[];
  /** Set where another conversation takes the place of this one. */
  readonly leaves?: true;
  /** What Tab offers for the argument, of which `typed` is there already. */
  readonly complete?: "path" | ((host: Host, typed: string) => Promise<readonly CompletionCandidate[]>);
  /** Whether Tab completes each word of the argument; without it the first alone. */
  readonly completesWords?: true;
  /** @param argument what stands behind the name, trimmed; empty when nothing does */
  readonly run: (host: Host, argument: string) => Promise<SlashOutcome>;
}

/** Candidates without further explanation. */
export function named(values: readonly string[]): CompletionCandidate[] {
  return values.map((value) => ({ value }));
}
