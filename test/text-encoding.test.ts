import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeText, localeOf } from "../src/text-encoding.ts";
import { encode, utf16 } from "./support/encodings.ts";

const simplified = "第一行：你好，世界。\n第二行：量子计算 1234。\n";
const traditional = "第一行：你好，世界。\n第二行：訂單編號 1234。\n";

function read(bytes: Uint8Array, locale = ""): string {
  const result = decodeText(bytes, locale);
  return typeof result === "string" ? result : `${result.encoding} ${result.text}`;
}

describe("the encoding of a text", () => {
  test.each(["", "C", "en_US.UTF-8", "zh_CN.UTF-8", "zh_TW.UTF-8"])("is found by its content, locale %j", (locale) => {
    expect(read(encode(simplified, "gb18030"), locale)).toBe(`GB18030 ${simplified}`);
    expect(read(encode(traditional, "big5"), locale)).toBe(`Big5 ${traditional}`);
    expect(read(encode(traditional, "gb18030"), locale)).toBe(`GB18030 ${traditional}`);
    expect(read(encode("Übermut für Ärzte\n", "windows-1252"), locale)).toBe("Windows-1252 Übermut für Ärzte\n");
    for (const order of ["le", "be"] as const) {
      const name = `UTF-16${order.toUpperCase()}`;
      expect(read(utf16(simplified, order), locale)).toBe(`${name} ${simplified}`);
      expect(read(utf16("a,b\r\n1,2\r\n", order, false), locale)).toBe(`${name} a,b\r\n1,2\r\n`);
      expect(read(utf16("你好 world\n", order, false), locale)).toBe(`${name} 你好 world\n`);
    }
  });

  test("is the locale's where both are plausible", () => {
    // A name of two bytes a character that both encodings have among their common ones.
    const name = encode("林", "gb18030");
    expect(read(name, "zh_CN.UTF-8")).toBe("GB18030 林");
    expect(read(name, "zh_TW.UTF-8")).toMatch(/^Big5 /u);
  });

  test("is UTF-8 where the bytes are valid as that, without its mark", () => {
    expect(read(Buffer.from(`\uFEFF${simplified}`))).toBe(`UTF-8 ${simplified}`);
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        fc.pre(!text.includes("\0") && !text.startsWith("\uFEFF"));
        expect(read(Buffer.from(text))).toBe(`UTF-8 ${text}`);
      }),
    );
  });

  test("is UTF-8 also where a pipe was cut within a character, and says so", () => {
    const cut = decodeText(Buffer.from(simplified).subarray(0, -3));
    expect(cut).toMatchObject({ encoding: "UTF-8", damaged: true });
  });

  test("is UTF-8 also where little more than the cut character is there", () => {
    expect(decodeText(Buffer.from("你好世界").subarray(0, -1))).toMatchObject({
      text: "你好世\ufffd",
      encoding: "UTF-8",
    });
    expect(decodeText(Buffer.from("a 你好😀").subarray(0, -2))).toMatchObject({ encoding: "UTF-8", damaged: true });
  });

  test.each(["le", "be"] as const)("is UTF-16 without a mark where nothing of ASCII tells, %s", (order) => {
    for (const text of ["你好世界", "解释量子计算的基本原理，谢谢。", "這是一個測試"]) {
      expect(read(utf16(text, order, false))).toBe(`UTF-16${order.toUpperCase()} ${text}`);
    }
  });

  test("is none for what is no text", () => {
    expect(read(readFileSync(process.execPath).subarray(0, 100_000))).toBe("binary");
    expect(read(gzipSync(simplified.repeat(9)))).toBe("binary");
    for (const text of ["text\0more", "text\0mor", "\0", "\0\0", "a\0b\0\0\0"])
      expect(read(Buffer.from(text))).toBe("binary");
    expect(read(Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13]))).toBe("binary");
    for (let length = 64; length < 264; length++) expect(typeof decodeText(randomBytes(length))).toBe("string");
  });

  test("never throws, whatever the bytes and the locale are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom("", "zh_TW", "xx"), (bytes, locale) => {
        const result = decodeText(bytes, locale);
        const isNone = result === "binary" || result === "encoding";
        expect(isNone || result.text.isWellFormed()).toBe(true);
      }),
    );
  });

  test("of the system is what the environment names", () => {
    expect(localeOf({ LC_ALL: "zh_TW.UTF-8", LANG: "en_US.UTF-8" })).toBe("zh_TW.UTF-8");
    expect(localeOf({ LC_ALL: "", LANG: "zh_HK" })).toBe("zh_HK");
    expect(localeOf({})).not.toBe("");
  });
});
