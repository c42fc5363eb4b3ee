import { resolve } from "node:path";
import { AppError } from "../../errors.ts";
import type { ToolOutput } from "../../chat/tools.ts";
import { type FileMatches, type FileSearch, readPattern } from "../../tools/file-matches.ts";
import { refusing } from "../../tools/read-file.ts";
import { textArgument } from "../../tools/text-argument.ts";
import { errorOutput, textOutput } from "../../tools/tool-output.ts";
import type { Tool } from "../../tools/tool.ts";
import { isSecret, patternInside, shownPath, type WorkingFolder } from "../../tools/working-files.ts";
import { findFiles } from "../conversation/file-search.ts";
import type { Engine } from "../engine.ts";
import { beside } from "../worker/worker.ts";

const maxListed = 1000;
const maxSearched = 20_000;
const maxMatches = 200;
/** Seconds that a file may take, and a search. */
const fileTimeout = 5;
const searchTimeout = 60;

const place = {
  path: { type: "string", description: "Folder, relative to the working folder (default: the working folder)" },
  pattern: { type: "string", description: "Glob of files below it, e.g. **/*.ts (default: all)" },
} as const;

/** Where a model may look for files. */
export function workingFolderOf({ workingFolder: folder, folders }: Engine): WorkingFolder {
  return { folder, ownFiles: [folders.keyFile, folders.configFile] };
}

/** Lists files below the working folder. */
export function listFilesTool(engine: Engine): Tool {
  const { workingFolder: folder, stop } = engine;
  const at = workingFolderOf(engine);
  return {
    definition: {
      name: "list_files",
      description:
        "List files below a folder of the working folder, without hidden ones and those that .gitignore names.",
      parameters: { type: "object", properties: place, additionalProperties: false },
    },
    origin: { kind: "built-in", source: "", identity: folder },
    approval: "ask",
    describe: () => folder,
    run: async ({ path, pattern }, { signal }) =>
      await refusing(async () => {
        const found = await filesIn(at, path, pattern, maxListed, AbortSignal.any([stop, signal]));
        if (typeof found === "string") return errorOutput(found);
        const names = found.files.map((file) => shownPath(folder, file));
        const more = found.isCut ? [`[More than ${maxListed} files: name a folder or a pattern]`] : [];
        return textOutput([...names, ...more].join("\n") || "There are no files.");
      }),
  };
}

/** Searches files below the working folder by a regular expression, in bounded time. */
export function searchFilesTool(engine: Engine): Tool {
  const at = workingFolderOf(engine);
  const { folder } = at;
  return {
    definition: {
      name: "search_files",
      description:
        "Search the text files below a folder of the working folder for lines that match a regular expression.",
      parameters: {
        type: "object",
        properties: {
          regex: { type: "string", description: "Regular expression (JavaScript)" },
          ...place,
          ignore_case: { type: "boolean" },
        },
        required: ["regex"],
        additionalProperties: false,
      },
    },
    origin: { kind: "built-in", source: "", identity: folder },
    approval: "ask",
    describe: () => folder,
    run: async ({ regex, path, pattern, ignore_case: ignoresCase }, { signal }) =>
      await refusing(async () => {
        const stop = AbortSignal.any([engine.stop, signal]);
        const wanted = { pattern: textArgument(regex), ignoresCase: ignoresCase === true };
        const mistake = mistakeIn(wanted.pattern, wanted.ignoresCase);
        if (mistake !== null) return errorOutput(mistake);
        const found = await filesIn(at, path, pattern, maxSearched, stop);
        if (typeof found === "string") return errorOutput(found);
        const search = { ...at, files: found.files, ...wanted, max: maxMatches };
        return await matchesIn({ stop, thread: engine.thread }, search, found.isCut);
      }),
  };
}

function mistakeIn(pattern: string, ignoresCase: boolean): string | null {
  try {
    readPattern(pattern, ignoresCase);
    return pattern === "" ? "The regular expression is empty." : null;
  } catch (error) {
    return (error as Error).message;
  }
}

async function matchesIn(
  engine: Pick<Engine, "stop" | "thread">,
  search: FileSearch,
  hasMoreFiles: boolean,
): Promise<ToolOutput> {
  const slow = () => new AppError("slow_pattern", { pattern: search.pattern, seconds: fileTimeout });
  const bounds = { idleTimeout: fileTimeout, limit: searchTimeout, onSlow: slow, onMemory: slow };
  try {
    for await (const matches of beside(engine, "files", search, bounds))
      return textOutput(matchText(matches, hasMoreFiles));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const isSlow = error.code === "slow_pattern";
    return errorOutput(
      isSlow ? "The search took too long: use a simpler pattern, or fewer files." : "The search was stopped.",
    );
  }
  return textOutput("No matches.");
}

function matchText({ lines, isCut, searched }: FileMatches, hasMoreFiles: boolean): string {
  const notes = [
    ...(isCut ? [`[Only the first ${lines.length} matches]`] : []),
    ...(hasMoreFiles ? [`[Only the first ${maxSearched} files were searched]`] : []),
  ];
  const matches = lines.length === 0 ? [`No matches in ${searched} ${searched === 1 ? "file" : "files"}.`] : lines;
  return [...matches, ...notes].join("\n");
}

/** Files by name; a sentence where there are none to be had. */
async function filesIn(
  at: WorkingFolder,
  path: unknown,
  pattern: unknown,
  max: number,
  stop: AbortSignal,
): Promise<{ readonly files: readonly string[]; readonly isCut: boolean } | string> {
  const { folder } = at;
  const within = textArgument(path) || ".";
  const wanted = patternInside(at, within, textArgument(pattern));
  try {
    const { files, isCut } = await findFiles(wanted, folder, stop, { max, cuts: true });
    // Of a link to a file within, what it leads to may be a secret; reading looks at that once more.
    const named = files.filter(
      (file) => !isSecret(shownPath(folder, file)) && resolve(file).startsWith(resolve(folder)),
    );
    return { files: named, isCut };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { reason } = error.details as { reason?: string };
    if (reason === "no_match") return { files: [], isCut: false };
    return error.code === "interrupted"
      ? "The search was stopped."
      : `${within} can't be read (${reason ?? error.code}).`;
  }
}
