import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodePicture, encodeJpeg, encodePng } from "../../src/pictures/codec.ts";
import { withOriginFacts } from "../../src/pictures/origin-metadata.ts";
import { gif, webp } from "../support/pictures.ts";
import { hasProgram } from "../support/system-programs.ts";

const raster = { width: 2, height: 1, data: Uint8Array.of(255, 0, 0, 255, 0, 0, 255, 255) };
const facts = { prompt: "a <fox> & 狐狸\n\u0007\ud800", model: "p/m", seed: 7, software: "deepseek-chat 1" };
const pictures: readonly (readonly [string, () => Promise<Buffer>])[] = [
  ["image/png", () => encodePng(raster)],
  ["image/jpeg", () => encodeJpeg(raster)],
  ["image/webp", async () => webp],
];

describe.each(pictures)("%s", (mediaType, encoded) => {
  test("keeps its pixels", async () => {
    const bytes = await encoded();
    const told = await withOriginFacts(bytes, mediaType, facts);
    expect(told.length).toBeGreaterThan(bytes.length);
    expect(await decodePicture(told)).toEqual(await decodePicture(bytes));
  });

  test.runIf(hasProgram("exiftool"))("says what it was made with, where exiftool looks for it", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "deepseek-chat-")), "picture");
    writeFileSync(path, await withOriginFacts(await encoded(), mediaType, facts));
    const [found] = JSON.parse(
      execFileSync("exiftool", ["-j", "-warning", "-error", "-all", path], { encoding: "utf8" }),
    );
    expect(found).toMatchObject({ Model: "p/m", Seed: 7, MIMEType: mediaType });
    expect(found.Description).toMatch(/^a <fox> & 狐狸/u);
    expect(found.Software ?? found.CreatorTool).toBe("deepseek-chat 1");
    expect(found.Warning ?? found.Error).toBeUndefined();
  });
});

test("a form without a place for it, and a damaged picture, stay as they are", async () => {
  expect(await withOriginFacts(gif, "image/gif", facts)).toBe(gif);
  const broken = Buffer.from("\x89PNG\r\n\x1a\nhello", "latin1");
  expect(await withOriginFacts(broken, "image/png", facts)).toBe(broken);
});
