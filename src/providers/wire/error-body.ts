import { isRecord } from "./json.ts";

/** What a service says is wrong, read from a body of any shape. */
export interface Complaint {
  /** The service's sentence in one line; neither redacted nor shortened. */
  readonly reason: string;
  /** The service's codes and types of the error, as text, the outermost last: `insufficient_quota`, `1008`. */
  readonly codes: readonly string[];
  /** HTTP status that the body names, or that its code stands for; null where there is none. */
  readonly status: number | null;
}

/** Nesting that is followed, and fields and list items that are looked at on each level. */
const maxDepth = 6;
const maxFields = 64;

// Names of fields are compared in small letters without `_`, `-` and blanks: `errorMsg`, `error_msg` and `Error-Msg` are one.
const errorFields = ["error", "errors", "err", "fault", "exception"];
const containers = [...errorFields, "baseresp", "header", "response", "detail", "details"];
/** These hold an error only where something else says that there is one. */
const containersOfFailures = ["metadata", "data", "result", "body"];
/** A sentence in one of these means an error, where no answer is beside it; the further ones need another sign. */
const telling = [
  "message",
  "msg",
  "errormessage",
  "errormsg",
  "errmsg",
  "statusmsg",
  "errordescription",
  "faultstring",
];
const sentences = [...telling, "detail", "details", "statusmessage", "description", "reason", "title", "raw"];
const codeNames = ["code", "errorcode", "errcode", "statuscode"];
/** Names that are a code of an error only by what they hold: `type: "error"`, `status: 404`. */
const kindNames = ["type", "errortype", "status", "object"];
/** What services put where a code is expected when all is well. */
const fine = /^(?:0+|2\d\d|20000|ok|okay|success|succeeded|successful|normal|true|null|none|)$/iu;
const bad = /error|fail|invalid|denied|forbidden|unauthori|exceed|exception|not_?found|insufficient|throttl/iu;

/**
 * Whether a chunk of a stream, or a body that came instead of an answer, says that something is wrong. Shapes that are known:
 * `{error}` in all its forms (OpenAI, Ollama, Anthropic, Google's list of them), `{code, message}` (SiliconFlow, DashScope),
 * `{code, msg}`, `{base_resp: {status_code, status_msg}}` (MiniMax), `{error_code, error_msg}` (Baidu), `{success: false}`
 * (one-api), `{detail}` (FastAPI), `{Response: {Error: {Code, Message}}}` (Tencent), `{object: "error", message}` (vLLM),
 * `{header: {code, message}}` (Spark), `{fault: {faultstring}}` (Apigee), `{errors: […]}`, `{message}`, and a bare string.
 *
 * @param value parsed JSON of any shape
 * @returns null for what is an answer, a part of one, or says nothing
 */
export function complaintIn(value: unknown): Complaint | null {
  if (isRecord(value) && Array.isArray(value["choices"]) && value["choices"].length > 0) return besideChoices(value);
  return read(value, false, 0);
}

/** The way of nearly every chunk: a few looks at fields that are not there. */
function besideChoices(chunk: Record<string, unknown>): Complaint | null {
  for (const choice of chunk["choices"] as unknown[]) {
    if (!isRecord(choice)) continue;
    if (says(choice["error"])) return read(choice["error"], true, 1);
    const part = choice["delta"] ?? choice["message"];
    if (isRecord(part) && says(part["error"])) return read(part["error"], true, 1);
  }
  if (says(chunk["error"])) return read(chunk["error"], true, 1);
  if (isRecord(chunk["base_resp"])) return read(chunk["base_resp"], false, 1);
  if (chunk["success"] !== false && !says(chunk["error_code"])) return null;
  const { choices: _, ...others } = chunk;
  return read(others, false, 1);
}

/** The same of a body that is known to be no answer: whatever stands in it is what the service says. */
export function complaintOf(body: string): Complaint {
  const text = body.trim();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return complaint(text.startsWith("<") ? htmlTitle(text) : unescaped(text), []);
  }
  return read(value, true, 0) ?? complaint(typeof value === "string" ? value : asText(value), []);
}

