export type JsonFields = Readonly<Record<string, unknown>>;

/** Whether a value is an object of JSON and no list. */
export function isJsonObject(value: unknown): value is JsonFields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
