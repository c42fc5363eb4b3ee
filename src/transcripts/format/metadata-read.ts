import * as v from "valibot";
import type { WebUse } from "../../chat/events.ts";
import type { Thinking, Usage } from "../../chat/model.ts";
import {
  type ParameterKind,
  type Sampling,
  samplingNames,
  samplingOf,
  samplingParameters,
} from "../../chat/sampling.ts";
import { purposes } from "../../chat/purpose.ts";
import type { BilledRequest } from "../../chat/billed-request.ts";
import { readImages } from "./images.ts";
import type { Compaction, ExchangeStatus, OwnRequests, TranscriptHeader } from "./types.ts";
import { metadataStart } from "./metadata-write.ts";
import type { TagChange } from "./tags.ts";
import { offsetOf } from "./times.ts";

/**
 * Reading metadata lines. Files get edited by hand and by later versions: a value that is missing or of another form
 * counts as unknown and touches nothing else.
 */
export interface Metadata {
  readonly kind: string;
  readonly data: unknown;
}

/** A metadata line taken apart; null for any other line. */
export function parseMetadata(line: string): Metadata | null {
  if (!line.startsWith(metadataStart)) return null;
  const body = line.trimEnd();
  const space = body.indexOf(" ", metadataStart.length);
  const kind = body.slice(metadataStart.length, space);
  if (space < 0 || body[space + 1] !== "{" || !body.endsWith("} -->") || !/^[a-z]{1,40}$/.test(kind)) return null;
  try {
    return { kind, data: JSON.parse(body.slice(space + 1, -" -->".length)) };
  } catch {
    return null;
  }
}

const orNull = <Schema extends v.GenericSchema>(schema: Schema) => v.fallback(v.nullable(schema), null);
const orAbsent = <Schema extends v.GenericSchema>(schema: Schema) => v.fallback(v.optional(schema), undefined);
const text = orNull(v.string());
/** No count, size or time that a file may hold is larger. */
const largest = 1e15;
const amount = orNull(v.pipe(v.number(), v.minValue(-largest), v.maxValue(largest)));
const moment = orNull(
  v.pipe(
    v.string(),
    v.transform((iso) => new Date(iso)),
    v.check((date) => isWritable(date)),
  ),
);

/** Whether a time is of the years that a label can hold; NaN is none. Near its ends a Date has no local time to write. */
export function isWritable(date: Date): boolean {
  return date.getTime() >= firstYear && date.getTime() < yearTenThousand;
}

const firstYear = Date.parse("0001-01-02T00:00:00Z");
const yearTenThousand = Date.UTC(9999, 11, 31);

/** Whether a text may be the id of a conversation. */
export function isId(text: string): boolean {
  return /^[0-9a-z]{1,40}$/.test(text);
}

const headerSchema = v.object({
  id: orNull(v.pipe(v.string(), v.check(isId))),
  started: moment,
  zone: text,
  title: text,
  origin: orNull(v.object({ id: v.string(), turns: v.number() })),
});

/** The header's facts; null when it lacks what makes it one. */
export function headerFacts(data: unknown): TranscriptHeader | null {
  const facts = read(headerSchema, data);
  if (facts === null || facts.id === null || facts.started === null) return null;
  return { id: facts.id, startedAt: facts.started, zone: facts.zone, title: facts.title, origin: facts.origin };
}

const number = orAbsent(v.number());
const parameterSchemas: { readonly [Kind in ParameterKind]: v.GenericSchema } = {
  number,
  count: number,
  integer: number,
  texts: orAbsent(v.array(v.string())),
  form: orAbsent(v.union([v.string(), v.record(v.string(), v.unknown())])),
  detail: orAbsent(v.picklist(["auto", "low", "high"])),
  fields: orAbsent(v.record(v.string(), v.unknown())),
};
const samplingSchema = v.pipe(
  v.object(Object.fromEntries(samplingNames.map((name) => [name, parameterSchemas[samplingParameters[name].kind]]))),
  v.transform((json) => samplingOf(json as Sampling)),
);
const thinkingSchema = v.pipe(
  v.object({ enabled: v.boolean(), effort: orNull(v.picklist(["low", "high", "max"])) }),
  v.transform((json): Thinking => json),
);

const fileSchema = v.object({
  name: v.string(),
  digest: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/u)),
  bytes: v.number(),
  provider: v.string(),
  id: v.string(),
});

const turnSchema = v.object({
  id: text,
  at: moment,
  provider: text,
  model: text,
  // Absent means unchanged, null means none.
  system: orAbsent(v.nullable(v.string())),
  examples: v.fallback(v.array(v.object({ user: v.string(), assistant: v.string() })), []),
  sampling: v.fallback(samplingSchema, {}),
  thinking: orNull(thinkingSchema),
  images: v.optional(v.pipe(v.unknown(), v.transform(readImages)), []),
  files: v.fallback(v.array(fileSchema), []),
  continues: text,
  edits: text,
});

export type TurnFacts = v.InferOutput<typeof turnSchema> & { readonly offset: string | null };

export function turnFacts(data: unknown): TurnFacts {
  const facts = read(turnSchema, data) ?? v.parse(turnSchema, {});
  return { ...facts, offset: offsetIn(data) };
}

