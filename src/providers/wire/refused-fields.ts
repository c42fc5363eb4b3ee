import { samplingNames } from "../../chat/sampling.ts";
import { isRecord } from "./json.ts";

/** `body` is none: it holds further fields, and services call the request so. */
const parameters = samplingNames.filter((name) => name !== "body");

/** The settings behind the fields of a request; null for what the program adds by itself. */
const settings: Readonly<Record<string, string | null>> = {
  stream_options: null,
  stream: null,
  ...Object.fromEntries(parameters.map((name) => [name, name])),
  thinking: "thinking",
  enable_thinking: "thinking",
  chat_template_kwargs: "thinking",
  reasoning_effort: "effort",
  tools: "tools",
  functions: "tools",
  tool_choice: "tools",
  function_call: "tools",
  prefix: null,
  title: null,
  latest_reminder: null,
};

/** The same under names that services give them. */
const otherNames: Readonly<Record<string, string>> = {
  include_usage: "stream_options",
  streaming: "stream",
  json_schema: "response_format",
  json_object: "response_format",
  strict: "tools",
};

/**
 * Which fields of a request a refusal is about, of those that the program may send: by `param` or `loc` where the body has them
 * (OpenAI, FastAPI), else by their names in its text, whatever language that is in.
 *
 * @param body of the response, or a sentence out of it
 */
export function refusedFields(body: string): string[] {
  const named = pointed(parsed(body));
  return [...new Set(named.length > 0 ? named : written(body))];
}

/** The setting that a person would change; null where there is none. */
export function settingOf(field: string): string | null {
  return Object.hasOwn(settings, field) ? settings[field]! : null;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function pointed(value: unknown, depth = 0): string[] {
  if (depth > 6) return [];
  if (Array.isArray(value)) return value.slice(0, 64).flatMap((item) => pointed(item, depth + 1));
  if (!isRecord(value)) return [];
  const places = [value["param"], ...[value["loc"]].flat()];
  const own = places.flatMap((place) => (typeof place === "string" ? known(place) : []));
  const fields = Object.values(value).slice(0, 64);
  return [...own, ...fields.flatMap((field) => pointed(field, depth + 1))];
}

/** `body.stream_options.include_usage` is `stream_options`. */
function known(place: string): string[] {
  return place.split(/[.[\]/]+/u).flatMap((part) => fieldOf(part) ?? []);
}

function fieldOf(name: string): string | null {
  const own = Object.hasOwn(otherNames, name) ? otherNames[name]! : name;
  return Object.hasOwn(settings, own) ? own : null;
}

/** What is an English word too counts only in quotes, or where a sentence says that it is not supported. */
function written(body: string): string[] {
  const text = body.slice(0, 8192).replaceAll(/\\+"/gu, '"');
  const quoted = [...text.matchAll(/["'`“‘「]([a-z_.]+)["'`”’」](?!\s*:)/gu)].flatMap(([, name = ""]) => known(name));
  const plain = [...text.matchAll(/\b[a-z]+(?:_[a-z]+)+\b/gu)].flatMap(([name]) => fieldOf(name) ?? []);
  const streaming =
    /\bstream(?:ing)?\b(?!_)[^.]{0,40}(?:not|un|dis)[ -]?(?:supported|allowed|available|enabled|implemented)|must be verified to stream|不支持(?:流式|stream(?!_))|流式[^。]{0,8}不支持/iu;
  // Services that check requests list the roles they know, and not always the one they do not.
  const roles = /["'`](?:system|assistant)["'`][^{}]{1,40}["'`](?:user|tool)["'`]/u;
  // Ollama, vLLM and others; some name a flag of their own.
  const tools =
    /(?:not|n't) support (?:the )?(?:use of )?(?:tools?|functions?|tool use|tool[ -]calling|function[ -]calling)\b|\btool choice requires\b|tool[ -]calling is not|不支持(?:使用)?(?:工具|函数)/iu;
  const title = /\b(?:argument|field|input|key|parameter|property)s?\b[^.{}]{0,40}\btitle\b/iu;
  return [
    ...quoted,
    ...plain,
    ...(streaming.test(text) ? ["stream"] : []),
    ...(tools.test(text) ? ["tools"] : []),
    ...(title.test(text) ? ["title"] : []),
    ...(roles.test(text) ? ["latest_reminder"] : []),
  ];
}
