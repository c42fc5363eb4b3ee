import { fileURLToPath } from "node:url";
import type { HostSettings } from "./editor-host.ts";
import { openTerminal, type PtyTerminal, type TerminalOptions } from "./pty.ts";

const host = fileURLToPath(new URL("editor-host.ts", import.meta.url));

/** The arguments of Node for a program around the line editor. */
export function hostArguments(settings: HostSettings = {}): string[] {
  return [host, JSON.stringify(settings)];
}

/** The line editor in a terminal, with its first prompt shown. */
export async function openEditor(
  settings: HostSettings = {},
  options: Omit<TerminalOptions, "args" | "command"> = {},
): Promise<PtyTerminal> {
  const terminal = openTerminal({ cols: 40, rows: 12, ...options, args: hostArguments(settings) });
  await terminal.until(settings.prompt ?? "> ");
  return terminal;
}

/** What the program said it got, oldest first. */
export function answers(terminal: PtyTerminal): string[] {
  return Array.from(terminal.raw.matchAll(/got (".*")\r/g), ([, json]) => JSON.parse(json ?? "null") as string);
}
