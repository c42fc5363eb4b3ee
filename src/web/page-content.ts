import { decodeText, type TextEncoding } from "../text-encoding.ts";

/** What a page is, by the type that its server gives and by what it holds. */
export type PageContent =
  | { readonly kind: "html"; readonly html: string }
  | { readonly kind: "text"; readonly text: string; readonly convertedFrom: TextEncoding | null }
  /** No text: a picture, a document, an archive. */
  | { readonly kind: "binary" };

/** Types of which no text can be made. */
const binaryTypes = /^(?:image\/(?!svg)|audio\/|video\/|font\/|application\/(?:pdf|zip|gzip|x-tar|vnd\.|msword))/u;

/**
 * The text of a page, decoded: by the byte order mark, the header's charset, that of HTML itself, else by what makes a plausible text.
 *
 * @param contentType the header, with its parameters; empty where there is none
 */
export function pageContent(bytes: Buffer, contentType: string): PageContent {
  const type = mediaTypeOf(contentType);
  if (binaryTypes.test(type)) return { kind: "binary" };
  const isHtml = /^(?:text\/html|application\/xhtml\+xml)$/u.test(type) || (isVague(type) && looksLikeHtml(bytes));
  const text = charsetText(bytes, charsetOf(contentType) ?? (isHtml ? metaCharset(bytes) : null));
  const decoded = text === null ? decodeText(bytes) : { text, encoding: "UTF-8" as const };
  if (typeof decoded === "string") return { kind: "binary" };
  if (isHtml) return { kind: "html", html: decoded.text };
  return { kind: "text", text: decoded.text, convertedFrom: decoded.encoding === "UTF-8" ? null : decoded.encoding };
}

/** The type without its parameters, in small letters. */
export function mediaTypeOf(contentType: string): string {
  return (contentType.split(";")[0] ?? "").trim().toLowerCase();
}

function isVague(type: string): boolean {
  return type === "" || type === "application/octet-stream";
}

function looksLikeHtml(bytes: Buffer): boolean {
  return /^(?:\xef\xbb\xbf)?\s*(?:<!--[\s\S]*?-->\s*)?<(?:!doctype html|html)\b/iu.test(
    bytes.toString("latin1", 0, 1024),
  );
}

function charsetOf(contentType: string): string | null {
  return /;\s*charset\s*=\s*"?([^\s";]+)/iu.exec(contentType)?.[1] ?? null;
}

/** https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding: within the first 1,024 bytes. */
function metaCharset(bytes: Buffer): string | null {
  const head = bytes.toString("latin1", 0, 1024);
  return /<meta\b[^>]*?\bcharset\s*=\s*["']?\s*([^\s"'/>;]+)/iu.exec(head)?.[1] ?? null;
}

/** Null where there is no such charset, and where a byte order mark or the bytes themselves say another one. */
function charsetText(bytes: Buffer, charset: string | null): string | null {
  const isMarked = /^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/u.test(bytes.toString("latin1", 0, 3));
  if (charset === null || isMarked) return null;
  try {
    const text = new TextDecoder(charset).decode(bytes);
    // Servers that call everything UTF-8 are common; one character in a hundred is no accident.
    return (text.match(/\ufffd/gu)?.length ?? 0) > text.length / 100 || text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}
