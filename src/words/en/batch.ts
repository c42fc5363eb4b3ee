import { entryOf } from "../error-words.ts";
import type { BatchWords } from "../types.ts";

/** What is wrong with a row of a table, by the code of its parser. */
const rows: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: "a quote isn't closed up to the end of the file",
  CSV_INVALID_CLOSING_QUOTE: "text after a closing quote (write a quote within quotes twice)",
  INVALID_OPENING_QUOTE: "a quote within a value that isn't quoted",
  CSV_RECORD_INCONSISTENT_COLUMNS: "not as many values as there are columns",
  CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: "not as many values as there are columns",
};

/** What is wrong with a line, by `fault`. */
const faults: Readonly<Record<string, (detail: string) => string>> = {
  not_utf8: () => "not valid UTF-8",
  too_long: (bytes) => `too long (${bytes} bytes; a service takes 48 MiB)`,
  not_json: (said) => `not valid JSON (${said})`,
  not_object: () => "not a JSON object; put one object on each line",
  no_prompt: () => "no prompt, messages or body",
  empty_prompt: () => "the prompt is empty",
  bad_id: (value) => `invalid id: ${value} (expected text of at most 512 characters)`,
  duplicate_id: (line) => `same id as line ${line}`,
  bad_method: (value) => `method ${value} (expected POST)`,
  bad_url: (value) => `url ${value} (expected /v1/chat/completions)`,
  bad_field: (field) => `invalid ${field}`,
  bad_message: (place) => `invalid ${place}`,
  bad_picture: (url) => `can't use the picture ${url}`,
  picture_outside: (url) => `the picture ${url} is not in this folder; no other is sent`,
  bad_header: (name) => `two columns named ${name || "nothing"}`,
  bad_row: (code) => rows[code] ?? code,
  no_column: (name) =>
    name === "prompt"
      ? 'no value for prompt (to use other columns: --template "… {{column}} …")'
      : `no value for ${name}`,
};

const lines = (count: number) => `${count} ${count === 1 ? "line" : "lines"}`;

export const batchWords: BatchWords = {
  badLine: ({ path, line, fault, detail }) =>
    `${path === "-" ? "stdin" : path}, line ${line}: ${entryOf(faults, fault)?.(detail) ?? fault}`,
  moreBad: ({ count }) => `… and ${count} more`,
  skipped: ({ bad }) => `Left out: ${lines(bad)} that can't be used.`,
  ignored: ({ names }) => `Fields without a meaning here, not sent: ${names.join(", ")}.`,
  resumed: ({ done, total }) => `Resuming: ${done} of ${total} done already.`,
  nothingLeft: () => "Nothing left to do.",
  costReached: () => "Stopped: the next prompt could cost more than the limit allows.",
  stopped: ({ message }) => `Stopped: ${message}`,
  failures: ({ code, count }) => `${code}: ${count}`,
  retried: ({ count }) =>
    count === 0 ? "No failed items to retry." : `Retrying ${count} ${count === 1 ? "item" : "items"} that failed.`,
  noBatches: () => "No batches in this folder.",
  status: ({ output, input, state }) => [output, states[state], `from ${input === "-" ? "stdin" : input}`],
  counts: ({ answered, failed, left, total }) => [
    `${answered} of ${total} answered`,
    `${failed} failed`,
    `${left} left`,
  ],
  tokens: ({ prompt, cached, completion }) => [`${prompt} tokens in (${cached} cache hits)`, `${completion} out`],
  unpriced: ({ count }) => `cost unknown for ${count}`,
  estimate: ({ model, items, tokens, maxOutput, isFree, costs }) => {
    const facts = [`${model}: ${items} ${items === 1 ? "item" : "items"}`, `${tokens} tokens in`];
    if (maxOutput !== null) facts.push(`at most ${maxOutput} out`);
    if (costs === null) return [...facts, isFree ? "free" : "price unknown"];
    const { offPeak, peak, atMost } = costs;
    const prompts = peak === null ? `prompts ${offPeak}` : `prompts ${offPeak} off-peak, ${peak} at peak`;
    return [...facts, prompts, atMost === null ? "largest cost unknown" : `${atMost} at most`];
  },
};

const states = { running: "running", stopped: "stopped", failures: "finished with failures", done: "done" };
