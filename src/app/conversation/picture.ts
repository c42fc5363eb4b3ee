/** What a file is by its first bytes, whatever its name says. */
export type FileContent =
  | { readonly kind: "picture"; readonly mediaType: string; readonly whole: boolean }
  /** A picture of a form that the services do not take; `form` as people call it. */
  | { readonly kind: "foreign"; readonly form: string }
  | { readonly kind: "other" };

/** The content of a file, by the signatures of its form. */
export function contentOf(bytes: Buffer): FileContent {
  const mediaType = mediaTypeOf(bytes);
  if (mediaType !== null) return { kind: "picture", mediaType, whole: isWhole(bytes, mediaType) };
  const form = foreignForm(bytes);
  return form === null ? { kind: "other" } : { kind: "foreign", form };
}

/** Whether a name promises a picture that the services take. */
export function isPictureName(extension: string): boolean {
  return /^\.(?:png|jpe?g|gif|webp)$/iu.test(extension);
}

function mediaTypeOf(bytes: Buffer): string | null {
  const start = bytes.toString("latin1", 0, 12);
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (start.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (/^GIF8[79]a/u.test(start)) return "image/gif";
  return /^RIFF[\s\S]{4}WEBP$/u.test(start) ? "image/webp" : null;
}

const foreignStarts: readonly (readonly [RegExp, string])[] = [
  [/^BM[\s\S]{4}\0{4}/u, "BMP"],
  [/^(?:II\*\0|MM\0\*)/u, "TIFF"],
  [/^[\s\S]{4}ftyp(?:hei[cfmsx]|hev[cx]|mif1|msf1)/u, "HEIC"],
  [/^[\s\S]{4}ftypavi[fs]/u, "AVIF"],
  [/^\0\0\x01\0/u, "ICO"],
  [/^(?:\xff\x0a|\0\0\0\x0cJXL )/u, "JPEG XL"],
];

function foreignForm(bytes: Buffer): string | null {
  const start = bytes.toString("latin1", 0, 16);
  return foreignStarts.find(([signature]) => signature.test(start))?.[1] ?? null;
}

/** Bytes of a PNG's signature and its first chunk; a shorter picture is not looked into. */
const headLength = 33;

/** False where the end is missing, as after a download that broke off, or the start makes no sense. */
function isWhole(bytes: Buffer, mediaType: string): boolean {
  if (bytes.length < headLength) return true;
  switch (mediaType) {
    case "image/png":
      return hasPngEnd(bytes);
    case "image/jpeg":
      return bytes.lastIndexOf("\xff\xd9", undefined, "latin1") > 2;
    case "image/gif":
      return bytes.readUInt16LE(6) > 0 && bytes.readUInt16LE(8) > 0 && bytes.includes(0x3b, -1024);
    default:
      return bytes.readUInt32LE(4) + 8 <= bytes.length;
  }
}

/** Follows the chunks to the last one; each has its length, its name, its data and a checksum. */
function hasPngEnd(bytes: Buffer): boolean {
  if (bytes.toString("latin1", 12, 16) !== "IHDR") return false;
  for (let at = 8; at + 12 <= bytes.length;) {
    if (bytes.toString("latin1", at + 4, at + 8) === "IEND") return true;
    at += bytes.readUInt32BE(at) + 12;
  }
  return false;
}
