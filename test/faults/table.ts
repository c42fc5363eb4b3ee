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
