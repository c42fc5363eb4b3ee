import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { decodeText } from "../text-encoding.ts";
import { findProgram } from "./programs.ts";
import { sanitize } from "./sanitize.ts";
import type { Terminal } from "./terminal.ts";

interface Copier {
  readonly command: readonly [string, ...string[]];
  /** UTF-8 where absent. clip.exe takes bytes without a mark for the system's code page. */
  readonly encode?: (text: string) => Buffer;
}

/** Programs that put stdin into the clipboard; the first that is there does it. */
const copiers: readonly Copier[] = [
  { command: ["pbcopy"] },
  { command: ["wl-copy"] },
  { command: ["xclip", "-selection", "clipboard"] },
  { command: ["xsel", "--clipboard", "--input"] },
  { command: ["clip.exe"], encode: (text) => Buffer.from(`\uFEFF${text}`, "utf16le") },
];

/** Otherwise Windows PowerShell writes to a pipe in the system's code page. */
const pasteScript = "[Console]::OutputEncoding = New-Object Text.UTF8Encoding $false; Get-Clipboard -Raw";

/** Programs that print the clipboard. */
const pasters: readonly (readonly [string, ...string[]])[] = [
  ["pbpaste"],
  // Without a type it also prints pictures, and the HTML around them.
  ["wl-paste", "--no-newline", "--type", "text/plain;charset=utf-8"],
  ["wl-paste", "--no-newline", "--type", "text/plain"],
  ["wl-paste", "--no-newline", "--type", "UTF8_STRING"],
  ["xclip", "-selection", "clipboard", "-o"],
  ["xsel", "--clipboard", "--output"],
  ["powershell.exe", "-NoProfile", "-Command", pasteScript],
];

/** What such a program finds around it: it needs no keys, and some stay to serve what was copied. */
type ClipboardVariables = Readonly<Record<string, string | undefined>>;

/** Timeout of such a program in milliseconds; without a display some never exit. */
const programTimeout = 2000;
/** PowerShell needs a while to start. */
const slowTimeout = 10_000;
/** Bytes; terminals drop longer OSC 52 sequences. */
const longestSequence = 74_994;

/**
 * Copies a text by a program of the system, and by the terminal itself (OSC 52), which also reaches over SSH. The sequence
 * carries base64 alone, so nothing in the text can control the terminal; and what is copied is what the screen shows of it, so
 * that nothing in it acts where it is pasted.
 *
 * @returns what was copied
 */
export async function copyText(terminal: Terminal, text: string, env: ClipboardVariables): Promise<string> {
  const shown = sanitize(text);
  const encoded = Buffer.from(shown).toString("base64");
  if (terminal.errIsTerminal && terminal.capable && encoded.length <= longestSequence) {
    terminal.err(`\u001B]52;c;${encoded}\u0007`);
  }
  for (const { command, encode } of copiers) {
    if (await fed(command, encode?.(shown) ?? Buffer.from(shown), env)) break;
  }
  return shown;
}

async function fed(
  [name, ...args]: readonly [string, ...string[]],
  bytes: Buffer,
  env: ClipboardVariables,
): Promise<boolean> {
  const command = findProgram(name, env);
  if (command === null) return false;
  const child = spawn(command, args, { stdio: ["pipe", "ignore", "ignore"], timeout: programTimeout, env });
  child.stdin.on("error", () => {});
  child.stdin.end(bytes);
  try {
    const [code] = await once(child, "close");
    return code === 0;
  } catch {
    return false;
  }
}

/**
 * The clipboard's text; null where no program of the system can read it.
 *
 * @param locale for what a program prints in another encoding all the same
 * @param signal ends the reading
 */
export async function pastedText(env: ClipboardVariables, locale: string, signal: AbortSignal): Promise<string | null> {
  const run = promisify(execFile);
  /** The program that was killed because it did not end in time; its other calls are left out. */
  let unresponsive = "";
  for (const [name, ...args] of pasters) {
    const command = name === unresponsive || signal.aborted ? null : findProgram(name, env);
    if (command === null) continue;
    const timeout = name === "powershell.exe" ? slowTimeout : programTimeout;
    const options = { timeout, maxBuffer: 64 * 1024 * 1024, env, encoding: "buffer", signal } as const;
    try {
      const { stdout } = await run(command, args, options);
      const decoded = decodeText(stdout, locale);
      const text = typeof decoded === "string" ? stdout.toString("utf8") : decoded.text;
      // PowerShell ends it with a line break of its own.
      return name === "powershell.exe" ? text.replace(/\r?\n$/u, "") : text;
    } catch (error) {
      // Not on this system; the next one may be.
      if ((error as { readonly killed?: boolean }).killed === true) unresponsive = name;
    }
  }
  return null;
}
