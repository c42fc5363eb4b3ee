import type { ToolCall } from "../../chat/messages.ts";
import type { ToolOutput } from "../../chat/tools.ts";

/** The body of a `Call` section: what it is called by, then the arguments verbatim. */
export function callBody({ id, name, arguments: json }: ToolCall): string {
  return `${JSON.stringify({ id, name })}\n${json}`;
}

/** The body of a `Result` section. */
export function resultBody(id: string, { content, isError }: ToolOutput): string {
  const images = content.flatMap((part) => (part.type === "image" ? [{ name: part.name, url: part.url }] : []));
  const text = content.map((part) => (part.type === "text" ? part.text : "")).join("");
  return `${JSON.stringify({ id, ok: !isError, ...(images.length > 0 && { images }) })}\n${text}`;
}

/** @returns null where the body does not begin with what a call has */
export function readCallBody(body: string): ToolCall | null {
  const { facts, text } = apart(body);
  const { id, name } = facts ?? {};
  return typeof id === "string" && typeof name === "string" ? { type: "tool_call", id, name, arguments: text } : null;
}

/** @returns the id of its call and the output; null where the body does not begin with what a result has */
export function readResultBody(body: string): { readonly id: string; readonly output: ToolOutput } | null {
  const { facts, text } = apart(body);
  const { id, ok, images } = facts ?? {};
  if (typeof id !== "string") return null;
  const pictures = (Array.isArray(images) ? (images as unknown[]) : []).flatMap((image) => {
    const { name, url } = (image ?? {}) as Record<string, unknown>;
    return typeof name === "string" && typeof url === "string" ? [{ type: "image", name, url } as const] : [];
  });
  return { id, output: { content: [{ type: "text", text }, ...pictures], isError: ok === false } };
}

/** The object in the first line, and the text behind that line. */
function apart(body: string): { readonly facts: Record<string, unknown> | null; readonly text: string } {
  const newline = body.indexOf("\n");
  const line = newline < 0 ? body : body.slice(0, newline);
  try {
    const facts: unknown = JSON.parse(line);
    const isObject = typeof facts === "object" && facts !== null && !Array.isArray(facts);
    return {
      facts: isObject ? (facts as Record<string, unknown>) : null,
      text: newline < 0 ? "" : body.slice(newline + 1),
    };
  } catch {
    return { facts: null, text: body };
  }
}
