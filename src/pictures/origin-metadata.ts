import { crc32 } from "node:zlib";
import { pictureSize } from "./picture-size.ts";

/** What a generated picture says of itself. */
export interface PictureOriginFacts {
  readonly prompt: string;
  /** `provider/model`. */
  readonly model: string;
  /** Null where nobody knows. */
  readonly seed: number | null;
  /** Name and version of this program. */
  readonly software: string;
}

/** Characters of the prompt that are kept: a segment of a JPEG has room for 64 KiB, and holds it twice. */
const longestPrompt = 8000;

/**
 * A picture with its prompt, model and seed in it: PNG as texts and XMP, JPEG and WebP as XMP, each where exiftool and other programs
 * look for it. What has no place for it, as GIF, or is damaged, stays as it is.
 */
export async function withOriginFacts(bytes: Buffer, mediaType: string, facts: PictureOriginFacts): Promise<Buffer> {
  const kept = { ...facts, prompt: printable(facts.prompt).slice(0, longestPrompt) };
  if (mediaType === "image/png") return inPng(bytes, kept);
  if (mediaType === "image/jpeg") return inJpeg(bytes, kept);
  return mediaType === "image/webp" ? await inWebp(bytes, kept) : bytes;
}

/** XML and readers of metadata know no other control characters. */
function printable(text: string): string {
  return text.toWellFormed().replaceAll(/[^\P{Cc}\n\t]/gu, " ");
}

const pngHeadLength = 33;

/** Texts of the keywords that are usual for pictures made by models, behind the first chunk (PNG, 11.3.3.4 iTXt). */
function inPng(bytes: Buffer, facts: PictureOriginFacts): Buffer {
  if (bytes.length < pngHeadLength || bytes.toString("latin1", 12, 16) !== "IHDR") return bytes;
  const { prompt, model, seed, software } = facts;
  const texts: readonly (readonly [string, string])[] = [
    ["Description", prompt],
    ["Software", software],
    ["Model", model],
    ...(seed === null ? [] : [["Seed", String(seed)] as const]),
    ["XML:com.adobe.xmp", xmpOf(facts)],
  ];
  const chunks = texts.map(([keyword, text]) =>
    pngChunk("iTXt", Buffer.concat([Buffer.from(`${keyword}\0\0\0\0\0`, "latin1"), Buffer.from(text)])),
  );
  return Buffer.concat([bytes.subarray(0, pngHeadLength), ...chunks, bytes.subarray(pngHeadLength)]);
}

function pngChunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

/** A segment behind the start, or behind JFIF's header, which has to come first (XMP Specification Part 3, 1.1.3). */
function inJpeg(bytes: Buffer, facts: PictureOriginFacts): Buffer {
  const isJfif = bytes[3] === 0xe0 && bytes.length > 20;
  const at = isJfif ? 4 + bytes.readUInt16BE(4) : 2;
  const data = Buffer.concat([Buffer.from("http://ns.adobe.com/xap/1.0/\0", "latin1"), Buffer.from(xmpOf(facts))]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([bytes.subarray(0, at), head, data, bytes.subarray(at)]);
}

const riffHeadLength = 12;
/** Bits of the extended header: there is XMP; there is transparency. */
const announcesXmp = 0x04;
const announcesAlpha = 0x10;

/** A chunk at the end, announced by the extended header, which a simple picture gets first (WebP Container Specification). */
async function inWebp(bytes: Buffer, facts: PictureOriginFacts): Promise<Buffer> {
  const form = bytes.toString("latin1", riffHeadLength, riffHeadLength + 4);
  const end = Math.min(bytes.length, bytes.readUInt32LE(4) + 8);
  const xmp = riffChunk("XMP ", Buffer.from(xmpOf(facts)));
  if (form === "VP8X") {
    const body = Buffer.from(bytes.subarray(riffHeadLength, end));
    body[8] = body[8]! | announcesXmp;
    return riffOf([body, xmp]);
  }
  const size = await pictureSize(bytes);
  if (size === null) return bytes;
  const header = Buffer.alloc(10);
  // In a lossless picture the bit stands behind width and height, 14 bits each.
  const hasAlpha = form === "VP8L" && (bytes[riffHeadLength + 12]! & announcesAlpha) !== 0;
  header[0] = announcesXmp | (hasAlpha ? announcesAlpha : 0);
  header.writeUIntLE(size.width - 1, 4, 3);
  header.writeUIntLE(size.height - 1, 7, 3);
  return riffOf([riffChunk("VP8X", header), bytes.subarray(riffHeadLength, end), xmp]);
}

function riffChunk(name: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, "latin1");
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}

function riffOf(parts: readonly Buffer[]): Buffer {
  const head = Buffer.from("RIFF\0\0\0\0WEBP", "latin1");
  head.writeUInt32LE(4 + parts.reduce((sum, { length }) => sum + length, 0), 4);
  return Buffer.concat([head, ...parts]);
}

/** IPTC's properties for pictures made by models (IPTC Photo Metadata Standard 2025.1), and the same for readers that know Dublin Core alone. */
function xmpOf({ prompt, model, seed, software }: PictureOriginFacts): string {
  return `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:made="urn:deepseek-chat:picture">
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">${escaped(prompt)}</rdf:li></rdf:Alt></dc:description>
<xmp:CreatorTool>${escaped(software)}</xmp:CreatorTool>
<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia</Iptc4xmpExt:DigitalSourceType>
<Iptc4xmpExt:AISystemUsed>${escaped(model)}</Iptc4xmpExt:AISystemUsed>
<made:Model>${escaped(model)}</made:Model>${seed === null ? "" : `\n<made:Seed>${seed}</made:Seed>`}
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