/** @param isError whether it is known to be one: by its place, or by the status of the response */
function read(value: unknown, isError: boolean, depth: number): Complaint | null {
  if (typeof value === "string") return readText(value, depth);
  if (typeof value !== "object" || value === null || depth > maxDepth) return null;
  if (isRecord(value)) return readFields(value, isError, depth);
  for (const item of (value as unknown[]).slice(0, maxFields)) {
    const found = read(item, isError, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

/** A sentence; or JSON once more, as gateways quote the service behind them. */
function readText(text: string, depth: number): Complaint | null {
  if (isNoise(text)) return null;
  if (!/^\s*[[{]/u.test(text) || depth > maxDepth) return complaint(text, []);
  try {
    return read(JSON.parse(text), true, depth + 1) ?? complaint(text, []);
  } catch {
    return complaint(unescaped(text), []);
  }
}

function readFields(value: Record<string, unknown>, isError: boolean, depth: number): Complaint | null {
  const fields = fieldsOf(value);
  const codes = [
    ...codeNames.flatMap((name) => asCode(fields.get(name))),
    ...kindNames.flatMap((name) => asCode(fields.get(name)).filter((code) => bad.test(code) || isFailing(code))),
  ];
  const denied = ["success", "ok", "issuccess"].some((name) => /^false$/iu.test(asWord(fields.get(name))));
  const holdsError = errorFields.some((name) => says(fields.get(name)));
  const fails = isError || denied || holdsError || codes.some((code) => bad.test(code) || isFailing(code));
  if (!fails && isWell(fields)) return null;
  const name = [...(fails ? sentences : [...telling, "detail"])].find((field) => isSentence(fields.get(field)));
  const own = name === undefined ? null : readText(fields.get(name) as string, depth + 1);
  const found = joined(own, nestedIn(fields, fails, depth));
  if (found !== null) return complaint(found.reason, [...found.codes, ...codes]);
  const hasError = denied || holdsError || codes.length > 0;
  return fails && hasError ? complaint(asText(value), codes) : null;
}

interface Nested {
  readonly found: Complaint;
  /** Whether it is a word or a sentence, or has fields of its own. */
  readonly isText: boolean;
  readonly isDeeper: boolean;
}

function nestedIn(fields: ReadonlyMap<string, unknown>, fails: boolean, depth: number): Nested | null {
  for (const name of fails ? [...containers, ...containersOfFailures] : containers) {
    const field = fields.get(name);
    const isText = typeof field === "string";
    const isError = errorFields.includes(name);
    if (isText ? !isError || isNoise(field) : typeof field !== "object") continue;
    const found = read(field, isError || fails, depth + 1);
    if (found !== null) return { found, isText, isDeeper: containersOfFailures.includes(name) };
  }
  return null;
}

/** `{error: "invalid_token", error_description: "…"}` is reported whole; of a sentence within a sentence's fields the inner one counts. */
function joined(own: Complaint | null, nested: Nested | null): Complaint | null {
  if (own === null || nested === null) return own ?? nested?.found ?? null;
  const { found, isText, isDeeper } = nested;
  const codes = [...found.codes, ...own.codes];
  // Where there is no sentence, the fields stand for it.
  const isSaid = !found.reason.startsWith("{");
  if (isSaid && (found.reason.includes(own.reason) || (!isText && !isDeeper))) return { ...found, codes };
  if (!isSaid || own.reason.includes(found.reason)) return { ...own, codes };
  return { ...own, codes, reason: isDeeper ? `${own.reason}: ${found.reason}` : `${found.reason}: ${own.reason}` };
}

/** What is nested too deep to be written down is named only. */
function asText(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return "an error";
  }
}

/** Whether a field for errors holds one: `{}`, `""` and `{code: 0, message: ""}` do not. */
function says(error: unknown, depth = 0): boolean {
  if (typeof error === "object" && error !== null) {
    const inside = Object.values(error).slice(0, maxFields);
    return depth > maxDepth || inside.some((field) => says(field, depth + 1));
  }
  return error !== false && !fine.test(asWord(error));
}

/** Whether there is a code, and it says that all is well: `{code: 0, msg: "ok"}`. */
function isWell(fields: ReadonlyMap<string, unknown>): boolean {
  const codes = [...codeNames, "status"].map((name) => fields.get(name) ?? null).filter((code) => code !== null);
  return codes.length > 0 && codes.every((code) => fine.test(asWord(code)));
}

/** A code, a flag or a word as text; nothing else is any of these. */
function asWord(value: unknown): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  return value === null || value === undefined ? "" : "?";
}

function fieldsOf(value: Record<string, unknown>): ReadonlyMap<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const [name, field] of Object.entries(value).slice(0, maxFields)) {
    const plain = name.toLowerCase().replace(/[_\s-]/gu, "");
    if (!fields.has(plain)) fields.set(plain, field);
  }
  return fields;
}

function asCode(value: unknown): string[] {
  return (typeof value === "string" || typeof value === "number") && !fine.test(String(value)) ? [String(value)] : [];
}

function isFailing(code: string): boolean {
  const number = Number(code);
  return Number.isInteger(number) && (number < 0 || number >= 400);
}

function isSentence(value: unknown): boolean {
  return typeof value === "string" && !isNoise(value);
}

/** Nothing, or a word that only keeps a connection open. */
export function isNoise(text: string): boolean {
  return (
    text.length < 40 &&
    /^[\s"'.:!-]*(?:ping|pong|keep[-_ ]?alive|heart-?beat|null|none|ok|success|)[\s"'.:!-]*$/iu.test(text)
  );
}

function complaint(reason: string, codes: readonly string[]): Complaint {
  const line = reason.replace(/\s+/gu, " ").trim();
  return { reason: line.replace(/[.。]$/u, ""), codes, status: statusOf(codes) };
}

/** A status that is one, or SiliconFlow's code of five digits by its first: 20012 is a bad request, 30001 a matter of the account. */
function statusOf(codes: readonly string[]): number | null {
  for (const code of codes) {
    if (/^[45]\d\d$/u.test(code)) return Number(code);
    const kind = /^([235])\d{4}$/u.exec(code)?.[1];
    if (kind !== undefined) return kind === "2" ? 400 : kind === "3" ? 403 : 503;
  }
  return null;
}

function htmlTitle(text: string): string {
  const title = /<title[^>]*>([^<]*)<\/title>/iu.exec(text)?.[1] ?? /<h1[^>]*>([^<]*)<\/h1>/iu.exec(text)?.[1];
  const character = (_: string, digits: string) => characterOf(Number(`0${digits}`));
  return title?.replace(/&#(x[\da-f]{1,6}|\d{1,7});/giu, character) ?? "an HTML page";
}

/** JSON that was cut off keeps its escapes, which would hide a key from redaction. */
function unescaped(text: string): string {
  return text.replace(/\\u([\da-f]{4})/giu, (_, digits: string) => characterOf(Number.parseInt(digits, 16)));
}

function characterOf(code: number): string {
  return code >= 32 && code <= 0x10ffff ? String.fromCodePoint(code) : " ";
}
