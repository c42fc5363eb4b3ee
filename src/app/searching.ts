import { sanitize } from "../terminal/sanitize.ts";
import { listTranscripts, readTranscript } from "../transcripts/read.ts";
import type { App } from "./app.ts";

export interface SearchOptions {
  readonly json: boolean;
  readonly limit: number | null;
  readonly role: "question" | "answer" | null;
  readonly since: Date | null;
  readonly regex: boolean;
}

/** Looks through all conversations. */
export async function search(app: App, query: string, options: SearchOptions): Promise<void> {
  const wanted = query.normalize("NFKC").toLowerCase();
  let found = 0;
  for (const { path, id } of await listTranscripts(app.transcripts, app.folders.cache)) {
    const { exchanges } = await readTranscript(path);
    const lines = exchanges.flatMap(({ question, answer }) => `${question}\n${answer}`.split("\n"));
    for (const line of lines.filter((text) => text.normalize("NFKC").toLowerCase().includes(wanted))) {
      if (options.limit !== null && found++ >= options.limit) return;
      app.terminal.out(`${id}  ${sanitize(line)}\n`);
    }
  }
}
