import type { SQLOutputValue } from "node:sqlite";
import * as v from "valibot";
import { bounds } from "./bounds.ts";
import { ForeignDatabase } from "./database.ts";
import { skip, type Item } from "./types.ts";
import { conversationOf, type LlmRow, rowEntries } from "./llm-rows.ts";
import { MessageReader, turnRows } from "./llm-turns.ts";
import { orEmpty as text } from "./field-schemas.ts";

type Value = SQLOutputValue | undefined;

/** Where the rows of a conversation are: row ids, so that a large database is read once and not once for each. */
interface Places {
  /** The smallest id of its rows: they sort by time. */
  first: string;
  readonly responses: number[];
  readonly turns: number[];
}

/**
 * The conversations of `llm`'s logs.db. Facts: up to 2026 every answer is a row of `responses`; later ones are rows of
 * `turns`, whose texts hang on a tree of messages. A conversation may have begun in one and gone on in the other, under the
 * same id; a row that is in both counts once. Throws the system's or SQLite's error when the file cannot be read, and TooMuch.
 *
 * @param sign called while rows are read
 */
export function* readLlm(path: string, sign: () => void): Generator<Item> {
  using database = new ForeignDatabase(path, sign);
  if (!database.has("responses") && !database.has("turns")) return yield skip("unknown");
  const names = conversationNames(database);
  const messages = new MessageReader(database);
  const conversations = [...placesIn(database)].sort(([, a], [, b]) => (a.first < b.first ? -1 : 1));
  for (const [key, { responses, turns }] of conversations) {
    const name = names.get(key) ?? null;
    const late = turnRows(database, turns, messages);
    const known = new Set(late.map(({ id }) => id));
    const early = responses.flatMap((rowid) => responseRow(database, rowid)).filter(({ id }) => !known.has(id));
    const rows = [...early, ...late];
    if (sizeOf(rows) > bounds.conversation) yield skip("too-large", name);
    else
      yield conversationOf(
        key,
        name,
        rows.sort((a, b) => (a.id < b.id ? -1 : 1)),
      );
  }
}

function sizeOf(rows: readonly LlmRow[]): number {
  return rows.reduce(
    (sum, row) => sum + row.prompt.length + row.system.length + row.response.length + row.reasoning.length,
    0,
  );
}

function conversationNames(database: ForeignDatabase): Map<string, string> {
  const names = new Map<string, string>();
  for (const table of ["conversations", "threads"]) {
    for (const { id, name } of database.rows(table, ["id", "name"])) {
      if (typeof name === "string" && name !== "") names.set(String(id), name);
    }
  }
  return names;
}

/** The rows of each conversation, by its key. A response without a conversation is one of its own. */
function placesIn(database: ForeignDatabase): Map<string, Places> {
  const found = new Map<string, Places>();
  const add = (key: Value, id: Value, rowid: Value, kind: "responses" | "turns") => {
    if (key === null || key === undefined || typeof rowid !== "number") return;
    const places = found.get(String(key)) ?? { first: String(id), responses: [], turns: [] };
    if (String(id) < places.first) places.first = String(id);
    places[kind].push(rowid);
    found.set(String(key), places);
  };
  for (const { id, conversation_id: key, rowid } of database.rows("responses", ["rowid", "id", "conversation_id"])) {
    add(key ?? id, id, rowid, "responses");
  }
  for (const { id, thread_id: key, rowid } of database.rows("turns", ["rowid", "id", "thread_id"])) {
    add(key, id, rowid, "turns");
  }
  return found;
}

const responseEntries = { ...rowEntries, prompt: text, system: text, response: text, reasoning: text };
const responseSchema = v.pipe(
  v.object(responseEntries),
  v.transform((row): LlmRow => ({ ...row, model: row.resolved_model ?? row.model })),
);

/** The columns have become more over the years: what a database lacks counts as unknown. */
function responseRow(database: ForeignDatabase, rowid: number): LlmRow[] {
  const raw = database.row("responses", Object.keys(responseEntries), "where rowid = ?", rowid);
  if (raw === undefined) return [];
  const row = v.parse(responseSchema, raw);
  const [prompts, systems] = ["prompt_fragments", "system_fragments"].map((table) =>
    fragmentsOf(database, table, row.id),
  );
  return [withFragments(row, prompts!, systems!)];
}

/** The texts that were sent: pieces from files stand before what was typed. */
function withFragments(row: LlmRow, prompts: readonly string[], systems: readonly string[]): LlmRow {
  const prompt = [...prompts, row.prompt].filter((part) => part !== "").join("\n");
  return { ...row, prompt, system: [...systems, row.system].filter((part) => part !== "").join("\n") };
}

function fragmentsOf(database: ForeignDatabase, table: string, response: string): string[] {
  if (!database.has(table) || !database.has("fragments")) return [];
  const found: string[] = [];
  for (const { fragment_id: id } of database.rows(
    table,
    ["fragment_id", "order"],
    'where response_id = ? order by "order"',
    response,
  )) {
    if (typeof id !== "number") continue;
    found.push(String(database.row("fragments", ["content"], "where id = ?", id)?.["content"] ?? ""));
  }
  return found;
}
