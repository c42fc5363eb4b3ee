import type { Earlier } from "../app/library/resolve.ts";
import { gathered } from "./options.ts";
import type { Verb } from "./command.ts";

export interface ResumeOptions {
  readonly continue?: boolean;
  /** True for a bare `--resume`. */
  readonly resume?: string | true;
}

/** Options of `chat` and `ask` that are no settings: they hold for one run alone. */
export function declareAttachments(command: Verb): void {
  const { options: words, groups } = command.words.help;
  command
    .optionsGroup(groups.conversation)
    .option("-f, --file <path>", words.file, gathered)
    .option("-c, --continue", words.continue)
    .option("--resume [id]", words.resume);
}

/** Which conversation to resume, as the options name it. */
export function earlierOf(options: ResumeOptions): Earlier {
  if (options.resume === true) return { kind: "pick" };
  if (options.resume !== undefined) return { kind: "named", reference: options.resume };
  return options.continue === true ? { kind: "newest" } : { kind: "none" };
}
