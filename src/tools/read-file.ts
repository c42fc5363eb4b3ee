import type { ToolOutput } from "../chat/tools.ts";
import { textArgument } from "./text-argument.ts";
import { errorOutput, textOutput } from "./tool-output.ts";
import type { Tool } from "./tool.ts";
import { PathRefusal, readInside, type WorkingFolder } from "./working-files.ts";

/** UTF-16 units of a result; what follows is read by another call. */
const maxText = 40_000;

/** Reads a text file in the working folder. */
export function readFileTool(at: WorkingFolder): Tool {
  const { folder } = at;
  return {
    definition: {
      name: "read_file",
      description: "Read a text file in the working folder. Long files come in parts: read on with start_line.",
      parameters: {
        type: "object",
        properties: {
          path: { type: "string", description: "Relative to the working folder" },
          start_line: { type: "integer", minimum: 1, description: "First line, from 1 (default 1)" },
          end_line: { type: "integer", minimum: 1, description: "Last line (default: the end)" },
        },
        required: ["path"],
        additionalProperties: false,
      },
    },
    origin: { kind: "built-in", source: "", identity: folder },
    approval: "ask",
    describe: () => folder,
    run: async ({ path, start_line: start, end_line: end }) =>
      await refusing(() => {
        const text = readInside(at, textArgument(path));
        return textOutput(part(text, lineOf(start, 1), lineOf(end, Infinity)));
      }),
  };
}

/** What the work gives, or why the path was refused. */
export async function refusing(work: () => ToolOutput | Promise<ToolOutput>): Promise<ToolOutput> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PathRefusal) return errorOutput(error.message);
    throw error;
  }
}

function lineOf(value: unknown, otherwise: number): number {
  return typeof value === "number" && value >= 1 ? Math.floor(value) : otherwise;
}

/** Whole lines as far as there is room, and which ones they are where they are not all. */
function part(text: string, start: number, end: number): string {
  if (text === "") return "The file is empty.";
  const lines = text.split(/(?<=\n)/u);
  const wanted = lines.slice(start - 1, end);
  if (wanted.length === 0) return `The file has ${lines.length} lines.`;
  let length = 0;
  const cut = wanted.findIndex((line) => (length += line.length) > maxText);
  // A line that is longer alone is cut in its middle, as any result.
  const given = cut === -1 ? wanted : wanted.slice(0, Math.max(1, cut));
  if (given.length === lines.length) return given.join("");
  return `${given.join("").replace(/\n$/u, "")}\n[Lines ${start} to ${start + given.length - 1} of ${lines.length}]`;
}
