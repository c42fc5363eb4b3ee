import { createHash } from "node:crypto";
import { readdirSync, realpathSync, unlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import * as v from "valibot";
import { replaceFile } from "../../atomic-file.ts";
import type { Folders } from "../../config/folders.ts";
import { systemReason } from "../../errors.ts";
import { readRegular } from "../../files.ts";

/** What was approved: a project's servers, tools or role, or the calls of one tool. */
export type TrustKind = "mcp" | "tools" | "role" | "calls";

/** Something that a person approved for good. */
export interface TrustEntry {
  /** SHA-256 of the kind, the subject and the parts, in hex. */
  readonly digest: string;
  readonly kind: TrustKind;
  /** A project's real path; the tool and where it comes from. */
  readonly subject: string;
  readonly approvedAt: Date;
  /** What was shown and approved, by name. */
  readonly parts: Readonly<Record<string, string>>;
}

const entrySchema = v.object({
  kind: v.picklist(["mcp", "tools", "role", "calls"]),
  subject: v.string(),
  approved_at: v.pipe(v.string(), v.isoTimestamp()),
  parts: v.record(v.string(), v.string()),
});

/** Bytes of an entry. */
const maxEntryBytes = 16 * 1024 * 1024;

/** The digest of what is approved: another kind, subject or content has another one. */
export function trustDigest(kind: TrustKind, subject: string, parts: TrustEntry["parts"]): string {
  const sorted = Object.entries(parts).sort(([x], [y]) => (x < y ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([kind, subject, sorted]))
    .digest("hex");
}

/** The path under which a project's content is approved, links followed. */
export function trustedPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return resolve(path);
  }
}

/**
 * What a person approved, each in a private file that is named by its digest: programs that run at the same time neither wait for
 * each other nor lose anything, and a damaged file approves nothing.
 */
export class TrustStore {
  readonly folder: string;
  /** Files that hold no approval, by their paths. */
  readonly damaged = new Set<string>();

  constructor({ data }: Pick<Folders, "data">) {
    this.folder = join(data, "trust");
  }

  /** The approval of that digest; null where there is none, or a damaged one. */
  find(digest: string): TrustEntry | null {
    const path = this.#pathOf(digest);
    try {
      const bytes = readRegular(path, { maxBytes: maxEntryBytes, noLinks: true, owner: "self" });
      const { kind, subject, approved_at, parts } = v.parse(entrySchema, JSON.parse(bytes.toString("utf8")));
      if (trustDigest(kind, subject, parts) !== digest) throw new Error(`${path}: content of another digest`);
      return { digest, kind, subject, parts, approvedAt: new Date(approved_at) };
    } catch (error) {
      if (systemReason(error) !== "ENOENT" && systemReason(error) !== "ENOTDIR") this.damaged.add(path);
      return null;
    }
  }

  /** All approvals, oldest first. */
  list(): TrustEntry[] {
    const digests = this.#names().flatMap((name) => /^([0-9a-f]{64})\.json$/u.exec(name)?.[1] ?? []);
    const entries = digests.flatMap((digest) => this.find(digest) ?? []);
    return entries.sort((x, y) => x.approvedAt.getTime() - y.approvedAt.getTime());
  }

  /** The newest approval of the same subject with another content; null where there is none. */
  earlier(kind: TrustKind, subject: string): TrustEntry | null {
    return this.list().findLast((entry) => entry.kind === kind && entry.subject === subject) ?? null;
  }

  /** @throws AppError `storage_failed` */
  approve(kind: TrustKind, subject: string, parts: TrustEntry["parts"]): void {
    const entry = { kind, subject, approved_at: new Date().toISOString(), parts };
    replaceFile(this.#pathOf(trustDigest(kind, subject, parts)), `${JSON.stringify(entry, null, 2)}\n`);
  }

  /** @throws the system's error */
  revoke(digest: string): void {
    unlinkSync(this.#pathOf(digest));
  }

  #names(): string[] {
    try {
      return readdirSync(this.folder);
    } catch {
      return [];
    }
  }

  #pathOf(digest: string): string {
    return join(this.folder, `${digest}.json`);
  }
}
