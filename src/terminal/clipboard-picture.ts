import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findProgram } from "./programs.ts";

type ClipboardVariables = Readonly<Record<string, string | undefined>>;

/** What became of reading a picture. `remote`: over SSH, where the clipboard is another machine's. */
export type ClipboardPicture =
  | { readonly kind: "picture"; readonly bytes: Buffer }
  | { readonly kind: "none" | "too_large" | "unreadable" | "remote" };

/** Runs the program with these arguments; gives what it printed. */
type Run = (...args: string[]) => Promise<Buffer>;

interface PictureReader {
  readonly program: string;
  readonly fits: (system: string, variables: ClipboardVariables) => boolean;
  /** Null where there is no picture. */
  readonly read: (run: Run) => Promise<Buffer | null>;
}

/** Forms that the services take, the best first. */
const forms = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/** Windows PowerShell 5.1: text alone passes its pipes unharmed, so the picture comes as base64. */
const pictureScript = [
  "$picture = Get-Clipboard -Format Image",
  "if ($null -eq $picture) { exit 1 }",
  "Add-Type -AssemblyName System.Drawing",
  "$bytes = New-Object System.IO.MemoryStream",
  "$picture.Save($bytes, [System.Drawing.Imaging.ImageFormat]::Png)",
  "[Convert]::ToBase64String($bytes.ToArray())",
].join("; ");

/** The first available one that returns a picture is used. */
const readers: readonly PictureReader[] = [
  {
    program: "pngpaste",
    fits: (system) => system === "darwin",
    read: (run) => run("-"),
  },
  {
    program: "osascript",
    fits: (system) => system === "darwin",
    async read(run) {
      // It prints the bytes as `«data PNGf89504E47…»`.
      const printed = await run("-e", "the clipboard as «class PNGf»");
      const [, hex] = /PNGf([\dA-F]+)/iu.exec(printed.toString("latin1")) ?? [];
      return hex === undefined ? null : Buffer.from(hex, "hex");
    },
  },
  {
    program: "powershell.exe",
    // Linux programs under Windows get pictures as BMP alone.
    fits: (system, variables) => system === "win32" || Boolean(variables["WSL_DISTRO_NAME"]),
    async read(run) {
      const printed = await run("-NoProfile", "-Command", pictureScript);
      return Buffer.from(printed.toString("latin1"), "base64");
    },
  },
  {
    program: "wl-paste",
    fits: (_, variables) => Boolean(variables["WAYLAND_DISPLAY"]),
    async read(run) {
      const form = formIn(await run("--list-types"));
      return form === null ? null : await run("--no-newline", "--type", form);
    },
  },
  {
    program: "xclip",
    fits: (_, variables) => Boolean(variables["DISPLAY"]),
    async read(run) {
      const form = formIn(await run("-selection", "clipboard", "-t", "TARGETS", "-o"));
      return form === null ? null : await run("-selection", "clipboard", "-t", form, "-o");
    },
  },
];

/** The form to ask for, of those that a list names one a line; null where none is a picture. */
function formIn(list: Buffer): string | null {
  const named = list.toString("latin1").split(/\r?\n/u);
  return forms.find((form) => named.includes(form)) ?? named.find((form) => /^image\/[\w.+-]+$/u.test(form)) ?? null;
}

/** Timeouts of such a program in milliseconds; PowerShell starts slowly. */
const programTimeout = 5000;
const slowTimeout = 15_000;

/**
 * The picture in the clipboard, in whatever form it is there, by a program of the system.
 *
 * @param variables the environment for such a program
 * @param maxBytes a larger picture is refused
 * @param signal ends the reading
 * @param system default: this one, as `process.platform` has it
 */
export async function pastedPicture(
  variables: ClipboardVariables,
  maxBytes: number,
  signal: AbortSignal,
  system: string = process.platform,
): Promise<ClipboardPicture> {
  const overSsh = Boolean(variables["SSH_CONNECTION"] || variables["SSH_TTY"]);
  if (overSsh && !variables["DISPLAY"] && !variables["WAYLAND_DISPLAY"]) return { kind: "remote" };
  let answered = false;
  for (const { program, fits, read } of readers) {
    const command = fits(system, variables) && !signal.aborted ? findProgram(program, variables) : null;
    if (command === null) continue;
    try {
      const bytes = await read(runner(command, variables, maxBytes, signal));
      if (bytes !== null && bytes.length > maxBytes) return { kind: "too_large" };
      if (bytes !== null && bytes.length > 0) return { kind: "picture", bytes };
      answered = true;
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return { kind: "too_large" };
      // With an exit code it says that there is no picture; without one it is not there, or took too long.
      if (typeof code === "number") answered = true;
    }
  }
  return { kind: answered ? "none" : "unreadable" };
}

function runner(command: string, env: ClipboardVariables, maxBytes: number, signal: AbortSignal): Run {
  const timeout = /powershell/iu.test(command) ? slowTimeout : programTimeout;
  // In hexadecimal digits a picture takes twice its bytes.
  const options = { timeout, maxBuffer: 2 * maxBytes + 1024, env, encoding: "buffer", signal } as const;
  return async (...args) => (await promisify(execFile)(command, args, options)).stdout;
}
