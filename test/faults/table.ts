import type { Fault } from "./fault.ts";

/** How a fault ended. */
export interface Suffered {
  readonly exit: number | null;
  /** Of the error in the transcript; null where there is none. */
  readonly code: string | null;
  /** Bytes of the answer, on stdout and in the transcript. */
  readonly shown: number;
  readonly saved: number;
}

const headings: Readonly<Record<string, string>> = {
  connection: "The connection",
  response: "The response",
  stream: "The stream",
  ending: "The end of a stream",
};

/** What stands above a table. */
const rules: Readonly<Record<string, string>> = {
  ending: `A finish reason may stand in a choice, in its delta or message, or beside the choices, in any spelling of OpenAI's, Anthropic's,
Gemini's, Ollama's and others' words; \`null\`, also as a word, an empty text and what is no text are none. How an answer ended is
decided from all signs together:

- A finish reason is the end once nothing but usage follows: the connection may then close, break, or stay open (8 s are waited
  for usage, 3 s behind it). Text, thinking or a call that follows takes it back: it is read, and the whole timeout holds again, as
  it does behind a finish reason that comes before the first word of the answer.
- \`[DONE]\` confirms the finish reason before it, text between them or not. Without any finish reason it is the end only where the
  service has counted the answer behind its last word. Text behind \`[DONE]\` takes it back too; garbage there is passed over.
- Without such an end an answer is cut, however the connection ended, and is continued or kept.
- A finish reason that says that something failed is an error, with what the service says of it, in whatever shape, in the choice,
  beside it, or in an event of its own. One that is not known is an error too: whether the answer is whole cannot be told. It is
  kept, and is not asked again by itself.
- An answer that is finished and has no word in it is an error (\`empty_answer\`): it is billed, so it is not asked again by itself.
  A refusal is shown, and is one too (\`content_refused\`).
- Thinking that ends with \`</think>\` and began without a tag is thinking, also where it was shown already: then a line says so, and
  transcripts, \`-o json\` and later questions have it as thinking. Where an answer only speaks of these tags (in code, in quotes, in
  the midst of a line, with \`<think>\` before it), they stay.
- Of several choices the first one counts. Usage that makes no sense (negative, broken, more than 10^9, more cached than there is)
  counts as unknown.
- An event stream without a byte is asked once more without streaming, as long as there are retries.`,
};

const introduction = `# What goes wrong, and what comes of it

Written by \`test/faults\`, which has the built program suffer each of these over real sockets, and holds this page: \`ask\` with
\`--retries 0\` where nothing else is said, so that every fault is seen as it is. Bytes are those of the answer, on stdout and in
the transcript: what came before the fault is always kept. Exit codes and error codes are those of [the command
line](cli.md).`;

/** The page: for each kind what the program ended with, as it was measured. */
export function tableOf(
  groups: Readonly<Record<string, readonly Fault[]>>,
  results: ReadonlyMap<Fault, Suffered>,
): string {
  const sections = Object.entries(groups).map(([group, faults]) =>
    [
      `## ${headings[group] ?? group}`,
      "",
      ...(rules[group] === undefined ? [] : [rules[group], ""]),
      "| what goes wrong | exit code | error | bytes shown | bytes saved | what is said |",
      "| --- | --- | --- | --- | --- | --- |",
      ...faults.map((fault) => rowOf(fault, results.get(fault))),
    ].join("\n"),
  );
  return `${[introduction, ...sections, `${results.size} kinds of faults.`].join("\n\n")}\n`;
}

function rowOf({ name, outcome }: Fault, result: Suffered | undefined): string {
  if (result === undefined) return `| ${name} | not run |`;
  const { exit, code, shown, saved } = result;
  const says = outcome.says === "" ? "" : `… ${outcome.says} …`;
  const cells = [name, exit, code ?? "none", shown, saved, says].map((cell) => String(cell).replaceAll("|", "\\|"));
  return `| ${cells.join(" | ")} |`;
}
