import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { AppError, systemReason } from "../../errors.ts";
import { localDay } from "../../terminal/local-time.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { table } from "../../terminal/table.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { type TrustEntry, trustedPath, TrustStore } from "./trust-store.ts";

/** Characters of a digest by which an approval is named. */
const shortDigest = 12;

/** What `trust list` does. */
export function list({ folders }: Pick<Engine, "folders">, console: Console, json: boolean): void {
  const { terminal, words } = console;
  const store = new TrustStore(folders);
  const entries = store.list();
  tellDamaged(store, console);
  if (json) {
    return terminal.json(
      entries.map(({ kind, subject, digest, approvedAt }) => ({
        kind,
        subject,
        digest,
        approved_at: approvedAt.toISOString(),
      })),
    );
  }
  if (entries.length === 0) return terminal.say(words.trust.none);
  const { muted } = terminal.ink.out;
  const cells = entries.map(({ kind, subject, digest, approvedAt }) => [
    digest.slice(0, shortDigest),
    words.trust.kinds[kind],
    sanitize(subject),
    muted(localDay(approvedAt)),
  ]);
  terminal.out(table(cells, [], terminal.tableRoom));
}

/**
 * What `trust revoke` does.
 *
 * @param names paths, subjects, or digests or their beginnings; null for all
 * @throws AppError `not_trusted` where a name matches nothing, and nothing is revoked then; `storage_failed`
 */
export function revoke(
  { folders, workingFolder }: Pick<Engine, "folders" | "workingFolder">,
  console: Console,
  names: readonly string[] | null,
): void {
  const { terminal, words } = console;
  const store = new TrustStore(folders);
  const entries = store.list();
  tellDamaged(store, console);
  // A damaged file approves nothing, and goes with the others.
  if (names === null) for (const path of store.damaged) rmSync(path, { force: true });
  const chosen = names === null ? entries : names.flatMap((name) => named(entries, name, workingFolder));
  for (const entry of new Set(chosen)) {
    try {
      store.revoke(entry.digest);
    } catch (error) {
      // Another program may have revoked it meanwhile.
      const reason = systemReason(error);
      if (reason !== "ENOENT") throw new AppError("storage_failed", { path: store.folder, reason }, { cause: error });
    }
    terminal.say(words.trust.revoked({ what: words.trust.kinds[entry.kind], path: sanitize(entry.subject) }));
  }
  if (chosen.length === 0) terminal.say(words.trust.none);
}

function named(entries: readonly TrustEntry[], name: string, workingFolder: string): readonly TrustEntry[] {
  const path = trustedPath(resolve(workingFolder, name));
  const found = entries.filter(
    ({ digest, subject }) =>
      subject === name || subject === path || (/^[0-9a-f]{6,64}$/u.test(name) && digest.startsWith(name)),
  );
  if (found.length === 0) throw new AppError("not_trusted", { name });
  return found;
}

function tellDamaged(store: TrustStore, { terminal, words }: Console): void {
  for (const path of store.damaged) terminal.warn(words.trust.damaged({ path: sanitize(path) }));
}
