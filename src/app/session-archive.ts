import { basename, extname, resolve } from "node:path";
import { expandHome } from "../config/folders.ts";
import { AppError } from "../errors.ts";
import type { Archive } from "../repl/host.ts";
import type { Searcher } from "../transcripts/search/search.ts";
import type { App } from "./app.ts";
import { findEarlier } from "./archive.ts";
import type { Dialogue } from "./dialogue.ts";
import { remind } from "./reminding.ts";

/**
 * Saved conversations, as the session reaches them.
 *
 * @param release lends the terminal to a picker
 */
export function archiveOf(app: App, dialogue: Dialogue, release: () => void): Archive {
  const resume = async (reference: string) => {
    const earlier = await findEarlier(app, { kind: "named", reference });
    if (earlier === null) return;
    await dialogue.resume(earlier);
    remind(app, dialogue, earlier);
  };
  let searcher: Searcher | null = null;
  return {
    resume,
    async pick() {
      release();
      const { pickTranscript } = await import("./archive.ts");
      return await pickTranscript(app, dialogue.path);
    },
    async list() {
      const { listTranscripts } = await import("../transcripts/read.ts");
      return await listTranscripts(app.transcripts, app.folders.cache);
    },
    async search(words) {
      const { openSearcher, search } = await import("./searching.ts");
      searcher ??= app.hold(openSearcher(app, "often"));
      await search(app, words, { json: false, limit: 10, role: null, since: null, regex: false }, searcher);
    },
    saveTo(path) {
      if (dialogue.writer === null) throw new AppError("transcript_not_found", { reference: path });
      dialogue.writer.saveTo(resolve(app.workingFolder, expandHome(path)));
    },
    async exportTo(format, path) {
      const { exportConversations } = await import("./exporting.ts");
      const saved = savedPath(dialogue);
      const output = path ?? `${basename(saved, extname(saved))}.${format}`;
      await exportConversations(app, { references: [saved], all: false, form: format, output, force: false });
    },
    async fork() {
      const { forkTranscript } = await import("../transcripts/manage.ts");
      const path = await forkTranscript(savedPath(dialogue), app.transcripts, new Date(), null);
      await resume(path);
      return path;
    },
  };
}

function savedPath({ path }: Dialogue): string {
  if (path !== null) return path;
  throw new AppError("transcript_not_found", { reference: "last" });
}
