import type { BatchChange, ErrorDetails } from "../../errors.ts";
import { entryOf, type ErrorWords } from "../error-words.ts";

type BatchCode = Extract<keyof ErrorDetails, `batch_${string}`>;

const nameOf = (path: string) => (path === "-" ? "stdin" : path);

/** Characters of a value that are told. */
const longest = 60;
const short = (value: string) => (value.length > longest ? `${value.slice(0, longest)}…` : value || "not set");

const changes: { readonly [What in BatchChange["what"]]: (change: Extract<BatchChange, { what: What }>) => string } = {
  grown: ({ lines }) => `the input has ${lines} more ${lines === 1 ? "item" : "items"}`,
  input: () => "the input",
  output: () => "lines of the output",
  parameter: ({ name, before, after }) => `${name}: ${short(before)} → ${short(after)}`,
};

function changed(change: BatchChange): string {
  const say = entryOf<(change: never) => string>(changes, change.what);
  return say?.(change as never) ?? change.what;
}

export const batchErrors: { readonly [Code in BatchCode]: (details: ErrorDetails[Code]) => ErrorWords } = {
  batch_input_bad: ({ path, bad }) => ({
    what: `${bad} ${bad === 1 ? "line" : "lines"} of ${nameOf(path)} can't be used; nothing was sent.`,
    next: "Fix what is listed above, or skip such lines with --skip-bad.",
  }),
  batch_input_empty: ({ path }) => ({
    what: `No prompts in ${nameOf(path)}.`,
    next: path === "-" ? "Pipe them to this command, one per line." : "Give one per line.",
  }),
  batch_input_changed: ({ path, line }) => ({
    what: `${nameOf(path)} was changed while it was read (line ${line}).`,
    next: "What was answered is saved. Run the same command again; it names what changed.",
  }),
  batch_unknown: ({ path }) => ({
    what: `No batch was run with the output ${path}: there is no journal beside it.`,
    next: "Check the path; deepseek-chat batch status lists the batches of this folder.",
  }),
  batch_journal_foreign: ({ path }) => ({
    what: `${path} is no journal that this version can read.`,
    next: "Nothing was changed there. Update deepseek-chat if a newer version wrote it, or use another output.",
  }),
  batch_busy: ({ path }) => ({
    what: `Another run is writing to ${path}.`,
    next: "Wait for it, or use another output.",
  }),
  batch_changed: ({ path, changes: all }) => ({
    what: `Changed since ${path} was started: ${all.map(changed).join("; ")}.`,
    next: "Use --accept-changes to answer only what is missing there, or another output to start again.",
  }),
  batch_output_foreign: ({ path, line }) => ({
    what:
      line === null
        ? `${path} is not empty, and has no journal of a batch beside it.`
        : `${path}, line ${line}, is not an answer to an item of this input, or repeats one.`,
    next: "Nothing was changed there. Use another output.",
  }),
  batch_output_unfit: ({ path, why }) => ({
    what: why === "input" ? `${path} is the input itself.` : `${path} is not a file.`,
    next: "Give the output a file of its own with -o: answers are added to it, and read again to resume.",
  }),
  batch_not_found: ({ provider, id }) => ({
    what: `${provider} doesn't know ${id}, or no longer has it.`,
    next: "Check the ID, the provider (-p) and whose key is used. Items without a result can be answered directly: run the same command without --at-provider.",
  }),
  batch_left: ({ provider, left, statuses }) => ({
    what: `${left} ${left === 1 ? "item" : "items"} at ${provider} ended without a result (${statuses.join(", ")}).`,
    next: "Run the same command without --at-provider to answer them directly, or once more with it for a new batch.",
  }),
  batch_elsewhere: ({ provider, running }) => ({
    what: `Batches of this output are running at ${running}, not at ${provider}.`,
    next: `Use -p ${running} until they have ended.`,
  }),
};
