import type { Cost, Usage } from "../../chat/model.ts";

/** As this file writes it. */
const version = 1;
/** The first characters of each journal that this version reads. */
export const journalStart = `{"v":${version},`;

/** What a batch is of: the first line of its journal, and what has changed since. */
export interface BatchIdentity {
  /** Tells this batch from others; part of the ids in the output. */
  readonly run: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly input: InputIdentity;
  /** What decides about the answers, by the names that a person knows: model, system, temperature, template … */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** What was typed, to type it again. */
  readonly command: BatchCommand;
}

interface InputIdentity {
  /** As it was typed; `-` for stdin. */
  readonly path: string;
  /** Bytes, and SHA-256 of them. */
  readonly size: number;
  readonly sha256: string;
  readonly items: number;
  /** Lines that were left out. */
  readonly skipped: number;
}

/** A run's command line as JSON; what reads it knows more. */
interface BatchCommand {
  /** The working directory. */
  readonly folder: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Settings that flags gave. */
  readonly flags: Readonly<Record<string, unknown>>;
}

/** What was spent on an item. */
export interface ItemSpending {
  /** Null where a count is missing. */
  readonly usage: Usage | null;
  /** Null where it is unknown. */
  readonly cost: Cost | null;
  readonly requests: number;
}

/** What the journal keeps of an item that has its line in the answers. */
export interface JournalEntry extends ItemSpending {
  readonly index: number;
  /** Bytes of its line, with the line break. */
  readonly length: number;
  /** Code of the error; null for an answer. */
  readonly code: string | null;
}

/** One append to the answers. */
export interface JournalAppend {
  /** Bytes of the answers before it. */
  readonly at: number;
  /** CRC-32 of its bytes. */
  readonly crc: number;
  readonly entries: readonly JournalEntry[];
}

/** A line of a journal. */
export type JournalLine =
  | { readonly type: "append"; readonly append: JournalAppend }
  /** The person accepted changes: what is of the batch from here on. */
  | { readonly type: "identity"; readonly identity: BatchIdentity }
  /** Of an item whose line was taken away, so that it is asked again. */
  | { readonly type: "spent"; readonly spent: ItemSpending };

export function identityLine(identity: BatchIdentity): string {
  return `${JSON.stringify({ v: version, ...identity })}\n`;
}

/** `[at, crc, [index, length, code, usage, cost, requests]…]`: a million items take some 60 MB. */
export function appendLine({ at, crc, entries }: JournalAppend): string {
  const fields = entries.map((entry) => [entry.index, entry.length, entry.code, ...spentFields(entry)]);
  return `${JSON.stringify([at, crc, ...fields])}\n`;
}

export function spentLine(spent: ItemSpending): string {
  return `${JSON.stringify({ v: version, spent: spentFields(spent) })}\n`;
}

type SpentFields = readonly [
  usage: readonly [number, number, number, number] | null,
  cost: readonly [number, string] | null,
  requests: number,
];

function spentFields({ usage, cost, requests }: ItemSpending): SpentFields {
  return [
    usage && [usage.promptTokens, usage.cachedTokens, usage.completionTokens, usage.reasoningTokens],
    cost && [cost.amount, cost.currency],
    requests,
  ];
}

/** Reads a line of a journal; null for one that is torn, or of a version that is not known. */
export function readJournalLine(text: string): JournalLine | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (Array.isArray(value)) {
    const [at, crc, ...entries] = value as [number, number, ...EntryFields[]];
    return { type: "append", append: { at, crc, entries: entries.map(entryOf) } };
  }
  const { v, spent, ...identity } = value as { v?: unknown; spent?: SpentFields } & BatchIdentity;
  if (v !== version) return null;
  return spent === undefined ? { type: "identity", identity } : { type: "spent", spent: spendingOf(spent) };
}

type EntryFields = readonly [index: number, length: number, code: string | null, ...spent: SpentFields];

function entryOf([index, length, code, ...spent]: EntryFields): JournalEntry {
  return { index, length, code, ...spendingOf(spent) };
}

function spendingOf([usage, cost, requests]: SpentFields): ItemSpending {
  return {
    usage: usage && {
      promptTokens: usage[0],
      cachedTokens: usage[1],
      completionTokens: usage[2],
      reasoningTokens: usage[3],
      totalTokens: usage[0] + usage[2],
    },
    cost: cost && { amount: cost[0], currency: cost[1] },
    requests,
  };
}
