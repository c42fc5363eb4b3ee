import { conditionsFor, type Condition, type WordPart } from "./conditions.ts";
import { textsPerExchange } from "./indexing.ts";
import { roles, type Role } from "./outline.ts";
import { eachNumber } from "./postings.ts";
import type { Segment } from "./rows.ts";
import type { Lexicon } from "./segment.ts";

/** The exchanges of a segment that may hold what is looked for. */
export interface Candidates {
  /** For each exchange a bit for each role in whose text something was found; 0 where it is no candidate. */
  readonly found: Uint8Array;
  /** Whether each holds it for certain. */
  readonly certain: boolean;
}

/**
 * Asks a segment for literals, which all must stand in an exchange.
 *
 * @param within the roles whose texts count
 * @throws Damage, and SQLite's errors
 */
export function candidatesIn(segment: Segment, literals: readonly string[], within: ReadonlySet<Role>): Candidates {
  const asked = new Asked(segment, bitsOf(within));
  let found: Uint8Array | null = null;
  let certain = literals.length === 1;
  for (const literal of literals) {
    const { conditions, certain: clear } = conditionsFor(literal);
    const bits = asked.exchangesWith(conditions);
    certain &&= clear && !asked.sawLong;
    found = found === null ? bits : both(found, bits);
  }
  return { found: found ?? new Uint8Array(segment.exchanges), certain };
}

export function bitsOf(within: ReadonlySet<Role>): number {
  return roles.reduce((bits, role, index) => (within.has(role) ? bits | (1 << index) : bits), 0);
}

/** Exchanges that are in both, with all roles. */
function both(one: Uint8Array, other: Uint8Array): Uint8Array {
  return one.map((bits, index) => (bits !== 0 && other[index] !== 0 ? bits | other[index]! : 0));
}

class Asked {
  readonly #segment: Segment;
  readonly #within: number;
  #lexicon: Lexicon | null = null;
  /** Whether there were texts with runs too long for the index. */
  sawLong = false;

  constructor(segment: Segment, within: number) {
    this.#segment = segment;
    this.#within = within;
  }

  /** For each exchange the roles whose texts fulfil all conditions. */
  exchangesWith(conditions: readonly Condition[]): Uint8Array {
    const { exchanges } = this.#segment;
    const limit = exchanges * textsPerExchange;
    const bits = new Uint8Array(exchanges);
    const asked = conditions.slice(0, mostConditions);
    /** How many of the conditions each text fulfils, one after the other. One condition needs no counting. */
    const fulfilled = new Uint8Array(asked.length > 1 ? limit : 0);
    for (const [index, condition] of asked.entries()) {
      const isLast = index === asked.length - 1;
      let any = false;
      this.#each(condition, limit, (number) => {
        if (index > 0 && fulfilled[number] !== index) return;
        any = true;
        if (isLast) bits[number >>> 3]! |= (1 << (number & 7)) & this.#within;
        else fulfilled[number] = index + 1;
      });
      if (!any) break;
    }
    return bits;
  }

  #each(condition: Condition, limit: number, visit: (number: number) => void): void {
    if (condition.type === "pair") {
      const group = this.#segment.pairs(condition.first);
      const wanted = (label: number) => condition.second === null || label === condition.second;
      if (group !== null) eachNumber(group, wanted, limit, visit);
      return;
    }
    this.#lexicon ??= this.#segment.lexicon();
    const { text, part, long } = condition;
    this.#eachWith(wordsIn(this.#lexicon, text, part), limit, visit);
    if (text === long || part === "whole") return;
    this.#eachWith(wordsIn(this.#lexicon, long, "whole"), limit, (number) => {
      this.sawLong = true;
      visit(number);
    });
  }

  #eachWith(words: readonly number[], limit: number, visit: (number: number) => void): void {
    for (let at = 0; at < words.length;) {
      const { group, last } = this.#segment.words(words[at]!);
      const wanted = new Set<number>();
      for (; at < words.length && words[at]! <= last; at++) wanted.add(words[at]!);
      eachNumber(group, (label) => wanted.has(label), limit, visit);
    }
  }
}

/** More would not fit into a byte, and say nothing new. */
const mostConditions = 200;

/** The numbers, ascending, of the words that have `text` as that part. */
function wordsIn({ bytes: all, starts: readStarts }: Lexicon, text: string, part: WordPart): number[] {
  const [before, after] = [
    part === "whole" || part === "start" ? "\n" : "",
    part === "whole" || part === "end" ? "\n" : "",
  ];
  // In the bytes as they stand: making a string of millions of them takes longer than to search them.
  const needle = Buffer.from(`${before}${text}${after}`);
  const numbers: number[] = [];
  let at = all.indexOf(needle);
  const starts = at < 0 ? none : readStarts();
  while (at >= 0) {
    const number = numberAt(starts, at + before.length);
    numbers.push(number);
    at = all.indexOf(needle, (starts[number + 1] ?? all.length) - 1);
  }
  return numbers;
}

const none = new Uint32Array();

/** The number of the word in which a place of the lexicon lies. */
function numberAt(starts: Uint32Array, place: number): number {
  let low = 0;
  for (let high = starts.length; high - low > 1;) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! <= place) low = middle;
    else high = middle;
  }
  return low;
}
