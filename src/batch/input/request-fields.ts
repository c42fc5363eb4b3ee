import type { Thinking } from "../../chat/model.ts";
import {
  type ParameterKind,
  type Sampling,
  type SamplingName,
  type SamplingParameter,
  samplingNames,
  samplingParameters,
} from "../../chat/sampling.ts";
import type { ToolDefinition } from "../../chat/tool-definition.ts";
import type { BatchItem } from "../item.ts";
import { LineMistake } from "./record.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Fields of a request that say nothing about how it is answered: the program streams, and asks for usage, by itself. */
const ownFields: ReadonlySet<string> = new Set(["model", "messages", "stream", "stream_options", "prefix", "body"]);
/** Fields that become something else than a parameter. */
const readFields: ReadonlySet<string> = new Set(["thinking", "enable_thinking", "tools", "tool_choice"]);
const efforts: ReadonlySet<unknown> = new Set(["low", "high", "max"]);

/** What a request says beside its messages. */
export type RequestFields = Pick<BatchItem, "model" | "sampling" | "thinking" | "tools" | "toolChoice">;

/** Whether a field of a line is one of a request. */
export function isRequestField(name: string): boolean {
  return Object.hasOwn(samplingParameters, name) || readFields.has(name) || ownFields.has(name) || known.has(name);
}

/** Fields of OpenAI's chat completions and of the services here that pass as they are. */
const known: ReadonlySet<string> = new Set(
  "reasoning_effort max_completion_tokens logprobs top_logprobs logit_bias n user user_id parallel_tool_calls thinking_budget metadata safety_check".split(
    " ",
  ),
);

/**
 * Reads the fields of a request's body as OpenAI's API has them; those that are unknown here go to the service as they are.
 *
 * @throws LineMistake `bad_field`
 */
export function requestFields(body: Fields): RequestFields {
  const { model = null, n = 1 } = body;
  if (model !== null && (typeof model !== "string" || model.trim() === "")) throw badField("model", model);
  if (n !== 1 && n !== null) throw badField("n", n);
  const { thinking, rest } = thinkingIn(body);
  const { tools, toolChoice, raw } = toolsIn(body);
  return { model, sampling: samplingIn({ ...rest, ...raw }), thinking, tools, toolChoice };
}

function badField(name: string, value: unknown): LineMistake {
  return new LineMistake("bad_field", `${name}: ${JSON.stringify(value)?.slice(0, 80) ?? ""}`);
}

function samplingIn(body: Fields): Sampling {
  const values: Record<string, unknown> = {};
  const others: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(body)) {
    if (ownFields.has(name) || readFields.has(name) || name === "n" || value === null || value === undefined) continue;
    if (isParameter(name)) values[name] = checked(name, value);
    else others[name] = value;
  }
  // In the order of the table, as everywhere.
  const set = samplingNames.filter((name) => Object.hasOwn(values, name)).map((name) => [name, values[name]]);
  return { ...Object.fromEntries(set), ...(Object.keys(others).length > 0 && { body: others }) } as Sampling;
}

function isParameter(name: string): name is SamplingName {
  return Object.hasOwn(samplingParameters, name);
}

function checked(name: SamplingName, value: unknown): unknown {
  // One text may stand for a list of one, as OpenAI has it.
  const given = name === "stop" && typeof value === "string" ? [value] : value;
  const row: SamplingParameter = samplingParameters[name];
  if (!fits[row.kind](given, row.range ?? [-Infinity, Infinity])) throw badField(name, value);
  return given;
}

const fits: { readonly [Kind in ParameterKind]: (value: unknown, range: readonly [number, number]) => boolean } = {
  number: (value, [low, high]) => typeof value === "number" && value >= low && value <= high,
  count: (value) => Number.isSafeInteger(value) && (value as number) >= 1,
  integer: (value) => Number.isSafeInteger(value),
  texts: (value) => Array.isArray(value) && value.every((each) => typeof each === "string"),
  form: (value) => typeof value === "string" || isFields(value),
  detail: (value) => value === "auto" || value === "low" || value === "high",
  fields: isFields,
};

/** DeepSeek's and SiliconFlow's switch; what it is not stays in the body. */
function thinkingIn(body: Fields): { readonly thinking: Thinking | null; readonly rest: Fields } {
  const { thinking: form, enable_thinking: flag, reasoning_effort: named, ...rest } = body;
  const type = isFields(form) ? form["type"] : form;
  if (![undefined, null, "enabled", "disabled", true, false].includes(type as string)) throw badField("thinking", form);
  if (![undefined, null, true, false].includes(flag as boolean)) throw badField("enable_thinking", flag);
  const effort = efforts.has(named) ? (named as Thinking["effort"]) : null;
  const isOn = type === "enabled" || type === true || flag === true;
  const isOff = type === "disabled" || type === false || flag === false;
  const thinking = isOn || isOff || effort !== null ? { enabled: !isOff, effort } : null;
  const isOther = named !== undefined && effort === null;
  return { thinking, rest: isOther ? { ...rest, reasoning_effort: named } : rest };
}

interface ToolFields {
  readonly tools: readonly ToolDefinition[];
  readonly toolChoice: BatchItem["toolChoice"];
  /** What goes to the service as it is: tools of its own, and choices that have no other form. */
  readonly raw: Fields;
}

function toolsIn({ tools, tool_choice: choice }: Fields): ToolFields {
  if (tools !== undefined && tools !== null && !Array.isArray(tools)) throw badField("tools", tools);
  const given = (tools ?? []) as readonly unknown[];
  const named = isFields(choice) && isFields(choice["function"]) ? choice["function"]["name"] : null;
  const isPlain = choice === undefined || choice === null || choice === "auto" || choice === "none";
  if (!isPlain && choice !== "required" && typeof named !== "string") throw badField("tool_choice", choice);
  const hasOthers = given.some((tool) => !isFields(tool) || tool["type"] !== "function");
  const toolChoice = choice === "none" ? "none" : typeof named === "string" ? { tool: named } : null;
  const raw = choice === "required" ? { tool_choice: choice } : {};
  if (hasOthers) return { tools: [], toolChoice, raw: { ...raw, tools: given } };
  return { tools: given.map(definitionOf), toolChoice, raw };
}

function definitionOf(tool: unknown): ToolDefinition {
  const described = isFields(tool) ? tool["function"] : null;
  if (!isFields(described)) throw badField("tools", tool);
  const { name, description = "", parameters = { type: "object", properties: {} } } = described;
  if (typeof name !== "string" || name === "") throw badField("tools", described);
  if (typeof description !== "string" || !isFields(parameters)) throw badField("tools", described);
  return { name, description, parameters };
}

/** Whether a value is an object of JSON and no list. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
