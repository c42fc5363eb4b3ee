import { resolve } from "node:path";
import { expandHome } from "../config/folders.ts";
import type { Transcript } from "../transcripts/format.ts";
import { zoneName } from "../transcripts/times.ts";
import { TranscriptWriter } from "../transcripts/write.ts";
import type { App } from "./app.ts";

/** Where the next exchanges go: the file somebody named, the one gone on with, or a new one in the transcripts folder. */
export async function openWriter(app: App, earlier: Transcript | null): Promise<TranscriptWriter> {
  const named = app.settings.transcript;
  const zone = zoneName(app.environment.variables["TZ"]);
  if (named !== undefined) return TranscriptWriter.append(resolve(app.workingFolder, expandHome(named)), { zone });
  if (earlier !== null) return TranscriptWriter.append(earlier.path);
  return TranscriptWriter.create(app.transcripts, { zone });
}
