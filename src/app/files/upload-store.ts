import { createHash } from "node:crypto";
import { readdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { replaceFile } from "../../atomic-file.ts";
import type { Folders } from "../../config/folders.ts";
import { systemReason } from "../../errors.ts";
import { readRegular } from "../../files.ts";
import type { Connection } from "../../providers/connection.ts";

/** A document that was sent to an account, or was to be. */
export interface StoredUpload {
  /** As `accountOf` names it. */
  readonly account: string;
  /** SHA-256 of the document, in hex. */
  readonly digest: string;
  readonly provider: string;
  /** What it is called at the service. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** On this machine, absolute. */
  readonly path: string;
  readonly startedAt: Date;
  /** Null: the upload began, and nobody knows what came of it. */
  readonly file: { readonly id: string; readonly expiresAt: Date | null } | null;
}

const moment = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.transform((text) => new Date(text)),
);
const entrySchema = v.object({
  account: v.string(),
  digest: v.string(),
  provider: v.string(),
  name: v.string(),
  size: v.number(),
  path: v.string(),
  startedAt: moment,
  file: v.nullable(v.object({ id: v.pipe(v.string(), v.nonEmpty()), expiresAt: v.nullable(moment) })),
});

/** Bytes of an entry. */
const maxEntryBytes = 64 * 1024;
const entryName = /^([0-9a-f]{32})-([0-9a-f]{64})\.json$/u;

/** An account as its uploads are told from those of others: a digest that the key cannot be found from. */
export function accountOf({ name, baseUrl, key }: Pick<Connection, "name" | "baseUrl" | "key">): string {
  return createHash("sha256")
    .update(JSON.stringify(["deepseek-chat uploads", name, baseUrl, key]))
    .digest("hex")
    .slice(0, 32);
}

/** Which documents lie at which accounts, each in a private file of its own: programs that run at the same time lose nothing. */
export class UploadStore {
  readonly #folder: string;

  constructor({ data }: Pick<Folders, "data">) {
    this.#folder = join(data, "uploads");
  }

  /** Null where nothing is known of it. A damaged entry is none: the document is sent again. */
  find(account: string, digest: string): StoredUpload | null {
    try {
      const bytes = readRegular(this.#pathOf(account, digest), {
        maxBytes: maxEntryBytes,
        noLinks: true,
        owner: "self",
      });
      const entry = v.parse(entrySchema, JSON.parse(bytes.toString("utf8")));
      return entry.account === account && entry.digest === digest ? entry : null;
    } catch {
      return null;
    }
  }

  /** Where a document lay on this machine when it was sent, to whatever account. */
  pathsOf(digest: string): string[] {
    const entries = this.#entries().filter((entry) => entry.digest === digest);
    return [...new Set(entries.map(({ path }) => path))];
  }

  /** Forgets what has expired meanwhile. @throws AppError `storage_failed` */
  save(entry: StoredUpload): void {
    replaceFile(this.#pathOf(entry.account, entry.digest), `${JSON.stringify(entry, null, 2)}\n`);
    for (const other of this.#entries()) if (isExpired(other)) this.remove(other);
  }

  remove({ account, digest }: Pick<StoredUpload, "account" | "digest">): void {
    try {
      unlinkSync(this.#pathOf(account, digest));
    } catch (error) {
      if (systemReason(error) !== "ENOENT") throw error;
    }
  }

  /** Forgets a file that the service does not have any more. */
  forget(account: string, id: string): void {
    for (const entry of this.#entries()) if (entry.account === account && entry.file?.id === id) this.remove(entry);
  }

  #entries(): StoredUpload[] {
    return this.#names().flatMap((name) => {
      const [, account, digest] = entryName.exec(name) ?? [];
      return account === undefined || digest === undefined ? [] : (this.find(account, digest) ?? []);
    });
  }

  #names(): string[] {
    try {
      return readdirSync(this.#folder);
    } catch {
      return [];
    }
  }

  #pathOf(account: string, digest: string): string {
    return join(this.#folder, `${account}-${digest}.json`);
  }
}

/** Whether the service does not have a document any more, or will not when the question comes. */
export function isExpired({ file }: StoredUpload): boolean {
  return file !== null && file.expiresAt !== null && file.expiresAt.getTime() < Date.now() + margin;
}

/** Milliseconds. */
const margin = 600_000;
