import fc from "fast-check";
import { expect, test } from "vitest";
import { withoutPrivate } from "../../src/finetune/private-data.ts";

const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from("0123456789")), minLength: length, maxLength: length });
const letters = (length: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from("abcdefXYZ0123456789")), minLength: length, maxLength: length });
const mobile = fc
  .tuple(
    fc.constantFrom("", "+86 ", "0086-", "86"),
    fc.constantFrom("3", "5", "7", "8", "9"),
    digits(1),
    fc.constantFrom("", " ", "-"),
    digits(4),
    digits(4),
  )
  .map(([code, second, third, gap, one, two]) => `${code}1${second}${third}${gap}${one}${gap}${two}`);
const idNumber = fc
  .tuple(digits(5), fc.constantFrom("19900307", "20011231"), digits(3), fc.constantFrom("X", "x", "1"))
  .map(([area, born, order, check]) => `1${area}${born}${order}${check}`);
const email = fc
  .tuple(fc.constantFrom("zhang.san", "a_b+c", "x"), fc.constantFrom("example.com", "mail.example.com.cn", "qq.com"))
  .map((parts) => parts.join("@"));
const key = fc.oneof(
  letters(32).map((text) => `sk-${text}`),
  letters(36).map((text) => `ghp_${text}`),
  letters(16).map((text) => `AKIA${text.toUpperCase()}`),
  letters(12).map((text) => `eyJhbGciOi.eyJ${text}.${text}`),
);
const filler = fc.constantFrom(
  "see",
  " and ",
  "\u8bf7\u8054\u7cfb",
  "\uff1a",
  ", ",
  "\n",
  "\u3002",
  " x = 12; ",
  "\u{1f600}",
  "(",
  ")",
);

test("what is private is masked wherever it stands among words, and nothing else is", () => {
  const part = fc.oneof(
    ...Object.entries({ phone: mobile, id_number: idNumber, email, key }).map(([kind, texts]) =>
      texts.map((text) => ({ kind, text })),
    ),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(filler, part)), filler, (parts, end) => {
      const whole = parts.map(([before, { text }]) => `${before} ${text} `).join("") + end;
      const { text, pieces } = withoutPrivate(whole);
      for (const [, { text: secret }] of parts) expect(text).not.toContain(secret);
      expect(pieces.map(({ kind }) => kind)).toEqual(parts.map(([, { kind }]) => kind));
      const kept = (each: string) => each.replaceAll(/\[(?:key|email|phone|id number)\]/gu, "");
      expect(kept(text)).toBe(parts.map(([before]) => `${before}  `).join("") + end);
    }),
  );
});

test("a text that was masked has nothing more to mask", () => {
  const any = fc.string({
    unit: fc.constantFrom(...Array.from("138 0+-()@.comaX\uff11\u5bc6\u7801\uff1a=_sk")),
    maxLength: 80,
  });
  fc.assert(
    fc.property(fc.oneof(any, fc.string({ unit: "binary" })), (text) => {
      const masked = withoutPrivate(text);
      expect(withoutPrivate(masked.text)).toEqual({ text: masked.text, pieces: [] });
      expect(masked.text === text).toBe(masked.pieces.length === 0);
    }),
  );
});

test.each([
  [
    "\u7535\u8bdd\uff1a\uff11\uff13\uff18\uff10\uff10\uff11\uff13\uff18\uff10\uff10\uff10\u3002",
    "\u7535\u8bdd\uff1a[phone]\u3002",
  ],
  ["010-62345678, (0755) 8234567, 400-123-4567", "[phone], [phone], [phone]"],
  ["+1 (415) 555-2671 or 415-555-2671", "[phone] or [phone]"],
  ["\u90ae\u7bb1zhang@example.com\u6216zhang\uff20example\uff0ecom", "\u90ae\u7bb1[email]\u6216[email]"],
  [
    'password: hunter2x\n\u5bc6\u7801\u662fabc12345\nAPI_KEY="a1b2c3d4"',
    'password: [key]\n\u5bc6\u7801\u662f[key]\nAPI_KEY="[key]"',
  ],
  ["Authorization: Bearer abcdef0123456789xyz", "Authorization: Bearer [key]"],
  ["-----BEGIN RSA PRIVATE KEY-----\nMIIB+/=\nabc\n-----END RSA PRIVATE KEY-----\nend", "[key]\nend"],
])("%j becomes %j", (text, expected) => {
  expect(withoutPrivate(text).text).toBe(expected);
});

test.each([
  "const token = tokenizer.encode(text);",
  "password: string; secretKey: process.env.KEY",
  "2026-11-27 19:00:12, 1700000000000 ms, 3.14159265358979, v1.2.3",
  "commit 5c0b2a9f13800138000abcdef0123456789abcde0",
  "npm i pkg@1.2.3; @media (max-width: 600px); a@b",
  "x + 12345 = y, 100-200-3000, 127.0.0.1:8080",
])("%j stays as it is", (text) => {
  expect(withoutPrivate(text)).toEqual({ text, pieces: [] });
});

test.each([
  ["postgres://admin:s3cret@db.example.com/x", "postgres://[key]@db.example.com/x"],
  ["https://example.com:8080/a@b", "https://example.com:8080/a@b"],
  ["dbPassword = hunter22", "dbPassword = [key]"],
  ["AccountName=x;AccountKey=abc123/def456==;", "AccountName=x;AccountKey=[key];"],
  ["max_tokens: 4096, tokens=1234567", "max_tokens: 4096, tokens=1234567"],
  ["\u8bf7\u5199\u4fe1\u7ed9li@\u4f8b\u5b50.\u4e2d\u56fd\u3002", "\u8bf7\u5199\u4fe1\u7ed9[email]\u3002"],
  ["a@\u4f8b\u5b50.com", "[email]"],
])("of %j what is left is %j", (text, masked) => {
  expect(withoutPrivate(text).text).toBe(masked);
});
