import * as v from "valibot";
import type { BatchItem } from "../../batch/item.ts";
import type { Message } from "../../chat/messages.ts";
import { assistantMessage, userMessage } from "../../chat/message-text.ts";
import type { ModelRef } from "../../chat/model.ts";
import { samplingNames, samplingOf } from "../../chat/sampling.ts";
import type { Flags } from "../../config/schema.ts";
import { AppError } from "../../errors.ts";
import type { RateLimits } from "../../providers/resilience/rate-gate.ts";
import type { Engine } from "../engine.ts";
import type { ItemRequests } from "./item-request.ts";

const limit = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)));
const texts = v.record(v.string(), v.unknown());

/**
 * What decides about the answers of a run beside its items, as it travels to the workers. It names no file, no tool, no address and no
 * key: those are the worker's own.
 */
const queueParameters = v.strictObject({
  /** `provider/id`. */
  model: v.string(),
  /** The system prompt; null for none. */
  system: v.nullable(v.string()),
  examples: v.array(v.strictObject({ user: v.string(), assistant: v.string() })),
  /** Values of sampling parameters, `thinking` and `effort`, by the names of their settings. */
  settings: texts,
  /** JSON Schema that answers are to fit; null for free text. */
  schema: v.nullable(texts),
  /** Whether answers are lists of what fits it. */
  schemaMulti: v.boolean(),
  /** Of requests to each provider, over all workers. */
  limits: v.strictObject({ rpm: limit, tpm: limit, concurrency: limit }),
  /** Seconds that an item may take; null for no limit. */
  itemTimeout: v.nullable(v.number()),
  /** Whether items wait for cheaper hours. */
  offPeak: v.boolean(),
  /** What the run may cost; null for no limit. */
  maxCost: v.nullable(v.strictObject({ currency: v.string(), amount: v.number() })),
});

export type QueueParameters = v.InferOutput<typeof queueParameters>;

/** How fast a run may be. */
export interface QueuePace {
  readonly limits: RateLimits;
  /** Seconds; null for no limit. */
  readonly itemTimeout: number | null;
  readonly offPeak: boolean;
}

/** @throws AppError `queue_version` for what no program of this version wrote */
export function readQueueParameters(value: unknown, ours: number): QueueParameters {
  const read = v.safeParse(queueParameters, value);
  if (!read.success) throw new AppError("queue_version", { theirs: "?", ours });
  return read.output;
}

/** @param schema of the settings, read; null for free text */
export function queueParametersOf(
  { settings, preface }: Pick<Engine, "settings" | "preface">,
  { provider, model }: ModelRef,
  schema: QueueParameters["schema"],
  { limits, itemTimeout, offPeak }: QueuePace,
): QueueParameters {
  const { thinking, effort, max_cost: amount, currency } = settings;
  const { system, examples } = preface;
  return {
    model: `${provider}/${model}`,
    system,
    examples: [...examples],
    settings: {
      ...samplingOf(settings),
      ...(thinking !== undefined && { thinking }),
      ...(effort !== undefined && { effort }),
    },
    schema,
    schemaMulti: settings.schema_multi === true,
    limits: { ...limits },
    itemTimeout,
    offPeak,
    maxCost: amount === undefined ? null : { currency, amount },
  };
}

/** The settings in which a worker answers a run: the run's in the place of its own. */
export function flagsOf({ model, settings, schema, schemaMulti }: QueueParameters): Flags {
  const flag = "--queue";
  const allowed: ReadonlySet<string> = new Set([...samplingNames, "thinking", "effort"]);
  const given = Object.entries(settings).filter(([name]) => allowed.has(name));
  return {
    ...Object.fromEntries(given.map(([name, value]) => [name, { value, flag }])),
    model: { value: model, flag },
    // Neither the worker's own prompt nor its role: what the run has is in its items.
    system: { value: "", flag },
    ...(schema !== null && { schema: { value: schema, flag }, schema_multi: { value: schemaMulti, flag } }),
  };
}

/** An item as it travels: worded by the role in use, whose prompt and examples travel once for all items. */
export function queuedItem(requests: ItemRequests, item: BatchItem, asked: ModelRef): BatchItem {
  if (item.messages.some(({ role }) => role === "system")) return item;
  const { messages } = requests.requestOf(item, asked);
  return { ...item, messages: messages.slice(-item.messages.length) };
}

/** An item as a worker asks it. */
export function askedItem({ system, examples }: QueueParameters, item: BatchItem): BatchItem {
  if (item.messages.some(({ role }) => role === "system")) return item;
  const before: Message[] = [
    ...(system === null ? [] : [{ role: "system" as const, content: system }]),
    ...examples.flatMap(({ user, assistant }) => [userMessage(user), assistantMessage(assistant)]),
  ];
  return { ...item, messages: [...before, ...item.messages] };
}
