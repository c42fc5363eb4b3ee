import { textArgument } from "./text-argument.ts";
import { answerOf } from "./tool-answer.ts";
import { errorOutput } from "./tool-output.ts";
import { runProcess } from "./tool-process.ts";
import type { Tool } from "./tool.ts";

const defaultTimeout = 120;
const maxTimeout = 3600;

/** Runs a command line of the system's shell; it is asked for each time. */
export function runCommandTool(folder: string, variables: Readonly<Record<string, string>>): Tool {
  const shell = process.platform === "win32" ? "cmd.exe" : "sh";
  return {
    definition: {
      name: "run_command",
      description: `Run a command line (${shell}) in the working folder and get its output. The person sees it first and decides. No terminal, no input; commands that wait for either end with an error.`,
      parameters: {
        type: "object",
        properties: {
          command: { type: "string", description: "The command line" },
          timeout: { type: "number", description: `Seconds (default ${defaultTimeout}, at most ${maxTimeout})` },
        },
        required: ["command"],
        additionalProperties: false,
      },
    },
    origin: { kind: "built-in", source: "", identity: folder },
    approval: "always",
    describe: ({ command }) => `${textArgument(command)}\n${folder}`,
    async run({ command, timeout: wanted }, { signal, onProgress }) {
      if (typeof command !== "string" || command.trim() === "") return errorOutput("There is no command.");
      const timeout = typeof wanted === "number" && wanted > 0 ? Math.min(wanted, maxTimeout) : defaultTimeout;
      const words = shell === "sh" ? ["/bin/sh", "-c", command] : ["cmd.exe", "/d", "/s", "/c", `"${command}"`];
      const options = { command: words, folder, variables, input: "", timeout, signal, onProgress };
      return answerOf(await runProcess(options), timeout);
    },
  };
}
