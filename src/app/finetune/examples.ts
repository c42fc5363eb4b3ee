import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { basename, extname, resolve } from "node:path";
import { expandHome } from "../../config/home.ts";
import { AppError, systemReason } from "../../errors.ts";
import type { ExamplesFile } from "../../providers/fine-tuning/tuning-job.ts";
import type { Engine } from "../engine.ts";
import { displayPath } from "../display-path.ts";

/** A file of examples as it will be uploaded. */
export interface Examples extends ExamplesFile {
  /** SHA-256. */
  readonly digest: string;
  /** As it is shown. */
  readonly shown: string;
  /** Milliseconds since the epoch. */
  readonly changedAt: number;
}

/** @throws AppError `input_unreadable` where the file is no longer the one that was looked at */
export function checkUnchanged({ path, shown, size, changedAt }: Examples): void {
  const now = statSync(path, { throwIfNoEntry: false });
  if (now?.size === size && now.mtimeMs === changedAt) return;
  throw new AppError("input_unreadable", { path: shown, reason: now === undefined ? "ENOENT" : "changed" });
}

/** Characters of a digest that are in a name: enough that nobody meets two of one name. */
const digestLength = 16;

/**
 * Looks at a file of examples and reads it once, for its digest.
 *
 * @param path as it was typed
 * @throws AppError `input_unreadable`; `interrupted`
 */
export async function readExamples(engine: Pick<Engine, "stop" | "workingFolder">, path: string): Promise<Examples> {
  const full = resolve(engine.workingFolder, expandHome(path));
  const shown = displayPath(engine.workingFolder, full);
  try {
    const stat = statSync(full);
    if (stat.isDirectory()) throw new AppError("input_unreadable", { path, reason: "EISDIR" });
    if (!stat.isFile()) throw new AppError("input_unreadable", { path, reason: "not_a_file" });
    const digest = await digestOf(full, engine.stop);
    // Its name tells it from other files at the service, and nobody from outside.
    const stem = basename(full, extname(full))
      .replaceAll(/[^\p{L}\p{N}._-]+/gu, "-")
      .slice(0, 64);
    return {
      path: full,
      shown,
      name: `${stem}.${digest.slice(0, digestLength)}.jsonl`,
      size: stat.size,
      digest,
      changedAt: stat.mtimeMs,
    };
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (engine.stop.aborted) throw new AppError("interrupted", {}, { cause: error });
    throw new AppError("input_unreadable", { path, reason: systemReason(error) }, { cause: error });
  }
}

async function digestOf(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path, { signal, highWaterMark: 1 << 20 })) hash.update(piece as Buffer);
  return hash.digest("hex");
}
