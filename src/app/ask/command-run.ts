import { spawn } from "node:child_process";
import { once } from "node:events";
import { shellOf } from "../../config/roles/host-variables.ts";
import { withoutKeys } from "../../config/variables.ts";
import { systemReason } from "../../errors.ts";
import { takeInterrupts } from "../../terminal/interrupts.ts";
import { askText, choose } from "../../terminal/prompts.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { editText } from "../external-editor.ts";

type CommandEngine = Pick<Engine, "environment" | "keyPlaces" | "stop">;

/**
 * Offers to run a command that a model wrote and that is on the screen: as it is, edited, or not at all. One that looks different from what
 * it is is not offered.
 *
 * @throws AppError `interrupted`; as `editText`
 */
export async function offerCommand(engine: CommandEngine, console: Console, command: string): Promise<void> {
  const { terminal } = console;
  const words = console.words.roles.command;
  for (let current = command; ;) {
    if (sanitize(current) !== current) return terminal.warn(words.disguised);
    const choice = await choose(
      words.question,
      [
        { value: "run", name: words.run } as const,
        { value: "edit", name: words.edit } as const,
        { value: "leave", name: words.leave } as const,
      ],
      "leave",
    );
    if (choice === "leave") return;
    if (choice === "run") return await runCommand(engine, console, current);
    current = await edited(engine, console, current);
    if (current === "") return;
    terminal.report(sanitize(current));
  }
}

/** One line is edited in its place, several in the person's editor. */
async function edited(engine: CommandEngine, console: Console, command: string): Promise<string> {
  if (command.includes("\n")) return (await editText(engine, console, command, "command.sh"))?.trim() ?? "";
  return await askText("$", { initial: command, hidden: () => false, problem: () => null });
}

/** Runs a command in the person's shell on this terminal, without keys in its environment. */
async function runCommand({ environment, keyPlaces }: CommandEngine, console: Console, command: string): Promise<void> {
  const { terminal, words } = console;
  const shell = shellOf(environment.variables);
  const env = withoutKeys(environment.variables, keyPlaces.keyVariables);
  const args = process.platform === "win32" ? ["/d", "/s", "/c", `"${command}"`] : ["-c", command];
  // Ctrl-C belongs to the command as long as it runs: it reaches both.
  const release = takeInterrupts(() => {});
  try {
    const child = spawn(shell, args, { stdio: "inherit", env, windowsVerbatimArguments: true });
    const [code, signal] = (await once(child, "close")) as [number | null, string | null];
    if (code !== 0) terminal.warn(words.roles.command.ended({ ended: String(code ?? signal) }));
  } catch (error) {
    terminal.warn(sanitize(words.roles.command.ended({ ended: systemReason(error) })));
  } finally {
    release();
  }
}
