import * as v from "valibot";
import { mapping } from "./mapping-schema.ts";
import { isMapping } from "./tool-entries.ts";
import { samplingNames } from "../chat/sampling.ts";
import { nearestName } from "../nearest-name.ts";
import { variablesIn } from "../template.ts";

/**
 * How a provider of the config file is asked where it is not by OpenAI's chat completions: the rows of `providers.<name>.wire`. Requests are
 * templates, see `template.ts`; answers are read by JSON pointers (RFC 6901).
 */

/** Variables of templates beside the fields of a request to `/chat/completions`; see `providers/wire/request-variables.ts`. */
const ownVariables = [
  "prompt",
  "question",
  "system",
  "turns",
  "options",
  "key",
  "id",
  "timestamp",
  "timestamp_ms",
] as const;

/** Fields of a request to `/chat/completions` that the program may write. */
const requestFields = [
  "model",
  "messages",
  "stream",
  "stream_options",
  "prefix",
  "tools",
  "tool_choice",
  "thinking",
  "enable_thinking",
  "reasoning_effort",
  "chat_template_kwargs",
  ...samplingNames.filter((name) => name !== "body"),
] as const;

const templateVariables: readonly string[] = [...ownVariables, ...requestFields];

/** `NAME`, or `NAME:-default`. */
const environmentVariable = /^[A-Z_][A-Z0-9_]*(?::-.*)?$/su;

const knownVariables = v.rawCheck<unknown>(({ dataset, addIssue }) => {
  if (!dataset.typed) return;
  for (const { name, path } of variablesIn(dataset.value)) {
    if (templateVariables.includes(name) || environmentVariable.test(name)) continue;
    const nearest = nearestName(name, templateVariables, 3);
    const expected = (nearest === null ? templateVariables : [nearest]).map((known) => `\${${known}}`).join(" ");
    // A text that is no template itself has no path.
    const [first, ...rest] = pathTo(dataset.value, path);
    addIssue({ expected, input: `\${${name}}`, ...(first !== undefined && { path: [first, ...rest] }) });
  }
});

/** The path of a text in a template, as an issue has it. */
function pathTo(template: unknown, path: readonly (string | number)[]): v.IssuePathItem[] {
  let value = template;
  return path.map((key) => {
    const input = value as Record<string, unknown>;
    value = input[key];
    return { type: "object", origin: "value", input, key: String(key), value };
  });
}

const template = v.pipe(
  v.custom<Readonly<Record<string, unknown>>>(isMapping),
  knownVariables as v.RawCheckAction<Readonly<Record<string, unknown>>>,
);

/** A JSON pointer; the empty one is the whole document. */
export const pointerPattern = /^(?:\/(?:[^~/]|~[01])*)*$/u;
const pointer = v.pipe(v.string(), v.regex(pointerPattern));
const scalar = v.union([v.string(), v.number(), v.boolean(), v.null()]);

/** Values by pointers: `{/type: delta}`, or one of several, `{/status: [0, ok]}`. */
const match = mapping(pointer, v.union([scalar, v.array(scalar)]));
const conditionalPlace = v.strictObject({ at: pointer, when: match });
const place = v.lazy((input) => (isMapping(input) ? conditionalPlace : pointer));
/** Where something stands; of several places the first one that has it. */
export const places = v.lazy((input) => (Array.isArray(input) ? v.array(place) : place));

const counts = v.strictObject({
  prompt_tokens: v.optional(pointer),
  completion_tokens: v.optional(pointer),
  total_tokens: v.optional(pointer),
  cached_tokens: v.optional(pointer),
  reasoning_tokens: v.optional(pointer),
});

/** An HTTP status. */
const status = v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(599));

const answer = v.strictObject({
  text: places,
  reasoning: v.optional(places),
  tool_calls: v.optional(places),
  finish_reason: v.optional(places),
  /** Where the count of tokens is, in OpenAI's form or each number by itself. */
  usage: v.optional(v.lazy((input) => (isMapping(input) ? counts : pointer))),
  /** What a document says in which all is well; another value there is an error. A document without it is not judged by it. */
  ok: v.optional(match),
  error: v.optional(
    v.strictObject({
      /** Documents that are errors; default: those with a message. */
      when: v.optional(match),
      message: v.optional(places),
      code: v.optional(places),
      /** HTTP statuses that codes stand for, those with which a WebSocket is closed included. */
      statuses: v.optional(mapping(v.string(), status)),
    }),
  ),
  /** The last document of an answer. */
  end: v.optional(match),
});
export type AnswerRows = v.InferOutput<typeof answer>;
export type AnswerPlaces = v.InferOutput<typeof places>;
export type DocumentMatch = v.InferOutput<typeof match>;

/** What stands behind an address. */
export const pathPattern = /^[/?]/u;
const path = v.pipe(v.string(), v.regex(pathPattern), knownVariables as v.RawCheckAction<string>);

/** Each question is a request with a body of the gateway's own form. */
const envelope = v.strictObject({
  type: v.literal("envelope"),
  /** Behind the base URL. */
  path: v.optional(path),
  request: template,
  answer,
});
export type EnvelopeConfig = v.InferOutput<typeof envelope>;

/** Each question is a WebSocket of its own. */
const webSocket = v.strictObject({
  type: v.literal("websocket"),
  path: v.optional(path),
  /** Sent before the request; `reply` is waited for before that is sent. */
  auth: v.optional(v.strictObject({ message: template, reply: v.optional(match) })),
  request: template,
  /** Seconds between pings that are sent; default: none is, and those of the service are answered. */
  ping: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(3600))),
  answer,
});
export type WebSocketConfig = v.InferOutput<typeof webSocket>;

/** The names of all rows, whatever mapping they stand in. */
export const wireRows: readonly string[] = [envelope, webSocket, answer, answer.entries.error.wrapped, counts].flatMap(
  ({ entries }) => Object.keys(entries),
);

const types = { envelope, websocket: webSocket } as const;
type WireType = keyof typeof types;
/** For what is none of them. */
const typed = v.looseObject({ type: v.picklist(Object.keys(types) as WireType[]) }) as unknown as typeof envelope;

export const wireSchema = v.lazy((input) => {
  if (!isMapping(input)) return v.picklist(["openai"]);
  const { type } = input as { readonly type?: unknown };
  return Object.hasOwn(types, String(type)) ? types[type as WireType] : typed;
});
export type WireConfig = "openai" | EnvelopeConfig | WebSocketConfig;
