import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { sanitize, SanitizedStream } from "../../src/terminal/sanitize.ts";
import { hostile, leaks } from "./hostile.ts";

describe("sanitize", () => {
  it.each(hostile)("makes %s harmless", (_, text) => {
    expect(leaks(sanitize(text))).toEqual([]);
  });

  it.each(hostile)("makes %s harmless in any two pieces", (_, text) => {
    for (let cut = 0; cut <= text.length; cut += 1) {
      expect(leaks(sanitize(text.slice(0, cut)) + sanitize(text.slice(cut)))).toEqual([]);
    }
  });

  it("shows what it replaces", () => {
    expect(sanitize("a\x1b[31mb\x07\x7f\x9b\r")).toBe("a\u241b[31mb\u2407\u2421<U+009B>\u240d");
    expect(sanitize("a\u202eb\u2066c\u200bd")).toBe("a<U+202E>b<U+2066>c<U+200B>d");
    expect(sanitize("\ud83d!")).toBe("\ufffd!");
  });

  it("leaves writing alone", () => {
    const writing = [
      "plain\n\ttext",
      "\u4f60\u597d\uff0c\u4e16\u754c",
      "\u{1f469}\u200d\u{1f469}\u200d\u{1f467} \u2764\ufe0f 1\ufe0f\u20e3 \u{1f44d}\u{1f3fd}",
      "\u{1f469}\u{1f3fd}\u200d\u{1f4bb} \u{1f3f3}\ufe0f\u200d\u{1f308}",
      "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
      "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u05d0\u200f!",
      "\u0915\u094d\u200d\u0937",
      "\u845b\u{e0100}\u57ce",
      "e\u0301 \u1100\u1161",
    ];
    for (const text of writing) expect(sanitize(text)).toBe(text);
  });

  it("takes CR LF for one newline", () => {
    expect(sanitize("a\r\nb\r\n")).toBe("a\nb\n");
  });

  it("shows tags, rows of selectors and joiners between letters", () => {
    expect(sanitize("x\u{e0041}\u{e0042}")).toBe("x<U+E0041><U+E0042>");
    expect(sanitize("\u{1f600}\ufe0f\ufe01\ufe02")).toBe("\u{1f600}\ufe0f<U+FE01><U+FE02>");
    expect(sanitize("pass\u200dword\u2060")).toBe("pass<U+200D>word<U+2060>");
  });
});

describe("SanitizedStream", () => {
  it("gives in pieces what the whole gives", () => {
    const part = fc.constantFrom(
      "a",
      "\r",
      "\n",
      "\x1b",
      "\u4f60",
      "\u200d",
      "\ufe0f",
      "\u202e",
      "\u{1f469}",
      "\u{1f467}",
      "\u{1f3fd}",
      "\ud83d",
      "\u0645",
      "\u200c",
      "\u{1f3f4}",
      "\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}",
      "\u{e007f}",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.array(fc.nat(30), { maxLength: 6 }), (parts, cuts) => {
        const text = parts.join("");
        const stream = new SanitizedStream();
        const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
        const shown = places.slice(1).map((place, index) => stream.push(text.slice(places[index], place)));
        expect(shown.join("") + stream.end()).toBe(sanitize(text));
      }),
      { numRuns: 2000 },
    );
  });
});
