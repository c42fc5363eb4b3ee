import { join } from "node:path";
import type { AppError } from "../../errors.ts";
import type { FileState } from "../store/folder.ts";
import { unreadable } from "../store/read.ts";
import { byTurns } from "../steps.ts";
import { examine, examineTitle, type FoundExchange, type Wanted } from "./match-exchange.ts";
import { readWhole } from "./files.ts";
import { outline, roles, type Outline, type Role } from "./exchange-offsets.ts";

/** A conversation that may hold what is looked for. */
export interface Prospect {
  readonly name: string;
  /** When it was used last, in milliseconds since 1970. */
  readonly usedAt: number;
  /** Whether it shares exchanges with the conversation that it was branched off. */
  readonly forked: boolean;
  /** How many exchanges were found by which of their texts, in the order of the roles; at most. */
  readonly tally: readonly number[];
  /** Whether it holds it for certain. */
  readonly certain: boolean;
  /** Reads the most telling of them that were not shown, so many, or all when null. */
  readonly read: (max: number | null, shown: Shown) => CandidateReading;
}

/** Whether the exchange of an id was given already, as part of the conversation on the other side of a fork. */
export type Shown = (id: string) => boolean;

export interface CandidateReading {
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

/**
 * Reads a whole file for what is wanted; null where it holds nothing of that, or is gone.
 *
 * @throws AppError `transcript_unreadable`, `interrupted`
 */
export async function prospectIn(
  folder: string,
  name: string,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Prospect | null> {
  const path = join(folder, name);
  try {
    const { bytes, state } = readWhole(path);
    const held = await byTurns(outline(bytes, 0), signal);
    return held === null ? null : prospectOf(name, state, held, wanted);
  } catch (error) {
    const known: AppError = unreadable(path, error);
    if (known.code === "transcript_unreadable" && isGone(known)) return null;
    throw known;
  }
}

function isGone({ cause }: AppError): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "ENOENT";
}

function prospectOf(name: string, { mtimeMs }: FileState, held: Outline, wanted: Wanted): Prospect | null {
  const exchanges = held.exchanges.map(({ exchange }, index) =>
    examine(exchange, { turn: index + 1, withdrawn: exchange.withdrawn }, wanted),
  );
  const found = [examineTitle(held.title, wanted), ...exchanges].filter((one) => one !== null);
  if (found.length === 0) return null;
  const tally = roles.map((role) => found.filter(({ lines }) => lines.some((line) => line.role === role)).length);
  const { usedAt, forked } = held;
  const read = (max: number | null, shown: Shown) => chosen(found, max, shown);
  return { name, usedAt: usedAt ?? mtimeMs, forked, tally, certain: true, read };
}

function chosen(all: readonly FoundExchange[], max: number | null, shown: Shown): CandidateReading {
  const found = all.filter(({ id }) => id === null || !shown(id));
  if (max === null) return { exchanges: found, more: 0 };
  const telling = mostTelling(found, ({ lines }) => lines.some(({ role }) => tellingRoles.has(role)));
  const best = new Set(telling.slice(0, max));
  return { exchanges: found.filter((one) => best.has(one)), more: found.length - best.size };
}
