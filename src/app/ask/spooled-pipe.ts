import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sanitize } from "../../terminal/sanitize.ts";
import type { Console } from "../console.ts";
import { readInput } from "../conversation/input-file.ts";

/** Bytes of a pipe that are kept: as much as of one conversation's text. */
const maxBytes = 256 * 1024 * 1024;

/** A file that can be read more than once. */
interface Spooled extends Disposable {
  readonly path: string;
}

/**
 * The file itself; of a pipe, as a shell's `<(command)`, a private copy that is gone when it is disposed of.
 *
 * @param name what errors call it
 * @throws AppError `input_unreadable`; `interrupted`
 */
export async function spooled(stop: AbortSignal, console: Console, path: string, name: string): Promise<Spooled> {
  if (statSync(path, { throwIfNoEntry: false })?.isFIFO() !== true) return { path, [Symbol.dispose]() {} };
  const { terminal, words } = console;
  const onSilence = () => terminal.say(words.attachments.waitingForPipe({ name: sanitize(name) }));
  const bytes = await readInput(path, { name, maxBytes, stop, onSilence });
  const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-"));
  const copy = join(folder, "input");
  writeFileSync(copy, bytes, { mode: 0o600, flag: "wx" });
  return { path: copy, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
