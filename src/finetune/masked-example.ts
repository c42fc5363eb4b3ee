import { type PrivatePiece, withoutPrivate } from "./private-data.ts";
import type { ExampleMessage } from "./training-example.ts";

/** Something private in an example, and in which of its messages it stood. */
export interface FoundPrivate extends PrivatePiece {
  /** From 0. */
  readonly message: number;
}

/** Looks for private data in the messages of an example: in their texts, and in what tools were called with and returned. */
export function maskExample(messages: readonly ExampleMessage[]): {
  readonly messages: readonly ExampleMessage[];
  readonly found: readonly FoundPrivate[];
} {
  const found: FoundPrivate[] = [];
  const masked = messages.map((message, index) => {
    const mask = (text: string): string => {
      const { text: rest, pieces } = withoutPrivate(text);
      for (const piece of pieces) found.push({ ...piece, message: index });
      return rest;
    };
    const calls = message.tool_calls?.map((call) => mapCall(call, mask));
    return { ...message, content: mapTexts(message.content, mask), ...(calls !== undefined && { tool_calls: calls }) };
  });
  return { messages: masked, found };
}

type Mask = (text: string) => string;

/** A value of JSON with all texts in it masked; a number that is private becomes the text of its mask. */
function mapTexts(value: unknown, mask: Mask): unknown {
  if (typeof value === "string") return mask(value);
  if (typeof value === "number") {
    const text = mask(String(value));
    return text === String(value) ? value : text;
  }
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, mask));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mapTexts(each, mask)]));
}

/** Arguments are JSON in a text, and stay that. */
function mapCall(call: object, mask: Mask): object {
  const { function: called } = call as { readonly function?: { readonly arguments?: unknown } };
  if (called === undefined || typeof called.arguments !== "string") return call;
  return { ...call, function: { ...called, arguments: mapJson(called.arguments, mask) } };
}

function mapJson(json: string, mask: Mask): string {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return mask(json);
  }
  const before = JSON.stringify(value);
  const after = JSON.stringify(mapTexts(value, mask));
  return before === after ? json : after;
}
