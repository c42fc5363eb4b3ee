import * as v from "valibot";
import type { Usage } from "../../chat/model.ts";
import { type Sampling, samplingOf } from "../../chat/sampling.ts";
import { isWritable } from "../format/metadata-read.ts";
import type { Exchange } from "../format/types.ts";
import { momentOf } from "./dates.ts";
import { skip, unknownElsewhere, type Item } from "./types.ts";
import { exchangeOf, isEmpty } from "./messages.ts";
import { orNull } from "./field-schemas.ts";

const amount = v.fallback(v.nullish(v.number(), null), null);
/** The columns that both tables of answers have. */
export const rowEntries = {
  /** Sorts by time. */
  id: v.pipe(v.unknown(), v.transform(String)),
  model: orNull,
  resolved_model: orNull,
  options_json: orNull,
  /** When it was asked; without offset it is UTC all the same. */
  datetime_utc: orNull,
  duration_ms: amount,
  input_tokens: amount,
  output_tokens: amount,
  token_details: orNull,
};

/** One question and answer of `llm`, from whichever of its tables. */
export interface LlmRow extends Readonly<v.InferOutput<v.ObjectSchema<typeof rowEntries, undefined>>> {
  readonly prompt: string;
  readonly system: string;
  readonly response: string;
  readonly reasoning: string;
}

/** The rows of one conversation, in their order, as a conversation of ours. */
export function conversationOf(key: string, title: string | null, rows: readonly LlmRow[]): Item {
  const startedAt = rows.map((row) => momentOf(row.datetime_utc, "Z")).find((at) => at !== null) ?? new Date(0);
  let now = startedAt;
  let system: string | null = null;
  const exchanges = rows.map((row) => {
    now = momentOf(row.datetime_utc, "Z") ?? now;
    // It is noted where it is given, and holds from there on.
    system = row.system === "" ? system : row.system;
    return toExchange(row, now, system);
  });
  if (isEmpty(exchanges)) return skip("empty", title);
  return { found: { ...unknownElsewhere, source: "llm", key, title, startedAt, exchanges, leftOut: 0 } };
}

function toExchange(row: LlmRow, askedAt: Date, system: string | null): Exchange {
  const ended = row.duration_ms === null ? null : new Date(askedAt.getTime() + row.duration_ms);
  const endedAt = ended !== null && isWritable(ended) ? ended : null;
  return exchangeOf({
    question: row.prompt,
    askedAt,
    answer: row.response,
    reasoning: row.reasoning,
    // Only the end is known of an answer that came piece by piece.
    answeredAt: row.response === "" ? null : endedAt,
    endedAt,
    model: row.model,
    system,
    sampling: optionsOf(json(row.options_json)),
    usage: usageOf(row),
  });
}

const number = v.fallback(v.optional(v.number()), undefined);
/** The options of llm's own OpenAI models; other plugins have others. */
const optionsSchema = v.object({
  temperature: number,
  top_p: number,
  top_k: number,
  max_tokens: number,
  frequency_penalty: number,
  presence_penalty: number,
});

function optionsOf(options: unknown): Sampling {
  const parsed = v.safeParse(optionsSchema, options);
  return parsed.success ? samplingOf(parsed.output) : {};
}

const count = v.fallback(v.optional(v.number(), 0), 0);
const detailsSchema = v.object({
  prompt_tokens_details: v.fallback(v.optional(v.object({ cached_tokens: count }), {}), { cached_tokens: 0 }),
  completion_tokens_details: v.fallback(v.optional(v.object({ reasoning_tokens: count }), {}), { reasoning_tokens: 0 }),
});

function usageOf({ input_tokens: input, output_tokens: output, token_details: raw }: LlmRow): Usage | null {
  if (input === null || output === null) return null;
  const details = v.safeParse(detailsSchema, json(raw) ?? {});
  return {
    promptTokens: input,
    cachedTokens: details.success ? details.output.prompt_tokens_details.cached_tokens : 0,
    completionTokens: output,
    reasoningTokens: details.success ? details.output.completion_tokens_details.reasoning_tokens : 0,
    totalTokens: input + output,
  };
}

export function json(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
