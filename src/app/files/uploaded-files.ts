import { AppError } from "../../errors.ts";
import { findProvider, providersWith, serviceOf } from "../../providers/catalogue.ts";
import { DeepSeekFiles } from "../../providers/files/deepseek-files.ts";
import { shortBytes } from "../../terminal/figures.ts";
import { confirmed } from "../../terminal/prompts.ts";
import { sanitizeLine } from "../../terminal/sanitize.ts";
import { table } from "../../terminal/table.ts";
import { isoWithOffset } from "../../transcripts/format/times.ts";
import { loadFileWords } from "../../words/load.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { tellError } from "../startup.ts";
import { accountOf, UploadStore } from "./upload-store.ts";

/** The files of an account at a provider. */
interface AccountFiles {
  readonly provider: string;
  /** As the store of uploads names it. */
  readonly account: string;
  readonly files: DeepSeekFiles;
}

/** @throws AppError `not_offered`; what keeps a key from going there */
async function accountFiles(engine: Engine): Promise<AccountFiles> {
  const custom = engine.file.providers ?? {};
  const { provider } = engine.settings;
  serviceOf(findProvider(provider, custom), "files", custom);
  const connection = await engine.connect(provider);
  return {
    provider,
    account: accountOf(connection),
    files: new DeepSeekFiles(connection, providersWith("files", custom)),
  };
}

/** What `files list` does. @throws AppError as for a question; `not_offered` */
export async function listFiles(engine: Engine, { terminal }: Console, json: boolean): Promise<void> {
  const { provider, files } = await accountFiles(engine);
  const found = await files.list(engine.stop);
  const moment = (date: Date | null) => (date === null ? null : isoWithOffset(date));
  if (json) {
    const objects = found.map(({ id, name, size, purpose, createdAt, expiresAt }) => {
      return { id, name, size, purpose, created_at: moment(createdAt), expires_at: moment(expiresAt) };
    });
    return terminal.json(objects);
  }
  const words = await loadFileWords(engine.language);
  if (found.length === 0) return terminal.say(words.noFiles({ provider }));
  const { muted } = terminal.ink.out;
  const shown = (date: Date | null) => muted(moment(date)?.slice(0, 16).replace("T", " ") ?? "");
  const rows = found.map(({ id, name, size, createdAt, expiresAt }) => [
    sanitizeLine(id),
    size === null ? "" : shortBytes(size),
    shown(createdAt),
    shown(expiresAt),
    sanitizeLine(name ?? ""),
  ]);
  const { columns } = words;
  const head = [columns.id, columns.size, columns.uploaded, columns.expires, columns.name].map((cell) => muted(cell));
  terminal.out(table([...(terminal.outIsTerminal ? [head] : []), ...rows], [1], terminal.tableRoom));
}

/**
 * What `files remove` does: each id costs itself alone.
 *
 * @param ids empty for all files of the account
 * @throws AppError as for a question; `not_offered`; `not_a_terminal` where it must be asked and nobody can be
 * @returns what the exit code follows from; null where all are gone
 */
export async function removeFiles(
  engine: Engine,
  console: Console,
  { ids, yes }: { readonly ids: readonly string[]; readonly yes: boolean },
): Promise<AppError | null> {
  const { terminal } = console;
  const isAll = ids.length === 0;
  if (isAll && !yes && !terminal.interactive)
    throw new AppError("not_a_terminal", { what: "files remove --all", instead: "--yes" });
  const { provider, account, files } = await accountFiles(engine);
  const store = new UploadStore(engine.folders);
  const words = await loadFileWords(engine.language);
  const chosen = isAll ? (await files.list(engine.stop)).map(({ id }) => id) : ids;
  if (chosen.length === 0) {
    terminal.say(words.noFiles({ provider }));
    return null;
  }
  const question = words.reallyRemove({ files: chosen.length, provider });
  if (isAll && !yes && !(await confirmed(question, false, console.words.confirm))) return null;
  let [removed, failure]: [number, AppError | null] = [0, null];
  for (const id of chosen) {
    try {
      await files.remove(id, engine.stop);
      store.forget(account, id);
      removed++;
    } catch (error) {
      if (!(error instanceof AppError) || error.kind !== "refused") throw error;
      tellError(terminal, console.words, error);
      failure ??= error;
    }
  }
  if (removed > 0) terminal.succeed(words.removed({ files: removed, provider }));
  return failure;
}
