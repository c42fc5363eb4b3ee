import type { ToolDefinition } from "../chat/tool-definition.ts";
import type { Tool, ToolOrigin } from "./tool.ts";
import { answerOf } from "./tool-answer.ts";
import { runProcess } from "./tool-process.ts";

/** A program that a model may call, with all that it is run with. */
export interface ExecutableEntry {
  readonly definition: ToolDefinition;
  readonly origin: ToolOrigin;
  readonly approval: Tool["approval"];
  /** The program, where one is named by a path an absolute one, and its arguments. */
  readonly command: readonly string[];
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly timeout: number;
}

/** A tool that gets its arguments as JSON on stdin and answers on stdout. */
export function executableTool(entry: ExecutableEntry): Tool {
  const { definition, origin, approval, command, folder, variables, timeout } = entry;
  return {
    definition,
    origin,
    approval,
    describe: () => `${shownCommand(command)}\n${folder}`,
    async run(args, { signal, onProgress }) {
      const input = JSON.stringify(args);
      return answerOf(await runProcess({ command, folder, variables, input, timeout, signal, onProgress }), timeout);
    },
  };
}

/** A command as it would be typed. */
export function shownCommand(command: readonly string[]): string {
  const words = command.map((word) => (/^[\w@%+=:,./\\-]+$/u.test(word) ? word : JSON.stringify(word)));
  return words.join(" ");
}
