import type { AnswerPlaces, DocumentMatch } from "../../config/wire-schema.ts";
import { isRecord } from "./json.ts";

/**
 * What a JSON pointer (RFC 6901) leads to; undefined where there is nothing. Where it leads on from a text, that is read as JSON: gateways
 * quote the answer of the service behind them.
 */
export function pointedAt(document: unknown, pointer: string): unknown {
  let value = document;
  for (const part of parts(pointer)) {
    if (typeof value === "string") value = parsed(value);
    if (Array.isArray(value)) value = /^(?:0|[1-9]\d*)$/u.test(part) ? (value as unknown[])[Number(part)] : undefined;
    else value = isRecord(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return value;
}

/** What stands at the first of several places that has anything; null counts as nothing. */
export function placedAt(document: unknown, places: AnswerPlaces | undefined): unknown {
  for (const place of places === undefined ? [] : [places].flat()) {
    const { at, when } = typeof place === "string" ? { at: place, when: {} } : place;
    const value = matches(document, when) ? pointedAt(document, at) : undefined;
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

/** Whether a document has one of the wanted values at each pointer; `0` and `"0"` are the same. */
export function matches(document: unknown, match: DocumentMatch): boolean {
  return Object.entries(match).every(([pointer, wanted]) => isOneOf(pointedAt(document, pointer), wanted));
}

/** Whether a document has another value than the wanted ones at one of the pointers; one that is not there is none. */
export function contradicts(document: unknown, match: DocumentMatch): boolean {
  return Object.entries(match).some(([pointer, wanted]) => {
    const value = pointedAt(document, pointer);
    return value !== undefined && !isOneOf(value, wanted);
  });
}

function isOneOf(value: unknown, wanted: DocumentMatch[string]): boolean {
  return [wanted].flat().some((one) => value === one || (isScalar(value) && String(value) === String(one)));
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

const split = new Map<string, readonly string[]>();

/** Each pointer is split once: an answer has thousands of documents. */
function parts(pointer: string): readonly string[] {
  let known = split.get(pointer);
  if (known === undefined) {
    known = pointer
      .split("/")
      .slice(1)
      .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
    split.set(pointer, known);
  }
  return known;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
