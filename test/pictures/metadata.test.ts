import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { orientationOf, withoutMetadata } from "../../src/pictures/metadata.ts";
import { pictureForm } from "../../src/pictures/picture-form.ts";
import { exif, gif, jpeg, jpegSegment, jpegWith, png, pngChunk, pngOf, webp } from "../support/pictures.ts";

const secret = "31.2304N121.4737E";
const text = (content: string) => Buffer.from(content, "latin1");

/** What is left of a picture. */
function cleaned(bytes: Buffer): Buffer {
  return withoutMetadata(bytes, pictureForm(bytes)!);
}

/** The name of what is thrown. */
function errorIn(run: () => unknown): string | null {
  try {
    run();
    return null;
  } catch (error) {
    return (error as Error).name;
  }
}

/** @param flags what its header announces */
function webpWith(flags: number, ...extra: Buffer[]): Buffer {
  const header = text(`VP8X\x0a\0\0\0${String.fromCharCode(flags)}${"\0".repeat(9)}`);
  const file = Buffer.concat([webp.subarray(0, 12), header, webp.subarray(12), ...extra]);
  file.writeUInt32LE(file.length - 8, 4);
  return file;
}

function webpChunk(name: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, "latin1");
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}

const comment = (content: string) => text(`\x21\xfe${String.fromCharCode(content.length)}${content}\0`);

describe("metadata", () => {
  test.each([
    ["EXIF of a JPEG", jpegWith([jpegSegment(0xe1, text(`Exif\0\0${exif(1, secret).toString("latin1")}`))]), jpeg],
    [
      "XMP, IPTC and comments of a JPEG",
      jpegWith([0xe1, 0xed, 0xfe, 0xe2].map((at) => jpegSegment(at, text(secret)))),
      jpeg,
    ],
    ["what follows a JPEG", jpegWith([], text(`\0\0ftypmp42${secret}`)), jpeg],
    ["what stands between a JPEG's segments", jpegWith([jpegSegment(0xfe, text("a")), text(secret)]), jpeg],
    ["texts of a PNG", pngOf(1, 1, [pngChunk("tEXt", text(secret)), pngChunk("zzZz", text(secret))]), pngOf(1, 1)],
    ["EXIF of a PNG", pngOf(1, 1, [pngChunk("eXIf", exif(1, secret))]), pngOf(1, 1)],
    ["what follows a PNG", Buffer.concat([png, text(secret)]), png],
    [
      "EXIF and XMP of a WebP",
      webpWith(0x2c, webpChunk("EXIF", exif(1, secret)), webpChunk("XMP ", text(secret))),
      webpWith(0),
    ],
    ["comments of a GIF", Buffer.concat([gif.subarray(0, 19), comment(secret), gif.subarray(19)]), gif],
    ["what follows a GIF", Buffer.concat([gif, text(secret)]), gif],
  ])("is removed, and the picture untouched: %s", (_, bytes, plain) => {
    const clean = cleaned(bytes);
    expect(clean.includes(secret)).toBe(false);
    expect(clean).toEqual(plain);
    expect(cleaned(clean)).toBe(clean);
  });

  test.each([
    ["JPEG", jpegWith([jpegSegment(0xe1, text(`Exif\0\0${exif(6, secret).toString("latin1")}`))])],
    ["PNG", pngOf(1, 1, [pngChunk("eXIf", exif(6, secret))])],
    ["WebP", webpWith(0x08, webpChunk("EXIF", exif(6, secret)))],
  ])("goes but for the orientation of a %s", (_, bytes) => {
    const clean = cleaned(bytes);
    expect(clean.includes(secret)).toBe(false);
    expect(orientationOf(clean, pictureForm(clean)!)).toBe(6);
    expect(cleaned(clean)).toBe(clean);
  });

  test("is not looked for where nothing has room for it: the start of a picture stays as it is", () => {
    for (const start of [jpeg.subarray(0, 10), png.subarray(0, 12)]) expect(cleaned(start)).toBe(start);
  });

  test("is looked for in damaged pictures without another error than that", () => {
    const whole = [
      jpegWith([jpegSegment(0xe1, text(`Exif\0\0${exif(6, secret).toString("latin1")}`))]),
      png,
      gif,
      webp,
    ];
    const damage = fc.record({ at: fc.nat(300), byte: fc.nat(255), length: fc.nat(300) });
    fc.assert(
      fc.property(fc.constantFrom(...whole), damage, (bytes, { at, byte, length }) => {
        const broken = Buffer.from(bytes.subarray(0, Math.max(16, length)));
        if (at >= 12 && at < broken.length) broken[at] = byte;
        expect([null, "PictureFault"]).toContain(errorIn(() => cleaned(broken)));
      }),
    );
  });
});
