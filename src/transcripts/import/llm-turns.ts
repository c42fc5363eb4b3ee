import * as v from "valibot";
import { bounds } from "./bounds.ts";
import { TooMuch, type ForeignDatabase } from "./database.ts";
import { json, type LlmRow, rowEntries } from "./llm-rows.ts";
import { orNull } from "./field-schemas.ts";

/**
 * The turns in those rows, from the tree of messages that they share. Facts: a turn goes from `parent_message_hash`, the
 * last message it was given, to `tip_message_hash`, the last it added; its question is the run of user messages at the end
 * of what it was given; a text that repeats a fragment refers to it.
 */
export function turnRows(database: ForeignDatabase, rowids: readonly number[], reader: MessageReader): LlmRow[] {
  return rowids.flatMap((rowid) => {
    const raw = database.row("turns", Object.keys(turnEntries), "where rowid = ?", rowid);
    return raw === undefined ? [] : [toRow(v.parse(turnSchema, raw), reader)];
  });
}

function toRow(turn: v.InferOutput<typeof turnSchema>, reader: MessageReader): LlmRow {
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

const turnEntries = { ...rowEntries, parent_message_hash: orNull, tip_message_hash: orNull };
const turnSchema = v.object(turnEntries);
const messageSchema = v.object({ hash: v.string(), parent_hash: orNull, role: v.string() });
type StoredMessage = v.InferOutput<typeof messageSchema>;
const partSchema = v.object({ text: orNull, payload: orNull });
const pieceSchema = v.union([v.object({ literal: v.string() }), v.object({ fragment: v.number() })]);
const payloadSchema = v.object({ text_ref: v.array(pieceSchema) });

/** Reads the messages that the turns of a database hang on, each at most once. */
export class MessageReader {
  readonly #database: ForeignDatabase;
  readonly #messages = new Map<string, StoredMessage | null>();
  /** The first message of the branch that each is the end of. */
  readonly #roots = new Map<string, StoredMessage | null>();
  /** The texts of all messages, by their type and hash; null before one is wanted. */
  #texts: Map<string, string> | null = null;
  #steps = 0;

  constructor(database: ForeignDatabase) {
    this.#database = database;
  }

  /** The messages from `tip` upwards as long as they belong to it, the oldest first. Throws TooMuch. */
  chain(tip: string | null, belongs: (message: StoredMessage) => boolean): StoredMessage[] {
    const found: StoredMessage[] = [];
    const seen = new Set<string>();
    for (let hash = tip; hash !== null && !seen.has(hash);) {
      seen.add(hash);
      // Where every turn repeats what stands before it, this grows with their square.
      if (++this.#steps > bounds.rows) throw new TooMuch();
      const message = this.#message(hash);
      if (message === null || !belongs(message)) break;
      found.push(message);
      hash = message.parent_hash;
    }
    return found.reverse();
  }

  /** The system message that the branch begins with; null when it has none. */
  root(tip: string | null): StoredMessage | null {
    const branch: string[] = [];
    const seen = new Set<string>();
    let first: StoredMessage | null = null;
    for (let hash = tip; hash !== null && !seen.has(hash);) {
      const known = this.#roots.get(hash);
      if (known !== undefined) {
        first = known;
        break;
      }
      seen.add(hash);
      branch.push(hash);
      const message = this.#message(hash);
      if (message === null) break;
      first = message;
      hash = message.parent_hash;
    }
    for (const hash of branch) this.#roots.set(hash, first);
    return first?.role === "system" ? first : null;
  }

  /** The text of all parts of that type. */
  text(messages: readonly StoredMessage[], type: "text" | "reasoning"): string {
    this.#texts ??= this.#readParts();
    return messages.map(({ hash }) => this.#texts!.get(`${type} ${hash}`) ?? "").join("");
  }

  /** In one go: each message may be part of what many turns were given. */
  #readParts(): Map<string, string> {
    const texts = new Map<string, string>();
    const columns = ["message_hash", "type", "text", "payload"];
    for (const raw of this.#database.rows("parts", columns, "order by message_hash, position")) {
      const { message_hash: hash, type } = raw;
      if (type !== "text" && type !== "reasoning") continue;
      const { text, payload } = v.parse(partSchema, raw);
      const key = `${type} ${String(hash)}`;
      texts.set(key, (texts.get(key) ?? "") + (text ?? this.#referred(payload)));
    }
    return texts;
  }

  #message(hash: string): StoredMessage | null {
    const known = this.#messages.get(hash);
    if (known !== undefined) return known;
    const raw = this.#database.row("messages", ["hash", "parent_hash", "role"], "where hash = ?", hash);
    const message = v.safeParse(messageSchema, raw);
    this.#messages.set(hash, message.success ? message.output : null);
    return message.success ? message.output : null;
  }

  #referred(payload: string | null): string {
    const parsed = v.safeParse(payloadSchema, json(payload));
    if (!parsed.success) return "";
    const fragment = (id: number) => this.#database.row("fragments", ["content"], "where id = ?", id)?.["content"];
    return parsed.output.text_ref
      .map((piece) => ("literal" in piece ? piece.literal : String(fragment(piece.fragment) ?? "")))
      .join("");
  }
}
