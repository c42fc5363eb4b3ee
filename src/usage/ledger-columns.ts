import type { SQLInputValue } from "node:sqlite";
import type { Cost, Usage } from "../chat/model.ts";
import { exactCost, roundedCost } from "./exact-cost.ts";
import type { SqlRow } from "./ledger-file.ts";
import type { LedgerRow } from "./ledger-row.ts";

/** What an account held, as its service said. */
export interface AccountBalance {
  readonly at: Date;
  readonly provider: string;
  /** ISO 4217. */
  readonly currency: string;
  /** Verbatim, e.g. `110.00`. */
  readonly total: string;
}

/** The columns of tokens by the names of the counts. */
export const tokenColumns = {
  promptTokens: "prompt_tokens",
  cachedTokens: "cached_tokens",
  completionTokens: "completion_tokens",
  reasoningTokens: "reasoning_tokens",
  totalTokens: "total_tokens",
} as const satisfies Record<keyof Usage, string>;
const tokenKinds = Object.keys(tokenColumns) as (keyof Usage)[];

/** No request has so many tokens; a sum of such counts would not fit. */
const maxTokens = 1e12;

/** In the order of `valuesOf`. */
const columns = [
  "id",
  "sent_at",
  "provider",
  "model",
  "purpose",
  ...Object.values(tokenColumns),
  "currency",
  "cost",
  "at_most",
  "conversation",
  "turn",
];

/** A statement that adds a row to a table, unless its id is there. */
export function insertion(table: "requests" | "saved"): string {
  // With OR IGNORE, what a trigger cannot add up would be left out too.
  return `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")}) ON CONFLICT (id) DO NOTHING`;
}

/** Counts and costs that cannot be are unknown. */
export function valuesOf(row: LedgerRow): SQLInputValue[] {
  const { id, sentAt, to, purpose, conversation, turn } = row;
  const usage = row.usage !== null && tokenKinds.every((kind) => isCount(row.usage![kind])) ? row.usage : null;
  const cost = row.cost === null ? null : exactCost(row.cost);
  const atMost = cost !== null || row.atMost === null ? null : exactCost(row.atMost);
  return [
    id,
    sentAt.getTime(),
    to.provider,
    to.model,
    purpose,
    ...tokenKinds.map((kind) => usage?.[kind] ?? null),
    (cost ?? atMost)?.currency ?? null,
    cost?.pico ?? null,
    atMost?.pico ?? null,
    conversation,
    turn,
  ];
}

export function rowOf(row: SqlRow): LedgerRow {
  return {
    id: String(row["id"]),
    sentAt: new Date(Number(row["sent_at"])),
    to: { provider: String(row["provider"]), model: String(row["model"]) },
    purpose: String(row["purpose"]) as LedgerRow["purpose"],
    usage: row["total_tokens"] === null ? null : usageIn(row),
    cost: costIn(row, "cost"),
    atMost: costIn(row, "at_most"),
    conversation: textOrNull(row["conversation"]),
    turn: textOrNull(row["turn"]),
  };
}

export function balanceOf({ at, provider, currency, total }: SqlRow): AccountBalance {
  return {
    at: new Date(Number(at)),
    provider: String(provider),
    currency: String(currency),
    total: String(total),
  };
}

/** The counts of a row of requests, or of their sums; a sum of none is 0. */
export function usageIn(row: SqlRow): Usage {
  return Object.fromEntries(tokenKinds.map((kind) => [kind, Number(row[tokenColumns[kind]] ?? 0)])) as Record<
    keyof Usage,
    number
  >;
}

function costIn(row: SqlRow, column: "cost" | "at_most"): Cost | null {
  const { currency, [column]: pico } = row;
  return typeof currency === "string" && typeof pico === "bigint" ? roundedCost({ currency, pico }) : null;
}

function textOrNull(value: SqlRow[string] | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function isCount(tokens: number): boolean {
  return Number.isInteger(tokens) && tokens >= 0 && tokens <= maxTokens;
}
