import { AppError } from "../../errors.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { Host, PromptOffer } from "../host.ts";
import type { SlashOutcome } from "./command.ts";
import { askValues } from "./role.ts";

/**
 * Runs `/server:prompt argument…`: what the server makes of it is asked. Arguments stand in the order in which the server lists
 * them, or as `name=value`; the last one takes the rest of the line.
 *
 * @returns null where no server that is ready has such a prompt
 * @throws AppError `usage` for an argument that is missing off a terminal; `mcp_failed`
 */
export async function runServerPrompt(host: Host, name: string, argument: string): Promise<SlashOutcome | null> {
  const { servers } = host;
  const prompt = await interruptible(host, (signal) => servers.findPrompt(name, signal));
  if (prompt === null) return null;
  const values = await completed(host, prompt, argumentsIn(prompt, argument));
  return { ask: await interruptible(host, (signal) => servers.prompt(name, values, signal)) };
}

/** Ctrl-C ends the waiting. */
export async function interruptible<Result>(
  { lines }: Pick<Host, "lines">,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const release = lines.hold(() => controller.abort());
  try {
    return await work(controller.signal);
  } finally {
    release();
  }
}

/** The values of a line by their names. */
function argumentsIn({ arguments: expected }: PromptOffer, line: string): Record<string, string> {
  const values: Record<string, string> = {};
  let rest = line.trim();
  while (rest !== "") {
    const named = /^([^\s=]+)=(?:"([^"]*)"|(\S*))\s*/u.exec(rest);
    if (named !== null && expected.some(({ name }) => name === named[1])) {
      values[named[1]!] = named[2] ?? named[3] ?? "";
      rest = rest.slice(named[0].length);
      continue;
    }
    const open = expected.filter(({ name }) => values[name] === undefined);
    if (open[0] === undefined) break;
    const word = open.length === 1 ? rest : /^\S+/u.exec(rest)![0];
    values[open[0].name] = word;
    rest = rest.slice(word.length).trimStart();
  }
  return values;
}

/** Values that are needed and missing are asked for. */
async function completed(
  host: Host,
  { name, arguments: expected }: PromptOffer,
  given: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const missing = expected.filter((each) => each.required && !given[each.name]).map((each) => each.name);
  if (missing.length > 0 && !host.terminal.interactive) {
    const names = missing.map((each) => `${sanitize(each)}=…`).join(" ");
    throw new AppError("usage", { message: host.words.mcp.promptNeeds({ prompt: `/${sanitize(name)}`, names }) });
  }
  return { ...given, ...(await askValues(host, missing)) };
}
