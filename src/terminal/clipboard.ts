import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import type { Terminal } from "./terminal.ts";

/** Programs that put stdin into the clipboard, and that print it; the first that is there does it. */
const copiers: readonly (readonly [string, ...string[]])[] = [
  ["pbcopy"],
  ["wl-copy"],
  ["xclip", "-selection", "clipboard"],
  ["xsel", "--clipboard", "--input"],
  ["clip.exe"],
];
const pasters: readonly (readonly [string, ...string[]])[] = [
  ["pbpaste"],
  ["wl-paste", "--no-newline"],
  ["xclip", "-selection", "clipboard", "-o"],
  ["xsel", "--clipboard", "--output"],
  ["powershell.exe", "-NoProfile", "-Command", "Get-Clipboard -Raw"],
];

/** What such a program finds around it: it needs no keys, and some stay to serve what was copied. */
type Variables = Readonly<Record<string, string | undefined>>;

/** Milliseconds such a program may take; without a display some wait for ever. */
const patience = 2000;
/** Bytes; terminals drop longer OSC 52 sequences. */
const longestSequence = 74_994;

/**
 * Copies a text by a program of the system, and by the terminal itself (OSC 52), which also reaches over SSH. The sequence
 * carries base64 alone, so nothing in the text can control the terminal.
 */
export async function copyText(terminal: Terminal, text: string, env: Variables): Promise<void> {
  const encoded = Buffer.from(text).toString("base64");
  if (terminal.errIsTerminal && terminal.capable && encoded.length <= longestSequence) {
    terminal.err(`\u001B]52;c;${encoded}\u0007`);
  }
  for (const [command, ...args] of copiers) {
    if (await fed(command, args, text, env)) return;
  }
}

async function fed(command: string, args: readonly string[], text: string, env: Variables): Promise<boolean> {
  const child = spawn(command, args, { stdio: ["pipe", "ignore", "ignore"], timeout: patience, env });
  child.stdin.on("error", () => {});
  child.stdin.end(text);
  try {
    const [code] = await once(child, "close");
    return code === 0;
  } catch {
    return false;
  }
}

/** The clipboard's text; null where no program of the system can read it. */
export async function pastedText(env: Variables): Promise<string | null> {
  const run = promisify(execFile);
  for (const [command, ...args] of pasters) {
    try {
      return (await run(command, args, { timeout: patience, maxBuffer: 64 * 1024 * 1024, env })).stdout;
    } catch {
      // Not on this system; the next one may be.
    }
  }
  return null;
}
