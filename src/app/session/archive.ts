import { existsSync } from "node:fs";
import { basename, extname, resolve } from "node:path";
import { expandHome } from "../../config/home.ts";
import { AppError, asAppError } from "../../errors.ts";
import type { Archive, PartToExport } from "../../repl/host.ts";
import type { FormName } from "../../transcripts/export/form-names.ts";
import type { Searcher } from "../../transcripts/search/search.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { findEarlier } from "../library/resolve.ts";
import type { ChatSession } from "../conversation/chat-session.ts";
import { displayPath } from "../display-path.ts";
import { remind } from "./resume-notice.ts";

/**
 * Saved conversations, as the session reaches them.
 *
 * @param release lends the terminal to a picker
 */
export function archiveOf(engine: Engine, console: Console, dialogue: ChatSession, release: () => void): Archive {
  const resume = async (reference: string) => {
    const earlier = await findEarlier(engine, console, { kind: "named", reference });
    if (earlier === null) return;
    await dialogue.resume(earlier);
    await remind(engine, console, dialogue, earlier);
  };
  let searcher: Searcher | null = null;
  return {
    resume,
    async pick() {
      release();
      const { pickTranscript } = await import("../library/resolve.ts");
      return await pickTranscript(engine, console, dialogue.path);
    },
    async list() {
      const { listTranscripts } = await import("../../transcripts/store/read.ts");
      return await listTranscripts(engine.transcripts, engine.folders.cache);
    },
    async search(words) {
      const { openSearcher, search } = await import("../library/search.ts");
      searcher ??= engine.hold(openSearcher(engine, "often"));
      await search(engine, console, words, { json: false, limit: 10, role: null, since: null, regex: false }, searcher);
    },
    async find(words) {
      const { findInConversation } = await import("../library/find.ts");
      await findInConversation(engine, console, savedPath(console, dialogue), words);
    },
    async showTurn(turn) {
      const { showTurn } = await import("../library/find.ts");
      await showTurn(engine, console, savedPath(console, dialogue), turn);
    },
    saveTo(path) {
      const target = resolve(engine.workingFolder, expandHome(path));
      if (existsSync(target)) throw new AppError("output_exists", { path, inSession: true });
      dialogue.saveTo(target);
    },
    exportTo: (form, path, part) => exportCurrent(engine, console, dialogue, { form, path, ...part }),
    fork: (turns) => fork(engine, console, dialogue, turns),
  };
}

/** @param path null: named like the conversation, in the working directory */
async function exportCurrent(
  engine: Engine,
  console: Console,
  dialogue: ChatSession,
  { form, path, turns, thinking }: PartToExport & { readonly form: FormName; readonly path: string | null },
): Promise<void> {
  const { exportConversations } = await import("../library/export.ts");
  const saved = savedPath(console, dialogue);
  const output = path ?? freeName(engine.workingFolder, basename(saved, extname(saved)), form);
  try {
    const what = { references: [saved], all: false, form, output, force: false, turns, thinking };
    await exportConversations(engine, console, what);
  } catch (error) {
    if (asAppError(error).code !== "output_exists") throw error;
    throw new AppError("output_exists", { path: output, inSession: true }, { cause: error });
  }
}

/** `name.md`; `name-2.md` and so on where that is taken. */
function freeName(folder: string, stem: string, form: FormName): string {
  for (let copy = 1; ; copy++) {
    const name = `${stem}${copy === 1 ? "" : `-${copy}`}.${form}`;
    if (!existsSync(resolve(folder, name))) return name;
  }
}

/** Continues in a new file with the first turns, or all; gives its path. */
async function fork(
  engine: Pick<Engine, "stop" | "transcripts" | "workingFolder">,
  console: Console,
  dialogue: ChatSession,
  turns: number | null,
): Promise<string> {
  const saved = savedPath(console, dialogue);
  const { asked } = dialogue.conversation;
  const last = turns === null ? undefined : asked[turns - 1];
  if (turns !== null && last === undefined) {
    throw new AppError("not_possible", {
      message: console.words.session.noTurn({ turn: turns, turns: asked.length }),
    });
  }
  const [{ forkTranscript }, { readTranscript }] = await Promise.all([
    import("../../transcripts/store/manage.ts"),
    import("../../transcripts/store/read.ts"),
  ]);
  const id = last?.ids.at(-1);
  const source = await readTranscript(saved, engine.stop);
  const kept = id === undefined ? turns : source.exchanges.findIndex((exchange) => exchange.id === id) + 1;
  const branch = forkTranscript(source, engine.transcripts, new Date(), kept);
  dialogue.branch(branch, turns);
  return displayPath(engine.workingFolder, branch.path);
}

function savedPath({ words }: Console, { path }: ChatSession): string {
  // A file that was named is there only once something was asked.
  if (path !== null && existsSync(path)) return path;
  throw new AppError("not_possible", { message: words.session.nothingSaved });
}
