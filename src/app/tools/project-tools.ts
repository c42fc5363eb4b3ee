import { createHash } from "node:crypto";
import { relative, resolve } from "node:path";
import { commandWords } from "../../config/key-command.ts";
import { isToolFile, parseToolFile, readToolFile } from "../../config/tool-file.ts";
import type { ToolEntry } from "../../config/tool-entries.ts";
import { type AppError, asAppError } from "../../errors.ts";
import { nearPath, readRegular } from "../../files.ts";
import { decodeText } from "../../text-encoding.ts";
import { shownCommand } from "../../tools/executable.ts";
import { errorOutput } from "../../tools/tool-output.ts";
import type { Tool } from "../../tools/tool.ts";
import type { Engine } from "../engine.ts";
import { executableOf, programPath, toolFilesIn } from "./own-tools.ts";
import { projectToolFolder } from "./tool-folders.ts";
import type { SourcedTools } from "./sourced-tools.ts";

/** Bytes of a program. */
const maxBytes = 64 * 1024 * 1024;

/** A project's tool, and what of the project it consists of. */
interface ProjectEntry {
  readonly name: string;
  readonly path: string;
  readonly text: string;
  readonly entry: ToolEntry;
  /** Files of the project that its command names. */
  readonly programs: readonly string[];
}

/**
 * The tools of the working directory's `tools/`: used only after a person approved these very files, with the programs of the project
 * that their commands name. They are always asked for.
 */
export async function projectTools(engine: Engine): Promise<SourcedTools> {
  const folder = projectToolFolder(engine);
  const entries: ProjectEntry[] = [];
  const failures: AppError[] = [];
  for (const { name, path } of toolFilesIn(folder)) {
    try {
      const text = readToolFile(path);
      if (!(await isToolFile(text))) continue;
      const entry = await parseToolFile(path, text);
      entries.push({ name, path, text, entry, programs: programsOf(engine, folder, entry) });
    } catch (error) {
      failures.push(asAppError(error));
    }
  }
  if (entries.length === 0) return { tools: [], failures };
  const contents = new Map(entries.map((each) => [each, contentOf(engine, each)]));
  const isApproved = await engine.trust.approves({
    kind: "tools",
    path: folder,
    content: [...contents.values()].join("\n"),
    summary: entries.map(({ name, entry }) => `${name}: ${shownCommand(commandWords(entry.command))}`).join("\n"),
  });
  return { tools: isApproved ? [...contents].map(([each, content]) => toolOf(engine, each, content)) : [], failures };
}

function toolOf(engine: Engine, project: ProjectEntry, content: string): Tool {
  const { name, path, entry } = project;
  const folder = projectToolFolder(engine);
  // Nothing is put into its values: they could name the person's keys.
  const tool = executableOf(engine, name, entry, { kind: "folder", source: path, folder, env: entry.env ?? {} });
  const identity = createHash("sha256").update(content).digest("hex");
  return {
    ...tool,
    origin: { ...tool.origin, identity },
    approval: "ask",
    async run(args, context) {
      // The model may have changed them meanwhile, with another tool.
      if (contentOf(engine, project) === content) return await tool.run(args, context);
      return errorOutput("The files of this tool have changed since they were approved; it was not run.");
    },
  };
}

/** The files of the project that a command names: the program, and arguments such as a script. */
function programsOf({ workingFolder }: Engine, folder: string, { command }: ToolEntry): string[] {
  const [program = "", ...words] = commandWords(command);
  const named = [programPath(program, folder), ...words].map((word) => resolve(workingFolder, word));
  return [...new Set(named)].filter((path) => nearPath(workingFolder, path) !== null && digestOf(path) !== null);
}

/** All that a tool consists of, as a person reads it. */
function contentOf({ workingFolder }: Engine, { path, text, programs }: ProjectEntry): string {
  const heading = (file: string) => `# ${relative(workingFolder, file)}`;
  const files = programs.map((file) => {
    const found = digestOf(file);
    return found === null ? heading(file) : `${heading(file)} (SHA-256 ${found.digest})\n${found.text ?? ""}`;
  });
  return [`${heading(path)}\n${text}`, ...files].join("\n");
}

/** A file's digest, and its text where it is one; null where it cannot be read. */
function digestOf(path: string): { readonly digest: string; readonly text: string | null } | null {
  try {
    const bytes = readRegular(path, { maxBytes });
    const read = decodeText(bytes);
    return {
      digest: createHash("sha256").update(bytes).digest("hex"),
      text: typeof read === "string" ? null : read.text,
    };
  } catch {
    return null;
  }
}
