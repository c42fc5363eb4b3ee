import { posix } from "node:path";
import type { DocumentReading } from "./document-text.ts";
import { readXml } from "./xml-events.ts";
import type { ZipArchive } from "./zip-archive.ts";

/** What a part of an Office document refers to. */
export interface Relationship {
  /** The end of its type, such as `slide` or `sharedStrings`. */
  readonly kind: string;
  /** The path of the part within the archive, or a URL. */
  readonly target: string;
}

/** The relationships of a part, by id; the package's own for the empty path. */
export async function relationshipsOf(
  archive: ZipArchive,
  part: string,
  reading: DocumentReading,
): Promise<ReadonlyMap<string, Relationship>> {
  const folder = posix.dirname(part);
  const found = new Map<string, Relationship>();
  const open = (name: string, { Id, Type = "", Target = "", TargetMode }: Readonly<Record<string, string>>) => {
    if (name !== "Relationship" || Id === undefined) return;
    const inside = Target.startsWith("/") ? Target.slice(1) : posix.join(folder, Target);
    found.set(Id, { kind: posix.basename(Type), target: TargetMode === "External" ? Target : inside });
  };
  await readXml(archive.pieces(posix.join(folder, "_rels", `${posix.basename(part)}.rels`)), { open }, reading);
  return found;
}

/** The path of a document's main part. */
export async function mainPart(archive: ZipArchive, usual: string, reading: DocumentReading): Promise<string> {
  const relationships = await relationshipsOf(archive, "", reading);
  const main = [...relationships.values()].find(({ kind }) => kind === "officeDocument")?.target;
  return main !== undefined && archive.has(main) ? main : usual;
}
