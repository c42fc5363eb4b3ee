import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  loadLanguages,
  MarkdownStream,
  renderMarkdown,
  type MarkdownOptions,
} from "../../../src/terminal/markdown/stream.ts";
import { answer, pieces } from "./answers.ts";
import { capable as terminal, Screen } from "./screen.ts";

const answers = 80;
const texts = fc.sample(answer, { numRuns: answers, seed: 20_261_120 });

function streamed(parts: readonly string[], options: MarkdownOptions): string[] {
  const stream = new MarkdownStream(options);
  return [...parts.map((part) => stream.push(part)), stream.end()];
}

async function looksOf(bytes: string, options: MarkdownOptions): Promise<string[]> {
  const screen = new Screen(options);
  await screen.write(bytes);
  const looks = screen.looks();
  screen.dispose();
  return looks;
}

function highestMove(bytes: string): number {
  return Math.max(0, ...Array.from(bytes.matchAll(/\x1b\[(\d+)A/g), ([, rows]) => Number(rows)));
}

describe(`${answers} random answers split at random points`, () => {
  it.each([40, 60, 100])("leave on a screen of %i columns what the whole leaves", async (columns) => {
    const options = { ...terminal, columns };
    let written = 0;
    let least = 0;
    for (const [index, text] of texts.entries()) {
      await loadLanguages(text);
      const [parts = []] = fc.sample(pieces(text), { numRuns: 1, seed: index });
      const once = renderMarkdown(text, options);
      const bytes = streamed(parts, options).join("");
      expect(await looksOf(bytes, options)).toEqual(await looksOf(once, options));
      expect(highestMove(bytes)).toBeLessThan(options.rows);
      written += Buffer.byteLength(bytes);
      least += Buffer.byteLength(once);
    }
    const amplification = written / least;
    process.stdout.write(`${columns} columns: ${amplification.toFixed(2)} times the bytes of rendering at once\n`);
    expect(amplification).toBeLessThan(3);
  });

  it.each([
    ["a low screen", { rows: 6 }],
    [
      "a terminal without colours, links or Unicode",
      { palette: null, hyperlinks: false, synchronized: false, unicode: false },
    ],
    ["a terminal that cannot move its cursor", { cursor: false }],
  ] as const)("leave the same on %s", async (_, special) => {
    const options = { ...terminal, columns: 50, ...special };
    for (const [index, text] of texts.slice(0, 40).entries()) {
      await loadLanguages(text);
      const [parts = []] = fc.sample(pieces(text), { numRuns: 1, seed: index });
      const bytes = streamed(parts, options).join("");
      expect(await looksOf(bytes, options)).toEqual(await looksOf(renderMarkdown(text, options), options));
      expect(highestMove(bytes)).toBeLessThan(options.rows);
    }
  });
});

describe("a piece of an answer", () => {
  it("is on the screen at once", async () => {
    const screen = new Screen(terminal);
    const stream = new MarkdownStream(terminal);
    const text =
      "The **bold\u4e2d\u6587 word** and `code`\n\n- one\n- two\n\n```js\nlet x = 1;\n```\n\n| a | b |\n| - | - |\n| c | d |\n";
    await loadLanguages(text);
    let seen = "";
    const letters: readonly string[] = text.match(/[\p{L}\p{N}]/gu) ?? [];
    for (const letter of text) {
      await screen.write(stream.push(letter));
      const last =
        screen
          .text()
          .match(/[\p{L}\p{N}]/gu)
          ?.at(-1) ?? "";
      if (letters.includes(letter)) seen += last;
    }
    expect(seen).toBe(letters.join(""));
    screen.dispose();
  });

  it("shows emphasis before it is closed", () => {
    const stream = new MarkdownStream(terminal);
    expect(stream.push("so **bo")).toBe("so \x1b[1mbo\x1b[m");
    expect(stream.push("ld")).toBe("\x1b[1mld\x1b[m");
    expect(stream.push("**")).toBe("");
    expect(stream.push(" it is")).toBe(" it is");
  });

  it("is only added where nothing else changes", () => {
    const stream = new MarkdownStream(terminal);
    for (const word of ["Plain", " text", " \u548c\u4e2d\u6587", "\uff0cand", " more"])
      expect(stream.push(word)).toBe(word);
  });

  it("redraws inside synchronized output only", () => {
    const moves = /\x1b\[\d*[ABCDEFGHJK]/;
    const bytes = streamed(
      texts
        .slice(0, 30)
        .join("\n\n")
        .match(/[^]{1,7}/g) ?? [],
      terminal,
    ).join("");
    expect(moves.test(bytes)).toBe(true);
    expect(moves.test(bytes.replaceAll(/\x1b\[\?2026h[^]*?\x1b\[\?2026l/g, ""))).toBe(false);
  });

  it.each([
    ["a paragraph", "All work and no play, \u53ea\u5de5\u4f5c\u4e0d\u73a9\u800d\uff0c **really** and `truly`. "],
    ["a line of code", "0123456789abcdef "],
    ["marks that never close", "**open [link `code ~~strike $math _under "],
    ["a quote", "> quoted text that goes on and on\n"],
    ["HTML", "<div>text</div>\n"],
    ["a list", "- item with some text\n"],
    ["a table", "| cell | \u5355\u5143\u683c |\n"],
  ])("costs no more the longer %s is", (kind, part) => {
    const head = { "a line of code": "```\n", "a table": "| a | b |\n|---|---|\n" }[kind] ?? "";
    const text = head + part.repeat(3000);
    const bytes = streamed(text.match(/[^]{1,40}/g) ?? [], terminal).map((written) => written.length);
    expect(Math.max(...bytes)).toBeLessThan(8000);
    expect(Math.max(...bytes.slice(-500))).toBeLessThanOrEqual(Math.max(...bytes.slice(0, 1500)));
  });
});

describe("code in a language not yet loaded", () => {
  const text = "```lua\nlocal a = 1\nlocal b = 2\n```\n\nText\n";

  it("is shown plain, and in colours when the language is there", async () => {
    const stream = new MarkdownStream(terminal);
    const screen = new Screen(terminal);
    await screen.write(stream.push(text.slice(0, 29)));
    const before = screen.looks();
    expect(before.slice(0, 3)).toEqual([`{01000}lua ${"\u2500".repeat(28)}`, "{00000}local a = 1", "{00000}local b ="]);
    await stream.ready;
    await screen.write(stream.push(text.slice(29)));
    await screen.write(stream.end());
    expect(screen.looks()).toEqual(await looksOf(renderMarkdown(text, terminal), terminal));
    expect(screen.looks()[1]).toContain("{500000}local");
    screen.dispose();
  });
});
