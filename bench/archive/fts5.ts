import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { conditionsFor, type Condition } from "../../src/transcripts/search/conditions.ts";
import { outline, roles, textsOf } from "../../src/transcripts/search/exchange-offsets.ts";
import { readWhole, statesIn } from "../../src/transcripts/search/files.ts";
import { fold } from "../../src/transcripts/search/fold.ts";
import { kindOf, kinds, longestTerm, longMarks } from "../../src/transcripts/search/runs.ts";
import { atOnce } from "../../src/transcripts/steps.ts";

/** Words that are kept together, so that a part of a word is looked for in few places: as many as in today's index. */
const wordsInGroup = 64;

/** So many words are asked for by one expression; of more, each list is read by itself. */
const maxAlternatives = 64;

/** Every character of ASCII is part of a term but the space; FTS5 keeps what is beyond ASCII as it is. */
const signs = Array.from({ length: 0x7f }, (_, code) => String.fromCharCode(code + 1)).filter((sign) => sign !== " ");
const tokenizer = `ascii tokenchars ${sqlText(signs.join(""))}`;

/** Numbers joined by SQLite: row by row they take three times as long. */
const textsOfMatch = "SELECT group_concat(rowid) AS list FROM texts(?)";
const textsOfTerms =
  "SELECT group_concat(doc) AS list FROM json_each(?) CROSS JOIN lists ON lists.term = json_each.value GROUP BY term";

/**
 * What the search index would be with SQLite's FTS5: the same terms in a contentless table, a row for each text, and the words
 * in a second table by their trigrams. It answers which exchanges may hold something, and nothing else: what follows is the same
 * for both. Characters beyond 16 bits, which the archive of the bench does not have, are left out.
 */
export class Fts5Index implements Disposable {
  readonly #path: string;
  readonly #sqlite: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #exchanges = 0;

