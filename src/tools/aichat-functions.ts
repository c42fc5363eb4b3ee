import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { ToolOutput } from "../chat/tools.ts";
import { systemReason } from "../errors.ts";
import { readRegular } from "../files.ts";
import { decodeText } from "../text-encoding.ts";
import type { Tool, ToolContext } from "./tool.ts";
import { shownCommand } from "./executable.ts";
import { answerIn, answerOf } from "./tool-answer.ts";
import { errorOutput } from "./tool-output.ts";
import { runProcess } from "./tool-process.ts";

/** Bytes of a table of functions, and of an answer. */
const maxBytes = 8 * 1024 * 1024;

/** Seconds; aichat has no limit. */
const timeout = 120;

/** What the functions of a folder are run with. */
export interface AichatFolder {
  /** Has `functions.json`, and executables in `bin`. */
  readonly path: string;
  readonly variables: Readonly<Record<string, string>>;
  /** The working folder. */
  readonly folder: string;
}

/**
 * The functions of a folder of aichat: `functions.json` describes them, `bin/<name>` gets the arguments as JSON in its last argument
 * and writes its answer to the file `$LLM_OUTPUT` (github.com/sigoden/aichat, src/function.rs).
 *
 * @throws the system's error; a `SyntaxError` for what is no JSON; a `TypeError` for JSON of another form
 */
export function aichatTools(at: AichatFolder): Tool[] {
  const entries: unknown = JSON.parse(readRegular(join(at.path, "functions.json"), { maxBytes }).toString("utf8"));
  if (!Array.isArray(entries)) throw new TypeError("functions.json: [{name, description, parameters}]");
  return entries.flatMap((entry: unknown) => toolOf(at, entry) ?? []);
}

function toolOf(at: AichatFolder, entry: unknown): Tool | null {
  const { name, description, parameters, agent } = (entry ?? {}) as Record<string, unknown>;
  // A function of one of its agents is run in another way.
  if (agent === true) return null;
  if (typeof name !== "string" || typeof description !== "string") {
    throw new TypeError("functions.json: [{name, description, parameters}]");
  }
  const program = join(at.path, "bin", name);
  return {
    definition: { name, description, parameters: (parameters ?? emptyObject) as Record<string, unknown> },
    origin: { kind: "aichat", source: at.path, identity: program },
    approval: "ask",
    describe: (args) => `${shownCommand([program, JSON.stringify(args)])}\n${at.folder}`,
    run: async (args, context) => await runFunction(at, [program, JSON.stringify(args)], context),
  };
}

const emptyObject = { type: "object", properties: {} };

async function runFunction(
  { path, folder, variables }: AichatFolder,
  command: readonly string[],
  { signal, onProgress }: ToolContext,
): Promise<ToolOutput> {
  const made = mkdtempSync(join(tmpdir(), "deepseek-chat-"));
  try {
    const output = join(made, "output");
    const paths = [join(path, "bin"), variables["PATH"] ?? ""].filter((each) => each !== "").join(delimiter);
    const own = { ...variables, PATH: paths, LLM_OUTPUT: output };
    const ended = await runProcess({ command, folder, variables: own, input: "", timeout, signal, onProgress });
    const succeeded = ended.end.type === "exit" && ended.end.code === 0;
    const written = succeeded ? writtenAt(output) : null;
    if (written === null) return answerOf(ended, timeout);
    return written.error === null
      ? answerIn(written.text)
      : errorOutput(`Its answer can't be read (${written.error}).`);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

/** The answer in a file; null where the file is missing or empty. */
function writtenAt(path: string): { readonly text: string; readonly error: string | null } | null {
  try {
    const bytes = readRegular(path, { maxBytes, noLinks: true });
    const read = decodeText(bytes);
    if (typeof read === "string") return { text: "", error: read };
    return read.text === "" ? null : { text: read.text, error: null };
  } catch (error) {
    const reason = systemReason(error);
    return reason === "ENOENT" ? null : { text: "", error: reason };
  }
}
