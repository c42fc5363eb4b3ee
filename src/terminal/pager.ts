import { spawn } from "node:child_process";
import { once } from "node:events";
import { stripVTControlCharacters } from "node:util";
import { takeInterrupts } from "./interrupts.ts";
import { findProgram } from "./programs.ts";
import type { Terminal } from "./terminal.ts";
import { displayWidth } from "./width.ts";

export interface Pager {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Shows a text, made harmless already, on the terminal: at once where there is room for it, else in the pager. Where that
 * cannot be run, or is null, the text is printed.
 *
 * @param always in the pager also where there is room for it
 * @returns whether the pager showed it
 */
export async function page(terminal: Terminal, text: string, pager: Pager | null, always: boolean): Promise<boolean> {
  const shown = pager === null || (!always && fits(terminal, text)) ? false : await paged(pager, text);
  if (!shown) terminal.out(text);
  return shown;
}

/** Shows a text, made harmless already, in the pager on the terminal that stderr is; where there is no pager it is printed there. */
export async function pageOnErr(terminal: Terminal, text: string, pager: Pager | null): Promise<void> {
  if (pager === null || !(await paged(pager, text, 2))) terminal.direct(`${text.replace(/\n$/u, "")}\n`);
}

function fits({ rows, columns }: Terminal, text: string): boolean {
  // The prompt of the shell takes a row too.
  let left = rows - 1;
  for (const line of text.replace(/\n$/u, "").split("\n")) {
    left -= Math.max(1, Math.ceil(displayWidth(stripVTControlCharacters(line)) / columns));
    if (left < 0) return false;
  }
  return true;
}

/**
 * True when it was shown: false where the pager could not be started.
 *
 * @param output the descriptor of the terminal that it is shown on
 */
async function paged({ command: name, args, env }: Pager, text: string, output: 1 | 2 = 1): Promise<boolean> {
  const command = findProgram(name, env);
  if (command === null) return false;
  // Ctrl-C belongs to the pager as long as it runs: it reaches both.
  const release = takeInterrupts(() => {});
  try {
    const child = spawn(command, args, { stdio: ["pipe", output, 2], env });
    // The pager may be quit before the end of the text.
    child.stdin?.on("error", () => {}).end(text);
    const [code] = (await once(child, "close")) as [number | null];
    // What a shell says of a command that is not there.
    return code !== 127;
  } catch {
    return false;
  } finally {
    release();
  }
}
