import { isRecord } from "./json.ts";

/** A piece of a message's content. */
export type ContentPart =
  | { readonly type: "text" | "thinking" | "refusal"; readonly text: string }
  /** A data URL, or an address. */
  | { readonly type: "picture"; readonly url: string }
  /** A call of a tool, as the service sent it. */
  | { readonly type: "call"; readonly call: Readonly<Record<string, unknown>> };

/** Nesting that is followed. */
const deepest = 4;

/**
 * Content that is no plain text: a list of parts as Mistral's reasoning models, Anthropic's and Gemini's gateways and OpenAI's
 * Responses send it, or one part alone. References and whatever else is neither text nor a picture are passed over.
 *
 * @param content parsed JSON
 */
export function contentParts(content: unknown, depth = 0): ContentPart[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  if (depth > deepest) return [];
  if (Array.isArray(content)) return content.flatMap((item) => contentParts(item, depth + 1));
  return isRecord(content) ? partsOf(content, depth) : [];
}

function partsOf(part: Record<string, unknown>, depth: number): ContentPart[] {
  const type = typeof part["type"] === "string" ? part["type"] : "text";
  const as = (kind: "text" | "thinking" | "refusal", value: unknown): ContentPart[] => {
    const text = textOf(value, depth + 1);
    return text === "" ? [] : [{ type: kind, text }];
  };
  if (/^(?:thinking|reasoning|thought)/u.test(type) || part["thought"] === true) {
    return as("thinking", part["thinking"] ?? part["text"] ?? part["reasoning"] ?? part["summary"] ?? part["content"]);
  }
  if (type === "refusal") return as("refusal", part["refusal"] ?? part["text"]);
  if (/tool|function/u.test(type)) return /result|output/u.test(type) ? [] : [{ type: "call", call: part }];
  const picture = pictureUrl(part);
  if (picture !== null) return [{ type: "picture", url: picture }];
  return type.endsWith("text") ? as("text", part["text"] ?? part["content"] ?? part["value"]) : [];
}

/** All text in a value: itself, a part, or a list of parts. */
function textOf(value: unknown, depth: number): string {
  return contentParts(value, depth)
    .map((part) => ("text" in part ? part.text : ""))
    .join("");
}

/** The pictures in a message's field of its own, `images` as OpenRouter has it: parts, or their addresses alone. */
export function pictureUrls(images: unknown): string[] {
  const list = Array.isArray(images) ? (images as unknown[]) : [images];
  return list.flatMap((image) => (isRecord(image) ? (pictureUrl(image) ?? []) : (asUrl(image) ?? [])));
}

/**
 * The picture in a part: OpenAI's `image_url`, the `output_image` of Responses, and base64 with its media type as Anthropic's and
 * Gemini's gateways give it; null where it is none.
 */
function pictureUrl(part: Record<string, unknown>): string | null {
  const { image_url: named, url, b64_json: base64, image, result } = part;
  const inline = part["inline_data"] ?? part["inlineData"] ?? part["source"];
  if (isRecord(inline) && typeof inline["data"] === "string") {
    const type = inline["mime_type"] ?? inline["mimeType"] ?? inline["media_type"];
    return typeof type === "string" && type.startsWith("image/") ? `data:${type};base64,${inline["data"]}` : null;
  }
  const isPicture = typeof part["type"] === "string" && part["type"].includes("image");
  const found = asUrl(isRecord(named) ? named["url"] : named) ?? (isPicture ? (asUrl(url) ?? asUrl(image)) : null);
  if (found !== null) return found;
  const data = base64 ?? (isPicture ? result : undefined);
  // What it is its bytes tell.
  return typeof data === "string" && data !== "" ? `data:image/*;base64,${data}` : null;
}

function asUrl(value: unknown): string | null {
  return typeof value === "string" && /^(?:https?:\/\/|data:image\/)/iu.test(value) ? value : null;
}

/** Thinking in a field of its own: DeepSeek's and SiliconFlow's, Ollama's and vLLM's, OpenRouter's; empty where there is none. */
export function thoughtOf(part: Record<string, unknown>): string {
  const plain = part["reasoning_content"] || part["reasoning"] || part["thinking"];
  if (typeof plain === "string") return plain;
  const other = plain || part["reasoning_details"];
  return other ? textOf(other, 0) : "";
}
