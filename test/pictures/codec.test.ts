import { expect, test } from "vitest";
import { decodePicture, encodeJpeg, encodePng } from "../../src/pictures/codec.ts";
import { cleanPicture, encodePicture } from "../../src/pictures/outgoing-picture.ts";
import { pictureForm } from "../../src/pictures/picture-form.ts";
import type { Raster } from "../../src/pictures/raster.ts";
import { resized } from "../../src/pictures/resize.ts";
import { exif, gif, heic, jpeg, jpegSegment, png, pngChunk, pngOf, webp } from "../support/pictures.ts";

/** A raster whose pixels a function gives as `[red, green, blue, opacity]`. */
function rasterOf(width: number, height: number, pixel: (x: number, y: number) => readonly number[]): Raster {
  const data = new Uint8Array(width * height * 4);
  for (let at = 0; at < width * height; at += 1) data.set(pixel(at % width, Math.floor(at / width)), at * 4);
  return { width, height, data };
}

/** The most that a byte of two pictures differs. */
function difference(one: Raster, other: Raster): number {
  expect([one.width, one.height]).toEqual([other.width, other.height]);
  return one.data.reduce((most, value, at) => Math.max(most, Math.abs(value - other.data[at]!)), 0);
}

const corners = rasterOf(40, 24, (x, y) =>
  x < 20 ? (y < 12 ? [250, 0, 0, 255] : [0, 250, 0, 255]) : [0, 0, 250, 255],
);

test("what is encoded is decoded again: PNG to the byte, JPEG nearly, transparent pixels as white", async () => {
  const glass = rasterOf(8, 8, (x) => [10, 20, 30, x < 4 ? 255 : 0]);
  expect(difference(await decodePicture(await encodePng(glass)), glass)).toBe(0);
  const flat = rasterOf(8, 8, (x) => (x < 4 ? [10, 20, 30, 255] : [255, 255, 255, 255]));
  expect(difference(await decodePicture(await encodeJpeg(glass, 100)), flat)).toBeLessThan(8);
});

test.each([
  ["PNG", png],
  ["JPEG", jpeg],
  ["GIF", gif],
  ["WebP", webp],
])("a %s of one pixel is decoded", async (_, bytes) => {
  expect(await decodePicture(bytes)).toMatchObject({ width: 1, height: 1 });
});

test("a HEIC is decoded, and becomes a JPEG", async () => {
  const { width, height, data } = await decodePicture(heic);
  expect([width, height]).toEqual([16, 12]);
  expect(data[0]).toBeGreaterThan(200);
  expect(data.at(-2)).toBeGreaterThan(200);
  const form = pictureForm(heic)!;
  expect(await cleanPicture(heic, form)).toBeNull();
  const sent = await encodePicture(heic, form);
  expect(sent).toMatchObject({ mediaType: "image/jpeg", changes: { form: { from: "HEIC", to: "JPEG" }, size: null } });
  expect(pictureForm(sent.bytes)?.name).toBe("JPEG");
});

test.each([2, 3, 4, 5, 6, 7, 8])("a photo of orientation %i is upright when it is decoded", async (orientation) => {
  const stored = await encodeJpeg(corners, 100);
  const segment = jpegSegment(0xe1, Buffer.concat([Buffer.from("Exif\0\0"), exif(orientation, "x")]));
  const photo = Buffer.concat([stored.subarray(0, 2), segment, stored.subarray(2)]);
  const { width, height, data } = await decodePicture(photo);
  expect([width, height]).toEqual(orientation < 5 ? [40, 24] : [24, 40]);
  // The corner that was at the top left is red, and nothing else is.
  const [right, bottom] = [
    [2, 3, 6, 7],
    [3, 4, 7, 8],
  ].map((them) => them.includes(orientation)) as [boolean, boolean];
  const at = ((bottom ? height - 2 : 1) * width + (right ? width - 2 : 1)) * 4;
  expect(data[at]).toBeGreaterThan(200);
  expect(data[at + 1]! + data[at + 2]!).toBeLessThan(60);
});

test.each([
  ["100,000 × 100,000 pixels of a PNG", pngOf(100_000, 100_000), "picture_huge", "100000×100000"],
  ["a PNG without its pixels", pngOf(10, 10), "picture_broken", undefined],
  ["half a HEIC", heic.subarray(0, 300), "picture_broken", undefined],
  ["an AVIF", Buffer.from("\0\0\0\x1cftypavif\0\0\0\0avifmif1"), "picture_form", "AVIF"],
  ["no picture", Buffer.from("<html>"), "picture_broken", undefined],
  [
    "a PNG that ends within its size, with others beside it in memory",
    pngOf(7, 7).subarray(0, 20),
    "picture_broken",
    undefined,
  ],
])("%s is refused", async (_, bytes, reason, detail) => {
  await expect(decodePicture(bytes)).rejects.toMatchObject({ reason, detail });
});

test("a bomb is refused before it is decoded, also where it would be sent as it is", async () => {
  const bomb = pngOf(100_000, 100_000);
  await expect(cleanPicture(bomb, pictureForm(bomb)!)).rejects.toMatchObject({ reason: "picture_huge" });
});

test("a size is the mean of what it covers, and what is transparent gives no colour", () => {
  const stripes = rasterOf(6, 4, (x) => (x % 2 === 0 ? [200, 0, 0, 255] : [0, 100, 0, 0]));
  expect(resized(stripes, { width: 3, height: 2 }).data.subarray(0, 4)).toEqual(new Uint8Array([200, 0, 0, 128]));
  const uneven = rasterOf(3, 1, (x) => [x * 90, 0, 0, 255]);
  expect([...resized(uneven, { width: 2, height: 1 }).data]).toEqual([30, 0, 0, 255, 150, 0, 0, 255]);
  expect(difference(resized(corners, corners), corners)).toBe(0);
});

test("a long picture is shrunk and keeps its proportions", async () => {
  const page = pngOf(100, 9000, [pngChunk("tEXt", Buffer.from("Author\0me"))], Buffer.alloc(101 * 9000));
  const { bytes, changes, mediaType } = await encodePicture(page, pictureForm(page)!);
  expect({ mediaType, changes }).toEqual({
    mediaType: "image/png",
    changes: { form: null, size: { from: "100×9000", to: "88×8000" }, isCleaned: true },
  });
  expect(await decodePicture(bytes)).toMatchObject({ width: 88, height: 8000 });
});
