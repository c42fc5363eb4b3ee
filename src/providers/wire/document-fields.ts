import { isRecord } from "./json.ts";

/** The fields of an object; SiliconFlow puts some of its documents into a field `data`. */
export function fieldsIn(json: unknown): Record<string, unknown> {
  if (!isRecord(json)) return {};
  return !("id" in json) && isRecord(json["data"]) ? json["data"] : json;
}

/** A text that says something. */
export function textIn(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

export function countIn(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

export function numberIn(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** Of seconds since 1970; 0 and less, which some send for nothing, are none. */
export function momentIn(value: unknown): Date | null {
  return typeof value === "number" && value > 0 && value < 1e11 ? new Date(value * 1000) : null;
}
