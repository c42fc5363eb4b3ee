import type { DatabaseSync } from "node:sqlite";
import * as v from "valibot";
import { json, type Row } from "./llm-rows.ts";

/**
 * The turns of one thread, from the tree of messages that they share. Facts: a turn goes from `parent_message_hash`, the
 * last message it was given, to `tip_message_hash`, the last it added; its question is the run of user messages at the end
 * of what it was given; a text that repeats a fragment refers to it.
 */
export function turnRows(database: DatabaseSync, thread: string): Row[] {
  const reader = new MessageReader(database);
  const rows = database.prepare("select * from turns where thread_id = ? order by id").all(thread);
  return rows.map((raw) => toRow(v.parse(turnSchema, raw), reader));
}

function toRow(turn: v.InferOutput<typeof turnSchema>, reader: MessageReader): Row {
  const given = reader.chain(turn.parent_message_hash, ({ role }) => role === "user" || role === "tool");
  const asked = given.filter(({ role }) => role === "user");
  const added = reader.chain(turn.tip_message_hash, ({ hash }) => hash !== turn.parent_message_hash);
  const system = reader.root(turn.parent_message_hash);
  return {
    ...turn,
    model: turn.resolved_model ?? turn.model,
    prompt: reader.text(asked, "text"),
    system: system === null ? "" : reader.text([system], "text"),
    response: reader.text(added, "text"),
    reasoning: reader.text(added, "reasoning"),
  };
}

const orNull = v.fallback(v.nullish(v.string(), null), null);
const amount = v.fallback(v.nullish(v.number(), null), null);
const turnSchema = v.object({
  id: v.pipe(v.unknown(), v.transform(String)),
  parent_message_hash: orNull,
  tip_message_hash: orNull,
  model: orNull,
  resolved_model: orNull,
  options_json: orNull,
  datetime_utc: orNull,
  duration_ms: amount,
  input_tokens: amount,
  output_tokens: amount,
  token_details: orNull,
});
const messageSchema = v.object({ hash: v.string(), parent_hash: orNull, role: v.string() });
type StoredMessage = v.InferOutput<typeof messageSchema>;
const partSchema = v.object({ text: orNull, payload: orNull });
const pieceSchema = v.union([v.object({ literal: v.string() }), v.object({ fragment: v.number() })]);
const payloadSchema = v.object({ text_ref: v.array(pieceSchema) });

class MessageReader {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** The messages from `tip` upwards as long as they belong to it, the oldest first. */
  chain(tip: string | null, belongs: (message: StoredMessage) => boolean): StoredMessage[] {
    const found: StoredMessage[] = [];
    const seen = new Set<string>();
    for (let hash = tip; hash !== null && !seen.has(hash);) {
      seen.add(hash);
      const message = this.#message(hash);
      if (message === null || !belongs(message)) break;
      found.push(message);
      hash = message.parent_hash;
    }
    return found.reverse();
  }

  /** The system message that the branch begins with; null when it has none. */
  root(tip: string | null): StoredMessage | null {
    const first = this.chain(tip, () => true)[0];
    return first?.role === "system" ? first : null;
  }

  /** The text of all parts of that type. */
  text(messages: readonly StoredMessage[], type: "text" | "reasoning"): string {
    const query = this.#database.prepare(
      "select text, payload from parts where message_hash = ? and type = ? order by position",
    );
    const parts = messages.flatMap(({ hash }) => query.all(hash, type).map((raw) => v.parse(partSchema, raw)));
    return parts.map(({ text, payload }) => text ?? this.#referred(payload)).join("");
  }

  #message(hash: string): StoredMessage | null {
    const raw = this.#database.prepare("select hash, parent_hash, role from messages where hash = ?").get(hash);
    const message = v.safeParse(messageSchema, raw);
    return message.success ? message.output : null;
  }

  #referred(payload: string | null): string {
    const parsed = v.safeParse(payloadSchema, json(payload));
    if (!parsed.success) return "";
    const fragment = this.#database.prepare("select content from fragments where id = ?");
    return parsed.output.text_ref
      .map((piece) => ("literal" in piece ? piece.literal : String(fragment.get(piece.fragment)?.["content"] ?? "")))
      .join("");
  }
}
