import { resolve } from "node:path";
import { expandHome } from "../../config/home.ts";
import type { TranscriptFile } from "../../transcripts/format/types.ts";
import { zoneName } from "../../transcripts/format/times.ts";
import { TranscriptWriter, type WriterOptions } from "../../transcripts/store/writer.ts";
import type { Engine } from "../engine.ts";

/** Where the first exchanges of a run go: the file somebody named, the one resumed, or a new one in the transcripts folder. */
export async function openWriter(
  engine: Pick<Engine, "environment" | "folders" | "settings" | "transcripts" | "workingFolder">,
  earlier: TranscriptFile | null,
): Promise<TranscriptWriter> {
  const named = engine.settings.transcript;
  if (named !== undefined) {
    return TranscriptWriter.append(resolve(engine.workingFolder, expandHome(named)), optionsOf(engine));
  }
  return earlier === null ? newWriter(engine) : TranscriptWriter.resume(earlier, engine.folders.cache);
}

/** A new file in the transcripts folder, made with its first question. */
export function newWriter(engine: Pick<Engine, "environment" | "folders" | "transcripts">): TranscriptWriter {
  return TranscriptWriter.create(engine.transcripts, optionsOf(engine));
}

function optionsOf({ environment, folders }: Pick<Engine, "environment" | "folders">): WriterOptions {
  return { zone: zoneName(environment.variables["TZ"]), cache: folders.cache };
}
