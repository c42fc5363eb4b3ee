import { resolve } from "node:path";
import { expandHome } from "../../config/home.ts";
import type { Transcript } from "../../transcripts/format/types.ts";
import { zoneName } from "../../transcripts/format/times.ts";
import { TranscriptWriter } from "../../transcripts/store/writer.ts";
import type { App } from "../app.ts";

/** Where the first exchanges of a run go: the file somebody named, the one resumed, or a new one in the transcripts folder. */
export async function openWriter(app: App, earlier: Transcript | null): Promise<TranscriptWriter> {
  const named = app.settings.transcript;
  const zone = zoneName(app.environment.variables["TZ"]);
  if (named !== undefined) return TranscriptWriter.append(resolve(app.workingFolder, expandHome(named)), { zone });
  return earlier === null ? newWriter(app) : writerFor(earlier);
}

/** Goes on in a conversation's own file. */
export function writerFor({ path }: Transcript): TranscriptWriter {
  return TranscriptWriter.append(path);
}

/** A new file in the transcripts folder, made with its first question. */
export function newWriter(app: App): TranscriptWriter {
  return TranscriptWriter.create(app.transcripts, { zone: zoneName(app.environment.variables["TZ"]) });
}
