import type { CallToolResult, ContentBlock, PromptMessage, ReadResourceResult } from "@modelcontextprotocol/client";
import type { ImagePart, TextPart } from "../../chat/messages.ts";
import type { ToolOutput } from "../../chat/tools.ts";

type Content = ToolOutput["content"][number];

/** Parts of one result. */
const maxParts = 200;
/** What models take as pictures. */
const pictures = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

/** What a tool returned, in parts that a model can be told. Structured content counts where there is nothing else. */
export function outputOf({ content, structuredContent, isError = false }: CallToolResult): ToolOutput {
  const parts = partsOf(content);
  if (parts.length === 0 && structuredContent !== undefined) parts.push(textPart(JSON.stringify(structuredContent)));
  return { content: parts, isError };
}

/** The text of a resource; what is no text is named. */
export function textOfResource({ contents }: ReadResourceResult): string {
  return contents.map((each) => textOfParts([resourcePart(each)])).join("\n\n");
}

/** The text of a prompt's messages; those of another role than the person's say whose they are. */
export function textOfPrompt(messages: readonly PromptMessage[]): string {
  return messages
    .slice(0, maxParts)
    .map(({ role, content }) => {
      const text = textOfParts(partsOf([content]));
      return role === "user" ? text : `Assistant: ${text}`;
    })
    .join("\n\n");
}

function textOfParts(parts: readonly Content[]): string {
  return parts.map((part) => (part.type === "text" ? part.text : `[${part.name}]`)).join("\n");
}

function partsOf(content: readonly ContentBlock[]): Content[] {
  const parts = content.slice(0, maxParts).map(partOf);
  if (content.length > maxParts) parts.push(textPart(`[${content.length - maxParts} more parts are left out]`));
  return parts;
}

function partOf(block: ContentBlock): Content {
  switch (block.type) {
    case "text":
      return textPart(block.text);
    case "image":
      return pictureOf(block.data, block.mimeType, "image");
    case "audio":
      return leftOut(block.mimeType, block.data);
    case "resource":
      return resourcePart(block.resource);
    case "resource_link":
      return textPart([block.name, block.uri, block.description ?? ""].filter((text) => text !== "").join("\n"));
    default:
      return textPart("[content of an unknown kind]");
  }
}

function resourcePart(resource: ReadResourceResult["contents"][number]): Content {
  if ("text" in resource && typeof resource.text === "string") return textPart(resource.text);
  const { mimeType = "application/octet-stream" } = resource;
  return "blob" in resource && typeof resource.blob === "string"
    ? pictureOf(resource.blob, mimeType, resource.uri)
    : leftOut(mimeType, "");
}

function pictureOf(data: string, mimeType: string, name: string): ImagePart | TextPart {
  const isPicture = pictures.has(mimeType) && /^[A-Za-z0-9+/]+={0,2}$/u.test(data);
  return isPicture ? { type: "image", name, url: `data:${mimeType};base64,${data}` } : leftOut(mimeType, data);
}

function leftOut(mimeType: string, base64: string): TextPart {
  return textPart(`[${mimeType}, ${Math.floor(base64.length * 0.75)} bytes, which cannot be shown to you]`);
}

function textPart(text: string): TextPart {
  return { type: "text", text };
}
