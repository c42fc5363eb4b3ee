import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withoutKeys } from "../config/environment.ts";
import { AppError, systemReason } from "../errors.ts";
import type { App } from "./app.ts";

/**
 * Opens a file in the person's own editor, `$VISUAL` or `$EDITOR`, on this terminal, until it is closed. Keys are taken out of
 * the editor's environment: it needs none.
 *
 * @throws AppError `usage` where no editor is named or it cannot be run
 */
export async function editFile(app: App, path: string): Promise<void> {
  const { variables } = app.environment;
  const editor = variables["VISUAL"] || variables["EDITOR"];
  if (!editor) throw new AppError("usage", { message: app.words.tables.noEditor });
  const [command = "", ...words] = editor.trim().split(/\s+/u);
  const env = withoutKeys(variables, app.keyPlaces.keyVariables);
  const child = spawn(command, [...words, path], { stdio: "inherit", env, shell: process.platform === "win32" });
  const [code] = await once(child, "close").catch((error: unknown) => {
    throw new AppError("usage", { message: `${command}: ${systemReason(error)}.` }, { cause: error });
  });
  if (code !== 0) throw new AppError("usage", { message: `${command}: ${String(code)}.` });
}

/** Opens a text in the person's own editor and gives back what became of it, without the newline that editors add. */
export async function editText(app: App, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "deepseek-chat-"));
  const path = join(folder, "question.md");
  try {
    await writeFile(path, text, { mode: 0o600 });
    await editFile(app, path);
    return (await readFile(path, "utf8")).replace(/\r?\n$/u, "");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
