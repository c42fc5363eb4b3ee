/** Whether parsed JSON is an object with fields. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text, or a number that JSON does not have. */
const textOrNumber = /"(?:[^"\\]|\\.)*"|-?(?:NaN|Infinity)\b/gsu;

/**
 * Parses JSON, also as Python writes it where a loss has diverged: `NaN` and `Infinity` are null.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (!/NaN|Infinity/u.test(text)) throw error;
    return JSON.parse(text.replace(textOrNumber, (found) => (found.startsWith('"') ? found : "null"))) as unknown;
  }
}
