import { readFile } from "node:fs/promises";
import { AppError, systemReason } from "../errors.ts";
import { sanitize } from "../terminal/sanitize.ts";
import { bytes, table } from "../terminal/table.ts";
import { asObject } from "../transcripts/export/json.ts";
import type { Exchange } from "../transcripts/format.ts";
import { findTranscript, listTranscripts, readTranscript } from "../transcripts/read.ts";
import { isoWithOffset, localStamp } from "../transcripts/times.ts";
import type { App } from "./app.ts";

/** What `transcripts list`, `show` and `path` do. */
export async function list(app: App, options: { json: boolean; limit: number | null }): Promise<void> {
  const { terminal, words, transcripts, folders } = app;
  const rows = (await listTranscripts(transcripts, folders.cache)).slice(0, options.limit ?? undefined);
  if (options.json) {
    const objects = rows.map(({ startedAt, updatedAt, ...row }) => ({
      ...row,
      started_at: isoWithOffset(startedAt),
      updated_at: isoWithOffset(updatedAt),
    }));
    return terminal.json(objects);
  }
  if (rows.length === 0) return terminal.say(words.transcripts.none({ folder: sanitize(transcripts) }));
  const { id, when, turns, model, size, title } = words.transcripts.columns;
  const cells = rows.map((row) => [
    row.id,
    localStamp(row.updatedAt).slice(0, 16),
    String(row.turns),
    sanitize([row.provider, row.model].filter(Boolean).join("/")),
    bytes(row.bytes),
    sanitize(row.title),
  ]);
  const head = terminal.outIsTerminal ? [[id, when, turns, model, size, title]] : [];
  terminal.out(table([...head, ...cells], [2, 4]));
}

export async function show(app: App, reference: string, options: { json: boolean; raw: boolean }): Promise<void> {
  const { terminal } = app;
  const { path } = await findTranscript(app.transcripts, reference, app.folders.cache);
  if (options.raw) {
    const text = await readExactly(path);
    return terminal.out(terminal.outIsTerminal ? sanitize(text) : text);
  }
  const transcript = await readTranscript(path);
  if (options.json) return terminal.json(asObject(transcript));
  for (const exchange of transcript.exchanges) terminal.out(asText(app, exchange));
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
  if (!yes && !(await confirmed(words.transcripts.reallyRemove({ title: sanitize(title) }), false))) return;
  const { removeTranscript } = await import("../transcripts/manage.ts");
  removeTranscript(path);
  terminal.say(words.transcripts.removed({ title: sanitize(title) }));
}

/** The path of a conversation, or of the folder. */
export async function path(app: App, reference: string | null): Promise<void> {
  const found =
    reference === null ? app.transcripts : (await findTranscript(app.transcripts, reference, app.folders.cache)).path;
  app.terminal.out(`${app.terminal.outIsTerminal ? sanitize(found) : found}\n`);
}

async function readExactly(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new AppError("transcript_unreadable", { path, reason: systemReason(error) }, { cause: error });
  }
}

function asText({ terminal, words }: App, exchange: Exchange): string {
  const { out } = terminal.ink;
  const labels = words.transcripts.labels;
  const section = (label: string, at: Date | null, text: string, paint = (line: string) => line) =>
    text === ""
      ? ""
      : `${out.dim(`[${at === null ? "?" : localStamp(at)}]`)} ${out.bold(label)}\n${paint(sanitize(text))}\n\n`;
  return [
    section(labels.Question, exchange.askedAt, exchange.question, (line) => out.cyan(line)),
    section(labels.Thinking, exchange.answeredAt, exchange.reasoning, (line) => out.dim(line)),
    section(labels.Answer, exchange.answeredAt, exchange.answer),
    exchange.status === "complete"
      ? ""
      : section(
          exchange.status === "failed" ? labels.Error : labels.Interrupted,
          exchange.endedAt,
          exchange.notice ?? exchange.error?.message ?? labels.Interrupted,
          (line) => out.red(line),
        ),
    `${out.dim("-".repeat(40))}\n\n`,
  ].join("");
}
