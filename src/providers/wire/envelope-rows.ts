import type { AnswerRows, EnvelopeConfig } from "../../config/wire-schema.ts";
import { isRecord } from "./json.ts";
import { likelyText } from "./unexpected-shape.ts";

/** Fields that say whether all is well, and what they say then. */
const fineNames: ReadonlySet<string> = new Set([
  "code",
  "status",
  "errcode",
  "error_code",
  "ret",
  "success",
  "retcode",
]);
const fineValues: ReadonlySet<unknown> = new Set<unknown>([
  0,
  "0",
  200,
  "200",
  20000,
  "ok",
  "OK",
  "success",
  "SUCCESS",
  true,
]);
const saidNames: ReadonlySet<string> = new Set(["message", "msg", "errmsg", "error_msg", "error"]);
const finishNames: ReadonlySet<string> = new Set(["finish_reason", "finishReason", "stop_reason"]);
const countNames = {
  prompt_tokens: ["prompt_tokens", "input_tokens", "promptTokens", "inputTokens", "input"],
  completion_tokens: ["completion_tokens", "output_tokens", "completionTokens", "outputTokens", "output"],
} as const;
const maxDepth = 5;

/**
 * The rows that read an answer of a form that nobody knows.
 *
 * @param document the answer, or a piece of it
 * @returns null where no text is found in it
 */
export function answerRowsFor(document: unknown): AnswerRows | null {
  const text = likelyText(document);
  if (text === null) return null;
  const finish = pointerTo(document, (name, value) => finishNames.has(name) && typeof value === "string");
  const ok = topLevel(document, (name, value) => fineNames.has(name) && fineValues.has(value));
  const said = ok === null ? null : topLevel(document, (name) => saidNames.has(name));
  const usage = usageIn(document);
  return {
    text,
    ...(finish !== null && { finish_reason: finish }),
    ...(usage !== null && { usage }),
    ...(ok !== null && { ok: { [`/${ok}`]: (document as Record<string, string | number>)[ok]! } }),
    ...(ok !== null && { error: { message: `/${said ?? "message"}`, code: `/${ok}` } }),
  };
}

/**
 * The rows of a service that takes chat completions, and answers in a form of its own.
 *
 * @param path behind the base URL; empty where the base URL is the whole address
 * @param streams whether it answers in pieces
 */
export function envelopeFor(document: unknown, path: string, streams: boolean): EnvelopeConfig | null {
  const answer = answerRowsFor(document);
  if (answer === null) return null;
  const optional = Object.fromEntries(["temperature", "max_tokens"].map((name) => [name, `\${${name}}`]));
  const request = {
    model: "${model}",
    messages: "${messages}",
    ...(streams && { stream: "${stream}" }),
    ...optional,
  };
  return { type: "envelope", ...(path !== "" && { path }), request, answer };
}

function usageIn(document: unknown): AnswerRows["usage"] | null {
  const place = (names: readonly string[]) =>
    pointerTo(document, (name, value) => names.includes(name) && typeof value === "number");
  const [prompt, completion] = [place(countNames.prompt_tokens), place(countNames.completion_tokens)];
  if (prompt === null || completion === null) return null;
  return { prompt_tokens: prompt, completion_tokens: completion };
}

/** The name of the first such field of the document itself. */
function topLevel(document: unknown, isWanted: (name: string, value: unknown) => boolean): string | null {
  if (!isRecord(document)) return null;
  return Object.keys(document).find((name) => isWanted(name, document[name])) ?? null;
}

/** A JSON pointer to the first such field, however deep; null where there is none. */
function pointerTo(
  value: unknown,
  isWanted: (name: string, value: unknown) => boolean,
  pointer = "",
  depth = 0,
): string | null {
  if (typeof value !== "object" || value === null || depth > maxDepth) return null;
  for (const [name, field] of Object.entries(value).slice(0, 64)) {
    const place = `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    if (isWanted(name, field)) return place;
    const deeper = pointerTo(field, isWanted, place, depth + 1);
    if (deeper !== null) return deeper;
  }
  return null;
}

/** A value of the config file on one line. */
export function inFlow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inFlow).join(", ")}]`;
  if (isRecord(value)) {
    return `{${Object.entries(value)
      .map(([name, each]) => `${inFlow(name)}: ${inFlow(each)}`)
      .join(", ")}}`;
  }
  const isPlain = typeof value !== "string" || /^[A-Za-z_/][\w/.-]*$/u.test(value);
  return isPlain && !/^(?:true|false|null|yes|no|on|off)$/iu.test(String(value))
    ? String(value)
    : JSON.stringify(value);
}
