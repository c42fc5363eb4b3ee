import type { DatabaseSync } from "node:sqlite";
import * as v from "valibot";
import { loadSqlite } from "../sqlite.ts";
import { skip, type Item } from "./found.ts";
import { conversationOf, type Row } from "./llm-rows.ts";
import { turnRows } from "./llm-turns.ts";

/**
 * The conversations of `llm`'s logs.db. Facts: up to 2026 every answer is a row of `responses`; later ones are rows of
 * `turns`, whose texts hang on a tree of messages. A conversation may have begun in one and gone on in the other, under the
 * same id; a row that is in both counts once. Throws the system's or SQLite's error when the file cannot be read.
 */
export function* readLlm(path: string): Generator<Item> {
  const { DatabaseSync } = loadSqlite();
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const tables = namesIn(database, "select name from sqlite_master where type = 'table'");
    if (!tables.has("responses") && !tables.has("turns")) return yield skip("unknown");
    const names = conversationNames(database, tables);
    for (const key of conversationKeys(database, tables)) {
      const turns = tables.has("turns") ? turnRows(database, key) : [];
      const known = new Set(turns.map(({ id }) => id));
      const responses = tables.has("responses") ? responseRows(database, tables, key) : [];
      const rows = [...responses.filter(({ id }) => !known.has(id)), ...turns];
      yield conversationOf(
        key,
        names.get(key) ?? null,
        rows.sort((a, b) => (a.id < b.id ? -1 : 1)),
      );
    }
  } finally {
    database.close();
  }
}

function namesIn(database: DatabaseSync, query: string): Set<string> {
  return new Set(
    database
      .prepare(query)
      .all()
      .map((row) => String(row["name"])),
  );
}

function conversationNames(database: DatabaseSync, tables: ReadonlySet<string>): Map<string, string> {
  const names = new Map<string, string>();
  for (const table of ["conversations", "threads"].filter((name) => tables.has(name))) {
    for (const { id, name } of database.prepare(`select id, name from ${table}`).all()) {
      if (typeof name === "string" && name !== "") names.set(String(id), name);
    }
  }
  return names;
}

/** A response without a conversation is one of its own. */
function conversationKeys(database: DatabaseSync, tables: ReadonlySet<string>): string[] {
  const parts = [
    ...(tables.has("responses") ? ["select coalesce(conversation_id, id) as key, id from responses"] : []),
    ...(tables.has("turns") ? ["select thread_id as key, id from turns"] : []),
  ];
  const query = `select key from (${parts.join(" union all ")}) where key is not null group by key order by min(id)`;
  return database
    .prepare(query)
    .all()
    .map(({ key }) => String(key));
}

const text = v.fallback(v.nullish(v.string(), ""), "");
const orNull = v.fallback(v.nullish(v.string(), null), null);
const amount = v.fallback(v.nullish(v.number(), null), null);
const responseSchema = v.pipe(
  v.object({
    id: v.pipe(v.unknown(), v.transform(String)),
    model: orNull,
    resolved_model: orNull,
    prompt: text,
    system: text,
    response: text,
    reasoning: text,
    options_json: orNull,
    datetime_utc: orNull,
    duration_ms: amount,
    input_tokens: amount,
    output_tokens: amount,
    token_details: orNull,
  }),
  v.transform((row): Row => ({ ...row, model: row.resolved_model ?? row.model })),
);

/** The columns have become more over the years: what a database lacks counts as unknown. */
function responseRows(database: DatabaseSync, tables: ReadonlySet<string>, key: string): Row[] {
  const rows = database.prepare("select * from responses where coalesce(conversation_id, id) = ?").all(key);
  const kinds = ["prompt_fragments", "system_fragments"].filter((name) => tables.has(name) && tables.has("fragments"));
  return rows.map((raw) => {
    const row = v.parse(responseSchema, raw);
    const [prompts = [], systems = []] = kinds.map((table) => fragmentsOf(database, table, row.id));
    return withFragments(row, prompts, systems);
  });
}

/** The texts that were sent: pieces from files stand before what was typed. */
function withFragments(row: Row, prompts: readonly string[], systems: readonly string[]): Row {
  const prompt = [...prompts, row.prompt].filter((part) => part !== "").join("\n");
  return { ...row, prompt, system: [...systems, row.system].filter((part) => part !== "").join("\n") };
}

function fragmentsOf(database: DatabaseSync, table: string, response: string): string[] {
  const query = `select content from fragments join ${table} on fragments.id = fragment_id where response_id = ? order by "order"`;
  return database
    .prepare(query)
    .all(response)
    .map(({ content }) => String(content ?? ""));
}
