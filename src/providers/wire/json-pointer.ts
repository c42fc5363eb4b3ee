import type { AnswerPlaces, DocumentMatch } from "../../config/wire-schema.ts";
import { isRecord } from "./json.ts";

/** A JSON pointer (RFC 6901) in its parts: an answer has thousands of documents, and each is looked at for each of its rows. */
type Pointer = readonly string[];

/** Values that a document may have at a place. */
interface ValueCondition {
  readonly at: Pointer;
  readonly wanted: readonly (string | number | boolean | null)[];
}

/** Where something may stand, in documents that fulfil conditions. */
export interface DocumentPlace {
  readonly at: Pointer;
  readonly when: readonly ValueCondition[];
}

export function parsePointer(pointer: string): Pointer {
  const parts = pointer.split("/").slice(1);
  return parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

export function parseMatch(match: DocumentMatch): readonly ValueCondition[] {
  return Object.entries(match).map(([pointer, wanted]) => ({ at: parsePointer(pointer), wanted: [wanted].flat() }));
}

/** @returns the places in their order; none for what no row gives */
export function parsePlaces(places: AnswerPlaces | undefined): readonly DocumentPlace[] {
  if (places === undefined) return [];
  return [places].flat().map((place) => {
    const { at, when } = typeof place === "string" ? { at: place, when: {} } : place;
    return { at: parsePointer(at), when: parseMatch(when) };
  });
}

/**
 * What a pointer leads to; undefined where there is nothing. Where it leads on from a text, that is read as JSON: gateways quote the answer
 * of the service behind them.
 */
export function pointedAt(document: unknown, pointer: Pointer): unknown {
  let value = document;
  for (const part of pointer) {
    if (typeof value === "string") value = parsed(value);
    if (Array.isArray(value)) value = /^(?:0|[1-9]\d*)$/u.test(part) ? (value as unknown[])[Number(part)] : undefined;
    else value = isRecord(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return value;
}

/** What stands at the first of several places that has anything; null counts as nothing. */
export function placedAt(document: unknown, places: readonly DocumentPlace[]): unknown {
  for (const { at, when } of places) {
    const value = matches(document, when) ? pointedAt(document, at) : undefined;
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

/** Whether a document has one of the wanted values at each place; `0` and `"0"` are the same. */
export function matches(document: unknown, conditions: readonly ValueCondition[]): boolean {
  for (const { at, wanted } of conditions) if (!isOneOf(pointedAt(document, at), wanted)) return false;
  return true;
}

/** Whether a document has another value than the wanted ones at one of the places; one that is not there is none. */
export function contradicts(document: unknown, conditions: readonly ValueCondition[]): boolean {
  for (const { at, wanted } of conditions) {
    const value = pointedAt(document, at);
    if (value !== undefined && !isOneOf(value, wanted)) return true;
  }
  return false;
}

function isOneOf(value: unknown, wanted: ValueCondition["wanted"]): boolean {
  return wanted.includes(value as null) || (isScalar(value) && wanted.some((one) => String(one) === String(value)));
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
