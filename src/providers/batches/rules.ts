import type { batchForms, ProviderConfig } from "../../config/schema.ts";

/** What a service takes as a batch, by OpenAI's `/files` and `/batches`, and what it bills. */
export interface BatchRules {
  /** Lines of one file. */
  readonly maxLines: number;
  /** Bytes of one file. */
  readonly maxBytes: number;
  /** What tokens of a batch cost, as a part of the price of the same tokens of a question. */
  readonly priceFactor: number;
  /** The day on which the source was read, `YYYY-MM-DD`; null for what the config file says. */
  readonly asOf: string | null;
  readonly source: string | null;
}

/** All lines of a file have one model, and 24 hours. A gigabyte is taken for the smaller of the two that are called so. */
export const batchRules: Readonly<Record<Exclude<(typeof batchForms)[number], "none">, BatchRules>> = {
  siliconflow: {
    maxLines: 5_000,
    maxBytes: 1e9,
    priceFactor: 0.5,
    asOf: "2026-11-26",
    source: "https://docs.siliconflow.cn/cn/userguide/guides/batch",
  },
  openai: {
    maxLines: 50_000,
    maxBytes: 200e6,
    priceFactor: 0.5,
    asOf: "2026-11-26",
    source: "https://developers.openai.com/api/docs/guides/batch",
  },
};

/**
 * The rules of a provider: the catalogue's, or as the config file's entry has them.
 *
 * @returns null for one that has no batches
 */
export function batchRulesOf(entry: ProviderConfig["batches"], row: BatchRules | null): BatchRules | null {
  if (entry === undefined) return row;
  const {
    form,
    max_lines: maxLines,
    max_bytes: maxBytes,
    price_factor: priceFactor,
  } = typeof entry === "string" ? { form: entry } : entry;
  if (form === "none") return null;
  const rules = form === undefined ? (row ?? batchRules.openai) : batchRules[form];
  const isChanged = maxLines !== undefined || maxBytes !== undefined || priceFactor !== undefined;
  return {
    maxLines: maxLines ?? rules.maxLines,
    maxBytes: maxBytes ?? rules.maxBytes,
    priceFactor: priceFactor ?? rules.priceFactor,
    ...(isChanged ? { asOf: null, source: null } : { asOf: rules.asOf, source: rules.source }),
  };
}
