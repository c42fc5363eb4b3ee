/** A form of pictures. */
export interface PictureForm {
  /** As people call it. */
  readonly name: string;
  readonly mediaType: string;
  /** Whether services take it; what they do not take is converted. */
  readonly isSent: boolean;
  /** Which library decodes it; null for none. */
  readonly decoder: "photon" | "heif" | null;
  /** Whether it is for photographs, in which no edge has to be sharp. */
  readonly isPhoto: boolean;
}

/** DeepSeek and SiliconFlow take PNG, JPEG, GIF and WebP, by content. */
const png: PictureForm = { name: "PNG", mediaType: "image/png", isSent: true, decoder: "photon", isPhoto: false };
const jpeg: PictureForm = { name: "JPEG", mediaType: "image/jpeg", isSent: true, decoder: "photon", isPhoto: true };
const gif: PictureForm = { name: "GIF", mediaType: "image/gif", isSent: true, decoder: "photon", isPhoto: false };
const webp: PictureForm = { name: "WebP", mediaType: "image/webp", isSent: true, decoder: "photon", isPhoto: false };
const bmp: PictureForm = { name: "BMP", mediaType: "image/bmp", isSent: false, decoder: "photon", isPhoto: false };
const tiff: PictureForm = { name: "TIFF", mediaType: "image/tiff", isSent: false, decoder: "photon", isPhoto: false };
const ico: PictureForm = { name: "ICO", mediaType: "image/x-icon", isSent: false, decoder: "photon", isPhoto: false };
const heic: PictureForm = { name: "HEIC", mediaType: "image/heic", isSent: false, decoder: "heif", isPhoto: true };
const avif: PictureForm = { name: "AVIF", mediaType: "image/avif", isSent: false, decoder: null, isPhoto: true };
const jxl: PictureForm = { name: "JPEG XL", mediaType: "image/jxl", isSent: false, decoder: null, isPhoto: true };

export const pictureForms = { png, jpeg } as const;

/** First bytes, as Latin-1. A file of the High Efficiency Image Format names the forms in it, the most telling one first. */
const signatures: readonly (readonly [RegExp, PictureForm])[] = [
  [/^\x89PNG\r\n\x1a\n/u, png],
  [/^\xff\xd8\xff/u, jpeg],
  [/^GIF8[79]a/u, gif],
  [/^RIFF[\s\S]{4}WEBP/u, webp],
  [/^BM[\s\S]{4}\0{4}/u, bmp],
  [/^(?:II\*\0|MM\0\*)/u, tiff],
  [/^[\s\S]{4}ftyp(?:avi[fs]|(?:mif1|msf1)[\s\S]{4}(?:[\s\S]{4})*?avi[fs])/u, avif],
  [/^[\s\S]{4}ftyp(?:hei[cfmsx]|hev[cx]|mif1|msf1)/u, heic],
  [/^\0\0\x01\0/u, ico],
  [/^(?:\xff\x0a|\0\0\0\x0cJXL )/u, jxl],
];

/** Bytes at the start of a file that tell its form. */
const signatureLength = 40;

/** The form of a picture by its first bytes, whatever its name says; null for what is no picture. */
export function pictureForm(bytes: Uint8Array): PictureForm | null {
  const start = Buffer.from(bytes.subarray(0, signatureLength)).toString("latin1");
  return signatures.find(([signature]) => signature.test(start))?.[1] ?? null;
}

/** Whether the extension of a name promises a picture that services take. */
export function isPictureName(extension: string): boolean {
  return /^\.(?:png|jpe?g|gif|webp)$/iu.test(extension);
}
