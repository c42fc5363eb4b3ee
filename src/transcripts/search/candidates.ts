import { conditionsFor, type Condition } from "./conditions.ts";
import { textsPerExchange } from "./index-build.ts";
import { roles, type Role } from "./exchange-offsets.ts";
import { eachNumber } from "./postings.ts";
import type { Segment } from "./segment-store.ts";
import { gramKey } from "./segment.ts";

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

type Visit = (number: number) => void;

class Asked {
  readonly #segment: Segment;
  readonly #within: number;
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
    const within = this.#within;
    const each = conditions.map((condition) => (visit: Visit) => this.#each(condition, limit, visit));
    eachInAll(each, limit, (number) => {
      bits[number >>> 3]! |= (1 << (number & 7)) & within;
    });
    return bits;
  }

  #each(condition: Condition, limit: number, visit: Visit): void {
    if (condition.type === "pair") {
      const group = this.#segment.pairs(condition.first);
      const wanted = (label: number) => condition.second === null || label === condition.second;
      if (group !== null) eachNumber(group, wanted, limit, visit);
      return;
    }
    const { text, part, long } = condition;
    const before = part === "whole" || part === "start" ? "\n" : "";
    const after = part === "whole" || part === "end" ? "\n" : "";
    this.#eachWith(`${before}${text}${after}`, limit, visit);
    if (text === long || part === "whole") return;
    this.#eachWith(`\n${long}\n`, limit, (number) => {
      this.sawLong = true;
      visit(number);
    });
  }

  /** The texts in which words stand that have `part` in them, where a newline is the beginning or end of a word. */
  #eachWith(part: string, limit: number, visit: Visit): void {
    this.#eachGroup(part, (key) => {
      const spelled = this.#segment.spelled(key);
      const wanted = wordsWith(spelled, part);
      if (wanted.size > 0) eachNumber(this.#segment.lists(key), (label) => wanted.has(label), limit, visit);
    });
  }

  /** Groups of words in which that may stand. */
  #eachGroup(part: string, visit: Visit): void {
    const groups = this.#segment.wordGroups;
    if (part.length < 2) {
      for (let key = 0; key < groups; key++) visit(key);
      return;
    }
    const each = Array.from({ length: Math.max(1, part.length - 2) }, (_, at) => {
      const third = part.length === 2 ? null : part.charCodeAt(at + 2);
      return (found: Visit) => {
        const lists = this.#segment.grams(gramKey(part, at));
        if (lists !== null) eachNumber(lists, (label) => third === null || label === third, groups, found);
      };
    });
    const seen = new Uint8Array(groups);
    eachInAll(each, groups, (key) => (seen[key] = 1));
    for (let key = seen.indexOf(1); key >= 0; key = seen.indexOf(1, key + 1)) visit(key);
  }
}

/** More would not fit into a byte, and say nothing new. */
const maxLists = 200;

/** The numbers below `limit` that each of the lists has; more than once where the last has them so. */
function eachInAll(lists: readonly ((visit: Visit) => void)[], limit: number, visit: Visit): void {
  const asked = lists.slice(0, maxLists);
  if (asked.length === 1) return asked[0]!(visit);
  /** In how many of the lists each number was, one after the other. */
  const counted = new Uint8Array(limit);
  for (const [index, each] of asked.entries()) {
    const isLast = index === asked.length - 1;
    let any = false;
    each((number) => {
      if (index > 0 && counted[number] !== index) return;
      any = true;
      if (isLast) visit(number);
      else counted[number] = index + 1;
    });
    if (!any) return;
  }
}

/** The numbers of the words of a group that have `part` in them. */
function wordsWith(spelled: string, part: string): Set<number> {
  const numbers = new Set<number>();
  let number = -1;
  let before = 0;
  // A part that begins with a newline begins in front of its word.
  for (let at = spelled.indexOf(part); at >= 0; at = spelled.indexOf(part, at + 1)) {
    for (; before <= at; before++) if (spelled.charCodeAt(before) === newline) number++;
    numbers.add(number);
  }
  return numbers;
}

const newline = 10;
