import { AppError } from "../errors.ts";
import { sanitize } from "../terminal/sanitize.ts";
import { bytes, table } from "../terminal/table.ts";
import { clipped, displayWidth } from "../terminal/width.ts";
import { findTranscript, type TranscriptSummary } from "../transcripts/read.ts";
import { isoWithOffset, localStamp } from "../transcripts/times.ts";
import type { App } from "./app.ts";
import { listConversations } from "./archive.ts";

export interface ListOptions {
  readonly json: boolean;
  readonly limit: number | null;
  /** Only what was used from then on. */
  readonly since: Date | null;
  /** Only what `provider/model` has this in it of. */
  readonly model: string | null;
}

/** What `transcripts list` does. */
export async function list(app: App, { json, limit, since, model }: ListOptions): Promise<void> {
  const { terminal, words, transcripts } = app;
  const all = await listConversations(app);
  const wanted = model?.toLowerCase() ?? "";
  const chosen = all.filter(
    (row) =>
      (since === null || row.updatedAt >= since) && (wanted === "" || modelOf(row).toLowerCase().includes(wanted)),
  );
  const rows = chosen.slice(0, limit ?? undefined);
  if (json) return terminal.json(rows.map(asObject));
  if (all.length === 0) return terminal.say(words.transcripts.none({ folder: sanitize(transcripts) }));
  if (rows.length === 0) return terminal.say(words.transcripts.notFound);
  const { id, when, turns, model: modelColumn, size, title } = words.transcripts.columns;
  const head = terminal.outIsTerminal ? [[id, when, turns, modelColumn, size, title]] : [];
  terminal.out(fitted(app, [...head, ...rows.map(asCells)]));
}

export function modelOf({ provider, model }: TranscriptSummary): string {
  return [provider, model].filter(Boolean).join("/");
}

function asObject({ startedAt, updatedAt, ...row }: TranscriptSummary): object {
  return { ...row, started_at: isoWithOffset(startedAt), updated_at: isoWithOffset(updatedAt) };
}

function asCells(row: TranscriptSummary): string[] {
  return [
    row.id,
    localStamp(row.updatedAt).slice(0, 16),
    String(row.turns),
    sanitize(modelOf(row)),
    bytes(row.bytes),
    sanitize(row.title),
  ];
}

/** The table; on a terminal with the titles cut so that each row is one. */
function fitted({ terminal }: App, rows: readonly string[][]): string {
  const lines = table(rows, [2, 4]);
  if (!terminal.outIsTerminal) return lines;
  const others = displayWidth(
    table(
      rows.map((row) => [...row.slice(0, -1), ""]),
      [2, 4],
    ).split("\n")[0] ?? "",
  );
  const room = Math.max(16, terminal.columns - others);
  return table(
    rows.map((row) => [...row.slice(0, -1), clipped(row.at(-1) ?? "", room)]),
    [2, 4],
  );
}

/** What `transcripts rename` does. */
export async function rename(app: App, reference: string, title: string): Promise<void> {
  const { path } = await findTranscript(app.transcripts, reference, app.folders.cache);
  const { renameTranscript } = await import("../transcripts/manage.ts");
  renameTranscript(path, title);
  app.terminal.say(app.words.transcripts.renamed({ title: sanitize(title) }));
}

/**
 * What `transcripts remove` does.
 *
 * @throws AppError `not_a_terminal` where it must be asked and nobody can be
 */
export async function remove(app: App, reference: string, yes: boolean): Promise<void> {
  const { terminal, words, transcripts, folders } = app;
  const { path, title } = await findTranscript(transcripts, reference, folders.cache);
  if (!yes && !terminal.interactive) throw new AppError("not_a_terminal", { what: "transcripts remove" });
  const { confirmed } = await import("../terminal/prompts.ts");
  const question = words.transcripts.reallyRemove({ title: sanitize(title) });
  if (!yes && !(await confirmed(question, false, words.confirm))) return;
  const { removeTranscript } = await import("../transcripts/manage.ts");
  removeTranscript(path);
  terminal.say(words.transcripts.removed({ title: sanitize(title) }));
}

/** The path of a conversation, or of the folder. */
export async function path(app: App, reference: string | null): Promise<void> {
  const found =
    reference === null ? app.transcripts : (await findTranscript(app.transcripts, reference, app.folders.cache)).path;
  app.terminal.text(`${found}\n`);
}