  /** @param path of a file that is made anew */
  constructor(path: string) {
    this.#path = path;
    for (const ending of ["", "-wal", "-shm"]) rmSync(`${path}${ending}`, { force: true });
    this.#sqlite = new DatabaseSync(path);
    this.#sqlite.exec(`
      PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000;
      CREATE VIRTUAL TABLE texts USING fts5(terms, content = '', detail = none, columnsize = 0, tokenize = ${sqlText(tokenizer)});
      CREATE VIRTUAL TABLE lists USING fts5vocab(texts, instance);
      CREATE VIRTUAL TABLE groups USING fts5(words, detail = none, columnsize = 0, tokenize = 'trigram case_sensitive 1');
    `);
  }

  /** Reads all files of a folder. */
  build(folder: string): void {
    const terms = new TermWriter();
    const insert = this.#sqlite.prepare("INSERT INTO texts(rowid, terms) VALUES (?, ?)");
    this.#sqlite.exec("BEGIN");
    for (const name of statesIn(folder).keys()) {
      for (const { exchange } of atOnce(outline(readWhole(join(folder, name)).bytes, 0))!.exchanges) {
        for (const { role, text } of textsOf(exchange)) {
          if (text === "") continue;
          insert.run(this.#exchanges * roles.length + roles.indexOf(role), terms.write(fold(text)));
        }
        this.#exchanges++;
      }
    }
    this.#addGroups([...terms.words]);
    for (const table of ["texts", "groups"]) this.#sqlite.exec(`INSERT INTO ${table}(${table}) VALUES ('optimize')`);
    this.#sqlite.exec("COMMIT; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
  }

  /** Bytes on the disk. */
  get size(): number {
    return statSync(this.#path).size;
  }

  /** How many exchanges may hold all of the literals. */
  count(literals: readonly string[]): number {
    const each = literals.map((literal) => {
      const found = new Uint8Array(this.#exchanges);
      this.#eachText(conditionsFor(literal).conditions, (text) => (found[Math.floor(text / roles.length)] = 1));
      return found;
    });
    const all = each.reduce((some, more) => some.map((found, exchange) => found & more[exchange]!));
    return all.filter(Boolean).length;
  }

  [Symbol.dispose](): void {
    this.#sqlite.close();
  }

  #addGroups(words: readonly string[]): void {
    const insert = this.#sqlite.prepare("INSERT INTO groups(rowid, words) VALUES (?, ?)");
    for (let group = 0; group * wordsInGroup < words.length; group++) {
      const together = words.slice(group * wordsInGroup, (group + 1) * wordsInGroup);
      insert.run(group + 1, `\n${together.join("\n")}\n`);
    }
  }

  /** Calls `visit` with the rows that fulfil all conditions. */
  #eachText(conditions: readonly Condition[], visit: (text: number) => void): void {
    const alternatives = conditions.map((condition) => this.#termsOf(condition));
    const few = alternatives.filter((terms) => terms.length <= maxAlternatives);
    if (few.some((terms) => terms.length === 0)) return;
    const many = alternatives.filter((terms) => terms.length > maxAlternatives);
    const questions: [sql: string, parameter: string][] = many.map((terms) => [textsOfTerms, JSON.stringify(terms)]);
    const expression = few.map((terms) => `(${terms.map(quoted).join(" OR ")})`).join(" AND ");
    if (few.length > 0) questions.unshift([textsOfMatch, expression]);
    const last = questions.length - 1;
    /** How many of the questions before named each row. */
    const named = new Uint8Array(last === 0 ? 0 : this.#exchanges * roles.length);
    for (const [index, [sql, parameter]] of questions.entries()) {
      for (const { list } of this.#statement(sql).all(parameter)) {
        eachNumber(list, (text) => {
          if (index > 0 && named[text] !== index) return;
          if (index === last) visit(text);
          else named[text] = index + 1;
        });
      }
    }
  }

  /** The terms of which a text must have one. */
  #termsOf(condition: Condition): string[] {
    if (condition.type === "pair") {
      const { first, second } = condition;
      return [second === null || second === 0 ? String.fromCharCode(first) : String.fromCharCode(first, second)];
    }
    const { text, part } = condition;
    const before = part === "whole" || part === "start" ? "\n" : "";
    const after = part === "whole" || part === "end" ? "\n" : "";
    return this.#wordsWith(`${before}${text}${after}`);
  }

  #wordsWith(part: string): string[] {
    const grams = Array.from({ length: Math.max(0, part.length - 2) }, (_, at) => quoted(part.slice(at, at + 3)));
    const rows =
      grams.length === 0
        ? this.#statement("SELECT words FROM groups WHERE instr(words, ?)").all(part)
        : this.#statement("SELECT words FROM groups(?)").all(grams.join(" AND "));
    return rows.flatMap(({ words }) => found(String(words), part));
  }

  #statement(sql: string): StatementSync {
    const statement = this.#statements.get(sql) ?? this.#sqlite.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** The words of a group that have `part` in them, where a newline is the beginning or end of a word. */
function found(words: string, part: string): string[] {
  const whole: string[] = [];
  for (let at = words.indexOf(part); at >= 0;) {
    const start = (part.startsWith("\n") ? at : words.lastIndexOf("\n", at)) + 1;
    const end = words.indexOf("\n", start);
    whole.push(words.slice(start, end));
    at = words.indexOf(part, end);
  }
  return whole;
}

/** Calls `visit` with each of numbers that commas separate. */
function eachNumber(list: unknown, visit: (number: number) => void): void {
  if (typeof list !== "string") return;
  let number = 0;
  for (let at = 0; at <= list.length; at++) {
    const code = at < list.length ? list.charCodeAt(at) : comma;
    if (code !== comma) number = number * 10 + code - 0x30;
    else {
      visit(number);
      number = 0;
    }
  }
}

const comma = 0x2c;

/** A term within an expression of FTS5. */
function quoted(term: string): string {
  return `"${term.replaceAll('"', '""')}"`;
}

function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Writes the terms of folded texts as FTS5 is to read them, in UTF-8 with a space behind each. */
class TermWriter {
  /** All words there were, each once. */
  readonly words = new Set<string>();
  #bytes = Buffer.alloc(0);
  #length = 0;

  /** The bytes are gone with the next call. */
  write(folded: string): Uint8Array {
    // At most two terms for a unit: itself, and with the next one.
    if (this.#bytes.length < folded.length * 12) this.#bytes = Buffer.allocUnsafe(folded.length * 24);
    this.#length = 0;
    for (let from = 0, to = 0; from < folded.length; from = to) {
      const kind = kindOf(folded.charCodeAt(from));
      while (to < folded.length && kindOf(folded.charCodeAt(to)) === kind) to++;
      if (kind === kinds.spaceless) this.#pairs(folded, from, to);
      else if (kind !== kinds.space) this.#word(to - from > longestTerm ? longMarks[kind] : folded.slice(from, to));
    }
    return this.#bytes.subarray(0, this.#length);
  }

  #word(word: string): void {
    this.words.add(word);
    this.#length += this.#bytes.write(`${word} `, this.#length);
  }

  #pairs(folded: string, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      this.#units(folded.charCodeAt(at), 0);
      if (at + 1 < to) this.#units(folded.charCodeAt(at), folded.charCodeAt(at + 1));
    }
  }

  #units(first: number, second: number): void {
    for (const unit of second === 0 ? [first] : [first, second]) {
      this.#bytes[this.#length++] = 0xe0 | (unit >> 12);
      this.#bytes[this.#length++] = 0x80 | ((unit >> 6) & 0x3f);
      this.#bytes[this.#length++] = 0x80 | (unit & 0x3f);
    }
    this.#bytes[this.#length++] = 0x20;
  }
}
