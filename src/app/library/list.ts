import { shortenHome } from "../../config/home.ts";
import { AppError } from "../../errors.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { bytes, table } from "../../terminal/table.ts";
import { clipped, displayWidth, shortened } from "../../terminal/width.ts";
import { modelOf } from "../../transcripts/format/types.ts";
import type { TranscriptSummary } from "../../transcripts/store/read.ts";
import { isoWithOffset, localStamp } from "../../transcripts/format/times.ts";
import type { Console } from "../console.ts";
import { findConversation, type Library, listConversations } from "./conversations.ts";
import { checkedTag, hasTags, labelled, pinnedFirst } from "./tag.ts";

export interface ListOptions {
  readonly json: boolean;
  readonly limit: number | null;
  /** Only what was used from then on. */
  readonly since: Date | null;
  /** Only what `provider/model` has this in it of. */
  readonly model: string | null;
  /** Only what has all of these tags. */
  readonly tag: readonly string[];
  readonly pinned: boolean;
}

/** What `transcripts list` does. */
export async function list(
  engine: Library,
  console: Console,
  { json, limit, since, model, tag, pinned }: ListOptions,
): Promise<void> {
  const { transcripts } = engine;
  const { terminal, words } = console;
  const tags = tag.map(checkedTag);
  const all = await listConversations(engine, console);
  const wanted = model?.toLowerCase() ?? "";
  const chosen = all.filter(
    (row) =>
      (since === null || row.updatedAt >= since) &&
      (wanted === "" || modelOf(row).toLowerCase().includes(wanted)) &&
      (!pinned || row.pinned) &&
      hasTags(row, tags),
  );
  const rows = pinnedFirst(chosen).slice(0, limit ?? undefined);
  if (json) return terminal.json(rows.map(asObject));
  if (all.length === 0) return terminal.say(words.transcripts.none({ folder: sanitize(shortenHome(transcripts)) }));
  if (rows.length === 0) return terminal.say(words.transcripts.notFound);
  const { id, when, turns, model: modelColumn, size, title } = words.transcripts.columns;
  const cells = rows.map((row) => asCells(row, terminal.symbols.pinned));
  const head = [id, when, turns, modelColumn, size, title];
  terminal.out(terminal.outIsTerminal ? narrowed([head, ...cells], terminal) : table(cells, right));
}

function asObject({ startedAt, updatedAt, ...row }: TranscriptSummary): object {
  return { ...row, started_at: isoWithOffset(startedAt), updated_at: isoWithOffset(updatedAt) };
}

function asCells(row: TranscriptSummary, sign: string): string[] {
  return [
    row.id,
    localStamp(row.updatedAt).slice(0, 16),
    String(row.turns),
    sanitize(modelOf(row)),
    bytes(row.bytes),
    sanitize(labelled(row, sign)),
  ];
}

/** Columns of the table that are aligned right. */
const right = [2, 4];
const modelColumn = 3;
const titleColumn = 5;
/** The columns that stay when room gets less and less; the title is the last of each. */
const shapes = [
  [0, 1, 2, 3, 4, 5],
  [0, 1, 2, 3, 5],
  [0, 1, 2, 5],
  [0, 1, 5],
  [0, 5],
];

/** Columns that a title has at least, and a model's name, which is cut in its middle, before another column goes. */
const least = { title: 24, model: 14 };

/** The table in so many columns, each row one line. */
function narrowed(rows: readonly string[][], { columns, ink }: Terminal): string {
  const { muted, accent } = ink.out;
  const widths = rows[0]!.map((_, column) => rows.reduce((most, row) => Math.max(most, displayWidth(row[column]!)), 0));
  const room = (shape: readonly number[]) =>
    columns -
    shape.slice(0, -1).reduce((taken, column) => taken + (column === modelColumn ? 0 : widths[column]!) + 2, 0);
  const needs = (shape: readonly number[]) =>
    least.title + (shape.includes(modelColumn) ? Math.min(least.model, widths[modelColumn]!) : 0);
  const shape = shapes.find((one) => room(one) >= needs(one)) ?? shapes.at(-1)!;
  const hasModel = shape.includes(modelColumn);
  const model = hasModel ? Math.min(widths[modelColumn]!, Math.max(least.model, Math.floor(room(shape) / 2))) : 0;
  const title = Math.max(1, room(shape) - model);
  const fit = (cell: string, column: number) =>
    column === modelColumn ? shortened(cell, model) : column === titleColumn ? clipped(cell, title) : cell;
  const paint = (row: number, column: number) => {
    if (row === 0) return muted;
    return column === 0 ? accent : column === titleColumn ? String : muted;
  };
  return table(
    rows.map((row, index) => shape.map((column) => paint(index, column)(fit(row[column]!, column)))),
    shape.flatMap((column, index) => (right.includes(column) ? [index] : [])),
  );
}

/** What `transcripts rename` does. */
export async function rename(engine: Library, console: Console, reference: string, title: string): Promise<void> {
  const { path } = await findConversation(engine, console, reference);
  const { renameTranscript } = await import("../../transcripts/store/manage.ts");
  await renameTranscript(path, title);
  console.terminal.succeed(console.words.transcripts.renamed({ title: sanitize(title) }));
}

/**
 * What `transcripts remove` does.
 *
 * @throws AppError `not_a_terminal` where it must be asked and nobody can be
 */
export async function remove(engine: Library, console: Console, reference: string, yes: boolean): Promise<void> {
  const { terminal, words } = console;
  const { path, title } = await findConversation(engine, console, reference);
  if (!yes && !terminal.interactive)
    throw new AppError("not_a_terminal", { what: "transcripts remove", instead: "--yes" });
  const { confirmed } = await import("../../terminal/prompts.ts");
  const question = words.transcripts.reallyRemove({ title: sanitize(title) });
  if (!yes && !(await confirmed(question, false, words.confirm))) return;
  const { removeTranscript } = await import("../../transcripts/store/manage.ts");
  removeTranscript(path);
  terminal.succeed(words.transcripts.removed({ title: sanitize(title) }));
}

/** The path of a conversation, or of the folder. */
export async function path(engine: Library, console: Console, reference: string | null): Promise<void> {
  const found = reference === null ? engine.transcripts : (await findConversation(engine, console, reference)).path;
  console.terminal.text(`${found}\n`);
}
