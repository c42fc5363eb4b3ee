import { interruptedEnd } from "./encode.ts";
import { escapeTornLine } from "./escape.ts";
import { missingEnd } from "./metadata-write.ts";
import { parseTranscript, type Parsed } from "./parse.ts";

/** What a text needs before anything can be appended to it. */
export interface Repair {
  /** Characters of it that stay. */
  readonly keep: number;
  /** What comes behind them; the result ends with a blank line. */
  readonly addition: string;
}

/** How to make a text fit to be appended to. `at`: the last sign of life, which the label Interrupted shows. */
export function repair(text: string, parsed: Parsed, at: Date): Repair {
  const { keep, missing } = parsed.tear ?? { keep: text.length, missing: "nothing" };
  const kept = text.slice(0, keep);
  if (missing === "end") return { keep, addition: `${missingEnd(at)}\n\n` };
  if (missing === "rule") return { keep, addition: `${escapeTornLine(kept)}\n\n${interruptedEnd(at)}` };
  return { keep, addition: kept === "" ? "" : "\n".repeat(2 - /\n{0,2}$/.exec(kept)![0].length) };
}

/** The whole of what can be kept of a text, fit to be appended to. */
export function repaired(text: string, at: Date): string {
  const { keep, addition } = repair(text, parseTranscript(text), at);
  return text.slice(0, keep) + addition;
}
