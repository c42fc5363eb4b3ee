import type { ImagePart, ToolCall } from "../../chat/messages.ts";
import type { ToolOutput } from "../../chat/tools.ts";
import { imageJson, imagesJson, readImage, readImages } from "./images.ts";
import type { SavedImage, Section } from "./types.ts";

/** The body of a `Call` section: what it is called by, then the arguments verbatim. */
export function callBody({ id, name, arguments: json }: ToolCall): string {
  return bodyOf({ id, name }, json);
}

/**
 * The body of a `Result` section.
 *
 * @param keep how the transcript names a picture
 */
export function resultBody(
  id: string,
  { content, isError }: ToolOutput,
  keep: (image: ImagePart) => SavedImage = (image) => image,
): string {
  const images = imagesJson(content.flatMap((part) => (part.type === "image" ? [keep(part)] : [])));
  const text = content.map((part) => (part.type === "text" ? part.text : "")).join("");
  return bodyOf({ id, ok: !isError, ...(images !== undefined && { images }) }, text);
}

/** What a service says of a picture of its answer. */
export interface PictureFacts {
  /** In words. */
  readonly text?: string;
  /** What it was made with. */
  readonly seed?: number;
}

/** The body of a `Picture` section: a picture of the answer, and what its service says of it. */
export function pictureBody(image: SavedImage, { text = "", seed }: PictureFacts): string {
  return bodyOf({ ...imageJson(image), seed }, text);
}

/** @returns null where the body does not begin with what a call has */
export function readCallBody(body: string): ToolCall | null {
  const { facts, text } = apart(body);
  const { id, name } = facts ?? {};
  return typeof id === "string" && typeof name === "string" ? { type: "tool_call", id, name, arguments: text } : null;
}

/**
 * @returns the id of its call and the output, with those pictures that stand in the body themselves; null where the body does not
 *   begin with what a result has
 */
export function readResultBody(body: string): { readonly id: string; readonly output: ToolOutput } | null {
  const { facts, text } = apart(body);
  const { id, ok, images } = facts ?? {};
  if (typeof id !== "string") return null;
  const pictures = readImages(images).flatMap(imageParts);
  return { id, output: { content: [{ type: "text", text }, ...pictures], isError: ok === false } };
}

/** @returns null where the body does not begin with what a picture has */
export function readPictureBody(body: string): { readonly image: SavedImage; readonly facts: PictureFacts } | null {
  const { facts, text } = apart(body);
  const image = readImage(facts);
  const seed = facts?.["seed"];
  return image === null ? null : { image, facts: { text, ...(typeof seed === "number" && { seed }) } };
}

/**
 * A picture as a part of a message; none where it is not here itself. What only has an address is not sent: a service on this machine
 * would fetch it, also from places that only this machine reaches.
 */
export function imageParts(image: SavedImage): ImagePart[] {
  return isInFile(image) ? [{ type: "image", name: image.name, url: image.url }] : [];
}

/** Whether a picture is in the file itself, as a data URL. */
export function isInFile(image: SavedImage): image is Extract<SavedImage, { readonly url: string }> {
  return "url" in image && /^data:/iu.test(image.url);
}

/** A section with other pictures in the place of its own; the same one where it has none. */
export function withSectionImages(section: Section, change: (image: SavedImage) => SavedImage): Section {
  if (section.name === "Picture") {
    const picture = readPictureBody(section.text);
    const changed = picture === null ? null : change(picture.image);
    if (picture === null || changed === picture.image) return section;
    return { ...section, text: pictureBody(changed!, picture.facts) };
  }
  const { facts, text } = hasImages(section) ? apart(section.text) : { facts: null, text: "" };
  if (facts === null) return section;
  const images = readImages(facts["images"]);
  const changed = images.map(change);
  if (changed.every((image, index) => image === images[index])) return section;
  return { ...section, text: bodyOf({ ...facts, images: imagesJson(changed) }, text) };
}

/** The pictures of a section, and its text without them. */
export function imagesApart(section: Pick<Section, "name" | "text">): {
  readonly images: readonly SavedImage[];
  readonly text: string;
} {
  if (section.name === "Picture") {
    const picture = readPictureBody(section.text);
    return picture === null
      ? { images: [], text: section.text }
      : { images: [picture.image], text: picture.facts.text ?? "" };
  }
  const { facts, text } = hasImages(section) ? apart(section.text) : { facts: null, text: "" };
  if (facts === null) return { images: [], text: section.text };
  const { images, ...rest } = facts;
  const found = readImages(images);
  return found.length === 0 ? { images: [], text: section.text } : { images: found, text: bodyOf(rest, text) };
}

/** Whether it may be a result with pictures, without reading it. */
function hasImages({ name, text }: Pick<Section, "name" | "text">): boolean {
  return name === "Result" && text.startsWith("{");
}

function bodyOf(facts: object, text: string): string {
  return `${JSON.stringify(facts)}\n${text}`;
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
