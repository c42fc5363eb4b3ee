import { spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withoutKeys } from "../config/variables.ts";
import { AppError, systemReason } from "../errors.ts";
import { takeInterrupts } from "../terminal/interrupts.ts";
import { findProgram } from "../terminal/programs.ts";
import { decodeText, localeOf } from "../text-encoding.ts";
import type { Console } from "./console.ts";
import type { Engine, ProgramContext } from "./engine.ts";
import type { EditedFile } from "../repl/host.ts";
import { maxInputBytes, readInput } from "./conversation/input-file.ts";

/**
 * Opens a file in the person's own editor, `$VISUAL` or `$EDITOR`, on this terminal, until it is closed. As with git, the value
 * is a command of the shell: quotes and blanks mean there what they mean here. Keys are taken out of the editor's environment:
 * it needs none.
 *
 * @throws AppError `not_possible` where no editor is named; `editor_failed` where it cannot be run or ends with a failure
 */
export async function editFile(engine: ProgramContext, console: Console, path: string): Promise<void> {
  const { variables } = engine.environment;
  const editor = (variables["VISUAL"] || variables["EDITOR"] || "").trim();
  if (editor === "") throw new AppError("not_possible", { message: console.words.tables.noEditor });
  const env = withoutKeys(variables, engine.keyPlaces.keyVariables);
  const { command, args, verbatim } = commandLine(editor, path, variables);
  const options: SpawnOptions = { stdio: "inherit", env, windowsVerbatimArguments: verbatim };
  // Ctrl-C belongs to the editor as long as it runs: it reaches both.
  const release = takeInterrupts(() => {});
  const child = spawn(command, args, options);
  const [code, signal] = (await once(child, "close")
    .catch((error: unknown) => {
      throw new AppError("editor_failed", { editor, ended: null }, { cause: error });
    })
    .finally(release)) as [number | null, string | null];
  // What a shell says of a command that it cannot run.
  if (code === 126 || code === 127) throw new AppError("editor_failed", { editor, ended: null });
  if (code !== 0) throw new AppError("editor_failed", { editor, ended: String(code ?? signal) });
}

interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
  /** Whether the arguments are quoted already, for Windows. */
  readonly verbatim: boolean;
}

/**
 * How an editor is run.
 *
 * @param editor the value of the variable
 * @param windows default: this system
 */
export function commandLine(
  editor: string,
  path: string,
  variables: Readonly<Record<string, string | undefined>>,
  windows = process.platform === "win32",
): CommandLine {
  // An unquoted path with blanks, verbatim.
  if (statSync(editor, { throwIfNoEntry: false })?.isFile() === true) {
    return windows ? onWindows(editor, [path], variables) : { command: editor, args: [path], verbatim: false };
  }
  if (!windows) return { command: "sh", args: ["-c", `${editor} "$@"`, editor, path], verbatim: false };
  const [name = "", ...words] = [...editor.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/gu)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? "",
  );
  return onWindows(findProgram(name, variables, true) ?? name, [...words, path], variables);
}

/** Only the shell of Windows runs scripts such as code.cmd; within quotes it leaves a path as it is. */
function onWindows(
  command: string,
  args: readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
): CommandLine {
  if (!/\.(?:cmd|bat)$/iu.test(command)) return { command, args, verbatim: false };
  const line = [command, ...args].map((word) => `"${word.replaceAll('"', "")}"`).join(" ");
  const shell = findProgram("cmd.exe", variables, true) ?? "cmd.exe";
  return { command: shell, args: ["/d", "/s", "/c", `"${line}"`], verbatim: true };
}

/**
 * Opens a text in the person's own editor.
 *
 * @param name of the file that the editor shows
 * @returns what became of it, without the newline that editors add; null where the editor left no file
 * @throws AppError as `editFile`; `storage_failed` where the text cannot be written to a file for it; `input_unreadable` where
 *   what it left is no text
 */
export async function editText(
  engine: ProgramContext & Pick<Engine, "stop">,
  console: Console,
  text: string,
  name: EditedFile,
): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), "deepseek-chat-")).catch(unwritten);
  const path = join(folder, name);
  try {
    await writeFile(path, text, { mode: 0o600 }).catch(unwritten);
    await editFile(engine, console, path);
    const bytes = await readInput(path, { name, maxBytes: maxInputBytes, stop: engine.stop }).catch(nothingLeft);
    if (bytes === null) return null;
    const decoded = decodeText(bytes, localeOf(engine.environment.variables));
    if (typeof decoded === "string") throw new AppError("input_unreadable", { path: name, reason: decoded });
    return decoded.text.replace(/\r?\n$/u, "");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function unwritten(error: unknown): never {
  throw new AppError("storage_failed", { path: tmpdir(), reason: systemReason(error) }, { cause: error });
}

function nothingLeft(error: unknown): null {
  if (error instanceof AppError && error.code === "input_unreadable") {
    if ((error as AppError<"input_unreadable">).details.reason === "ENOENT") return null;
  }
  throw error;
}
