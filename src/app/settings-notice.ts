import { join } from "node:path";
import { strangeTranscripts } from "../config/folders.ts";
import { convertedFiles } from "../config/text-file.ts";
import { sanitize } from "../terminal/sanitize.ts";
import type { Console } from "./console.ts";
import type { Engine } from "./engine.ts";

/** Says what of the working directory is left aside, and which files of settings are in another encoding than UTF-8, one line each. */
export function tellIgnored(
  { environment, settings, workingFolder }: Pick<Engine, "environment" | "settings" | "workingFolder">,
  { terminal, words }: Console,
): void {
  const { file, variable, transcripts } = words.ignored;
  const lines = environment.ignored.map((each) => (each.kind === "file" ? file(each) : variable(each)));
  const target = settings.transcripts === undefined ? strangeTranscripts(workingFolder) : null;
  if (target !== null) lines.push(transcripts({ path: join(workingFolder, "transcripts"), target }));
  for (const line of lines) terminal.warn(sanitize(line));
  for (const [name, encoding] of convertedFiles()) {
    terminal.say(sanitize(words.attachments.converted({ name, encoding })));
  }
}