const usageSchema = v.pipe(
  v.object({
    prompt_tokens: v.number(),
    cached_tokens: v.number(),
    completion_tokens: v.number(),
    reasoning_tokens: v.number(),
    total_tokens: v.number(),
  }),
  v.transform((json): Usage => ({
    promptTokens: json.prompt_tokens,
    cachedTokens: json.cached_tokens,
    completionTokens: json.completion_tokens,
    reasoningTokens: json.reasoning_tokens,
    totalTokens: json.total_tokens,
  })),
);

const seamSchema = v.object({
  at: v.number(),
  thought: v.exactOptional(v.number()),
  how: v.picklist(["prefix", "asked", "again"]),
  provider: v.string(),
  model: v.string(),
  code: v.string(),
});

// ISO 4217; anything else would be printed verbatim.
const costSchema = v.object({ currency: v.pipe(v.string(), v.regex(/^[A-Z]{3}$/u)), amount: v.number() });

const requestSchema = v.pipe(
  v.object({
    at: moment,
    provider: v.string(),
    model: v.string(),
    purpose: v.fallback(v.picklist(purposes), "question"),
    usage: orNull(usageSchema),
    cost: orNull(costSchema),
    at_most: orNull(costSchema),
  }),
  v.check(({ at }) => at !== null),
  v.transform(({ at, provider, model, purpose, usage, cost, at_most: atMost }): BilledRequest => {
    return { sentAt: at!, to: { provider, model }, purpose, usage, cost, atMost };
  }),
);
/** A row that is none counts for nothing, and does not touch the others. */
const requestsSchema = v.fallback(
  v.pipe(
    v.array(v.unknown()),
    v.transform((rows) => rows.flatMap((row) => read(requestSchema, row) ?? [])),
  ),
  [],
);

const webSchema = v.pipe(
  v.object({
    searches: orNull(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
    sources: v.fallback(v.array(v.object({ title: text, url: v.pipe(v.string(), v.regex(/^https?:\/\/\S+$/iu)) })), []),
  }),
  v.transform((json): WebUse => json),
);
const position = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const blockSchema = v.object({
  at: position,
  calls: position,
  provider: v.string(),
  field: v.string(),
  value: v.unknown(),
  text: v.string(),
});

const endSchema = v.object({
  status: orNull(v.picklist(["complete", "interrupted", "failed"] satisfies ExchangeStatus[])),
  finish_reason: text,
  usage: orNull(usageSchema),
  cost: orNull(costSchema),
  cached: v.fallback(v.optional(v.boolean()), undefined),
  web: v.fallback(v.optional(webSchema), undefined),
  blocks: v.fallback(v.optional(v.array(blockSchema)), undefined),
  error: orNull(v.object({ code: v.string(), message: v.string() })),
  first_token_ms: amount,
  answered: moment,
  ended: moment,
  seams: v.fallback(v.array(seamSchema), []),
  thinking_to: v.fallback(v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))), undefined),
  answered_by: orNull(v.object({ provider: v.string(), model: v.string() })),
  requests: requestsSchema,
});

export type EndRecord = v.InferOutput<typeof endSchema>;

export function endFacts(data: unknown): EndRecord {
  return read(endSchema, data) ?? v.parse(endSchema, {});
}

/** The exchange that an `undo` line takes back; null when it names none. */
export function undoFact(data: unknown): string | null {
  return read(v.object({ id: v.string() }), data)?.id ?? null;
}

/** A `good` line: the exchange, and whether its answer is marked as a good one; null when it lacks what makes it one. */
export function goodFact(data: unknown): { readonly id: string; readonly good: boolean } | null {
  return read(v.object({ id: v.string(), good: v.boolean() }), data);
}

/** A `compact` line; null when it lacks what makes it one. */
export function compactFact(data: unknown): Compaction | null {
  return read(v.object({ summary: v.nullable(v.string()), through: v.string() }), data);
}

/** A `billed` line; null when it lacks what makes it one. */
export function billedFact(data: unknown): OwnRequests | null {
  const fact = read(v.object({ id: v.pipe(v.string(), v.check(isId)), requests: requestsSchema }), data);
  return fact === null || fact.requests.length === 0 ? null : fact;
}

/** The name in a `title` line; null when it has none. */
export function titleFact(data: unknown): string | null {
  return read(v.object({ title: v.string() }), data)?.title ?? null;
}

/** What a `pin` line says; null when it says nothing. */
export function pinFact(data: unknown): boolean | null {
  return read(v.object({ pinned: v.boolean() }), data)?.pinned ?? null;
}

const tagList = v.fallback(v.optional(v.array(v.string()), []), []);

/** What a `tags` line changes; null when it is none. */
export function tagsFact(data: unknown): TagChange | null {
  return read(v.object({ add: tagList, remove: tagList }), data);
}

function read<Schema extends v.GenericSchema>(schema: Schema, data: unknown): v.InferOutput<Schema> | null {
  const result = v.safeParse(schema, data);
  return result.success ? result.output : null;
}

/** The offset of the time in it. */
function offsetIn(data: unknown): string | null {
  const value = read(v.object({ at: v.string() }), data)?.at;
  return value === undefined ? null : offsetOf(value);
}
