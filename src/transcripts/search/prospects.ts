import { join } from "node:path";
import { examine, examineTitle, type FoundExchange, type Wanted } from "./examine.ts";
import { readWhole } from "./files.ts";
import { outline, roles, type Role } from "./outline.ts";

/** A conversation that may hold what is looked for. */
export interface Prospect {
  readonly name: string;
  /** When its file was last written, in milliseconds since 1970. */
  readonly usedAt: number;
  /** How many exchanges were found by which of their texts, in the order of the roles; at most. */
  readonly tally: readonly number[];
  /** Whether it holds it for certain. */
  readonly certain: boolean;
  /** Reads the most telling of them, so many, or all when null. */
  readonly read: (most: number | null) => Reading;
}

export interface Reading {
  /** In the order of the conversation. */
  readonly exchanges: readonly FoundExchange[];
  /** How many there are besides, at most. */
  readonly more: number;
}

/** Texts that tell most about what an exchange is about. */
export const tellingRoles: ReadonlySet<Role> = new Set(["title", "question"]);

/** The most telling ones first, apart from that in the order they have. */
export function mostTelling<Item>(items: readonly Item[], isTelling: (item: Item) => boolean): Item[] {
  return [...items.filter(isTelling), ...items.filter((item) => !isTelling(item))];
}

/** Reads a whole file for what is wanted; null where it holds nothing of that. */
export function prospectIn(folder: string, name: string, wanted: Wanted): Prospect | null {
  const file = readWhole(join(folder, name));
  const held = file === null ? null : outline(file.bytes, 0);
  if (file === null || held === null) return null;
  const exchanges = held.exchanges.map(({ exchange }, index) =>
    examine(exchange, { turn: index + 1, withdrawn: exchange.withdrawn }, wanted),
  );
  const found = [examineTitle(held.title, wanted), ...exchanges].filter((one) => one !== null);
  if (found.length === 0) return null;
  const tally = roles.map((role) => found.filter(({ lines }) => lines.some((line) => line.role === role)).length);
  return { name, usedAt: file.state.mtimeMs, tally, certain: true, read: (most) => chosen(found, most) };
}

function chosen(found: readonly FoundExchange[], most: number | null): Reading {
  if (most === null) return { exchanges: found, more: 0 };
  const best = mostTelling(found, ({ lines }) => lines.some(({ role }) => tellingRoles.has(role))).slice(0, most);
  return { exchanges: found.filter((one) => best.includes(one)), more: found.length - best.length };
}
