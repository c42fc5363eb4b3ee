import * as v from "valibot";
import type { Message } from "../../chat/messages.ts";
import type { BatchItem } from "../item.ts";
import type { ItemResult } from "../result.ts";

/**
 * Version of what is in the queue: the run's record, the jobs and their results. A worker takes runs of its own version alone.
 * It is raised with each change that a program of the version before would misread.
 */
export const queueVersion = 1;

/** Why a worker refused a job, as BullMQ keeps it. */
export const unreadable = "unreadable";

/** What a job holds. */
export interface QueuedItem {
  readonly run: string;
  readonly item: BatchItem;
  /** How often workers gave it back after they had sent requests for it. */
  readonly resent: number;
  /** How often it was put back, as the way to the service failed. */
  readonly returns: number;
}

/** What a worker returns of a job. */
export interface QueuedResult {
  readonly result: ItemResult;
  /** How often the item was begun before by a worker that died or stopped: so often it may have been paid besides. */
  readonly repeats: number;
}

const maybe = v.optional;
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const texts = v.record(v.string(), v.unknown());

const text = v.strictObject({ type: v.literal("text"), text: v.string() });
const file = v.strictObject({ type: v.literal("file"), name: v.string(), text: v.string() });
const image = v.strictObject({
  type: v.literal("image"),
  name: v.string(),
  url: v.pipe(v.string(), v.regex(/^(?:https?:\/\/|data:image\/)/iu)),
});
const call = v.strictObject({ type: v.literal("tool_call"), id: v.string(), name: v.string(), arguments: v.string() });
const thinking = v.strictObject({ type: v.literal("thinking"), text: v.string() });

const message = v.variant("role", [
  v.strictObject({ role: v.literal("system"), content: v.string() }),
  v.strictObject({ role: v.literal("user"), content: v.array(v.variant("type", [text, file, image])) }),
  v.strictObject({
    role: v.literal("assistant"),
    content: v.array(v.variant("type", [text, thinking, call, image])),
    prefix: maybe(v.literal(true)),
  }),
  v.strictObject({
    role: v.literal("tool"),
    callId: v.string(),
    content: v.array(v.variant("type", [text, image])),
    isError: maybe(v.literal(true)),
  }),
]) as unknown as v.GenericSchema<Message>;

/** Whatever a job says, it holds texts and pictures alone: no path, no program, no address and no key. */
const queuedItem = v.strictObject({
  run: v.string(),
  resent: count,
  returns: count,
  item: v.strictObject({
    index: count,
    id: v.string(),
    model: v.nullable(v.string()),
    messages: v.array(message),
    sampling: texts,
    thinking: v.nullable(
      v.strictObject({ enabled: v.boolean(), effort: v.nullable(v.picklist(["low", "high", "max"])) }),
    ),
    tools: v.array(v.strictObject({ name: v.string(), description: v.string(), parameters: texts })),
    toolChoice: v.nullable(v.union([v.literal("none"), v.strictObject({ tool: v.string() })])),
  }),
}) as unknown as v.GenericSchema<QueuedItem>;

const nullable = <T extends v.GenericSchema>(schema: T) => v.nullable(schema);
const usage = v.strictObject({
  promptTokens: v.number(),
  cachedTokens: v.number(),
  completionTokens: v.number(),
  reasoningTokens: v.number(),
  totalTokens: v.number(),
});

const queuedResult = v.strictObject({
  repeats: count,
  result: v.strictObject({
    index: count,
    id: v.string(),
    model: v.strictObject({ provider: v.string(), model: v.string() }),
    answer: nullable(
      v.strictObject({
        text: v.string(),
        reasoning: v.string(),
        calls: v.array(call),
        finishReason: v.string(),
        data: nullable(v.string()),
        requestId: nullable(v.string()),
      }),
    ),
    error: nullable(
      v.strictObject({
        code: v.string(),
        message: v.string(),
        status: nullable(v.number()),
        requestId: nullable(v.string()),
        isPassing: v.boolean(),
        partial: v.string(),
      }),
    ),
    usage: nullable(usage),
    cost: nullable(v.strictObject({ currency: v.string(), amount: v.number() })),
    requests: count,
    cached: v.boolean(),
    startedAt: v.number(),
    firstMs: nullable(v.number()),
    totalMs: v.number(),
  }),
}) as unknown as v.GenericSchema<QueuedResult>;

/** What a job holds; null for what no program of this version wrote. */
export function readQueuedItem(data: unknown): QueuedItem | null {
  const read = v.safeParse(queuedItem, data);
  return read.success ? read.output : null;
}

/** @param text JSON; null for what no program of this version wrote */
export function readQueuedResult(text: string): QueuedResult | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const read = v.safeParse(queuedResult, value);
  return read.success ? read.output : null;
}

/** Id of an item's job. It is the same each time, so that an item that is in the queue is not added again. */
export function jobIdOf(run: string, index: number): string {
  return `${run}-${index}`;
}

/** @returns the item's index; null for a job of another run */
export function indexOf(run: string, jobId: string): number | null {
  if (!jobId.startsWith(`${run}-`)) return null;
  const index = Number(jobId.slice(run.length + 1));
  return Number.isSafeInteger(index) && index >= 0 ? index : null;
}
