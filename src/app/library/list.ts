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
  const { id, when, turns, model: modelHead, size, title } = words.transcripts.columns;
  const listed = rows.map((row) => asCells(row, terminal.symbols.pinned));
  if (!terminal.outIsTerminal) return terminal.out(table(listed, right));
  const head = { cells: [id, when, turns, modelHead, size, title], model: modelHead };
  const named = rows.map(({ model: one, provider }, row) => ({
    cells: listed[row]!,
    model: sanitize(one ?? provider ?? ""),
  }));
  terminal.out(narrowed([head, ...named], terminal));
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
/**
 * The columns that stay when room gets less and less, and how wide a title is to be at least before it is cut for the others; the
 * title is the last of each.
 */
const shapes: readonly { readonly columns: readonly number[]; readonly title: number }[] = [
  { columns: [0, 1, 2, 3, 4, 5], title: 35 },
  { columns: [0, 1, 2, 3, 5], title: 35 },
  { columns: [0, 1, 3, 5], title: 35 },
  { columns: [0, 1, 2, 5], title: 24 },
  { columns: [0, 1, 5], title: 24 },
  { columns: [0, 5], title: 1 },
];

/** Columns to which a model's name is cut, in its middle, before another column goes. */
const leastModel = 14;

interface ListRow {
  readonly cells: readonly string[];
  /** Without its provider. */
  readonly model: string;
}

/** The table in so many columns, each row one line; where that is too few, models go without their providers. */
function narrowed(rows: readonly ListRow[], { columns, ink }: Terminal): string {
  const { muted, accent } = ink.out;
  const whole = rows.map(({ cells }) => cells);
  const taken = whole[0]!.map((_, column) => widest(whole.map((cells) => cells[column]!)));
  const short = widest(rows.map(({ model }) => model));
  const room = (shape: readonly number[]) =>
    columns - shape.slice(0, -1).reduce((sum, column) => sum + (column === modelColumn ? 0 : taken[column]!) + 2, 0);
  const titleIn = (shape: (typeof shapes)[number]) => Math.min(shape.title, taken[titleColumn]!);
  const fits = (shape: (typeof shapes)[number], model: number) =>
    room(shape.columns) >= titleIn(shape) + (shape.columns.includes(modelColumn) ? model : 0);
  const named = fits(shapes[0]!, taken[modelColumn]!);
  const shape = named ? shapes[0]! : (shapes.find((one) => fits(one, Math.min(leastModel, short))) ?? shapes.at(-1)!);
  const free = room(shape.columns);
  const model = Math.min(named ? taken[modelColumn]! : short, free - titleIn(shape));
  const title = Math.max(1, shape.columns.includes(modelColumn) ? free - model : free);
  const fit = ({ cells, model: alone }: ListRow, column: number) => {
    if (column === modelColumn) return shortened(named ? cells[column]! : alone, model);
    return column === titleColumn ? clipped(cells[column]!, title) : cells[column]!;
  };
  const paint = (row: number, column: number) => {
    if (row === 0) return muted;
    return column === 0 ? accent : column === titleColumn ? String : muted;
  };
  return table(
    rows.map((row, index) => shape.columns.map((column) => paint(index, column)(fit(row, column)))),
    shape.columns.flatMap((column, index) => (right.includes(column) ? [index] : [])),
  );
}

function widest(cells: readonly string[]): number {
  return cells.reduce((most, cell) => Math.max(most, displayWidth(cell)), 0);
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
