import { statSync } from "node:fs";
import type { IndexFacts } from "../../diagnostics/subject.ts";
import { isAsBefore, livingIn } from "./catalog.ts";
import { Database, indexPath, troubleWith } from "./database.ts";
import { statesIn } from "./files.ts";
import { Segment } from "./segment-store.ts";
import { Damage } from "./checksum.ts";

/**
 * Looks at the index of a folder without changing it. What is looked at is its frame, in some milliseconds: the checksum of each
 * list is looked at when that is read.
 *
 * @param cache the folder where indexes are kept
 * @throws AppError `transcript_unreadable` for the folder
 */
export function indexHealth(cache: string, folder: string): IndexFacts {
  const path = indexPath(folder, cache);
  const states = statesIn(folder);
  const bytes = sizeOf(path) + sizeOf(`${path}-wal`);
  const nothing = { path, bytes, files: 0, pending: states.size };
  if (bytes === 0) return { ...nothing, state: "none" };
  try {
    using database = Database.look(path);
    if (!database.isCurrent) return { ...nothing, state: "outdated" };
    const entries = database.readCatalog().entries();
    const segments = Segment.all(database);
    for (const [id, exchanges] of livingIn(entries.values())) {
      if (exchanges > (segments.get(id)?.exchanges ?? 0)) throw new Damage();
    }
    const known = [...states].filter(([name, state]) => {
      const entry = entries.get(name);
      return entry !== undefined && isAsBefore(entry, state);
    });
    return { path, bytes, state: "sound", files: entries.size, pending: states.size - known.length };
  } catch (error) {
    const trouble = troubleWith(error);
    if (trouble === null) throw error;
    return { ...nothing, state: trouble === "damage" ? "damaged" : "blocked" };
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
