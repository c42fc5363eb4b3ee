import { describe, expect, it } from "vitest";
import {
  loadLanguages,
  MarkdownStream,
  renderMarkdown,
  type MarkdownOptions,
} from "../../../src/terminal/markdown/stream.ts";
import { displayWidth } from "../../../src/terminal/width.ts";
import { capable, Screen } from "./screen.ts";

const colored: MarkdownOptions = { ...capable, columns: 60 };
const plain: MarkdownOptions = { ...colored, palette: null, hyperlinks: false };

const rows = (text: string, special: Partial<MarkdownOptions> = {}) =>
  renderMarkdown(text, { ...plain, ...special })
    .split("\n")
    .slice(0, -1);

/** Beside the language of code, or alone. */
const rule = "\u2500".repeat(32);

const full = "\u91cf\u5b50\u8ba1\u7b97\u5229\u7528\u53e0\u52a0\u6001";

describe("prose", () => {
  it.each([
    ["marks over one letter", "\u0301"],
    ["blanks in code spans", "` "],
  ])("ends a row that has no end of its own: %s", (_, part) => {
    const text = `e${part.repeat(20_000)}`;
    const drawn = rows(text);
    expect(Math.max(...drawn.map(({ length }) => length))).toBeLessThan(4096);
    expect(drawn.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
    const stream = new MarkdownStream({ ...plain, cursor: false });
    const pieces = text.match(/[^]{1,999}/g)!.map((piece) => stream.push(piece));
    expect((pieces.join("") + stream.end()).split("\n").slice(0, -1)).toEqual(drawn);
  });

  it("is wrapped at words, by the width of its characters", () => {
    expect(rows(`one two three ${full}`, { columns: 16 })).toEqual([
      "one two three \u91cf",
      "\u5b50\u8ba1\u7b97\u5229\u7528\u53e0\u52a0\u6001",
    ]);
  });

  it("never begins a row with a closing sign or ends one with an opening sign", () => {
    const text =
      "\u4e00\u4e8c\u4e09\uff0c\u56db\uff08\u4e94\u516d\uff09\u3002\u4e03\u300c\u516b\u300d\uff1b\u201c\u4e5d\u201d\uff01\u5341".repeat(
        8,
      );
    for (let columns = 8; columns <= 40; columns += 1) {
      for (const row of rows(text, { columns })) {
        expect(row).not.toMatch(/^[\uff0c\u3002\uff09\u300d\uff1b\u201d\uff01]/);
        expect(row).not.toMatch(/[\uff08\u300c\u201c]$/);
        expect(displayWidth(row)).toBeLessThanOrEqual(columns);
      }
    }
  });

  it("keeps the line ends of its source, and no space at the end of a row", () => {
    expect(rows("one  \ntwo\\\nthree<br>four\nfive ")).toEqual(["one", "two", "three", "four", "five"]);
  });

  it("cuts a word only when it is longer than a row", () => {
    expect(rows("a 0123456789abcdef", { columns: 10 })).toEqual(["a 01234567", "89abcdef"]);
  });

  it("takes Chinese emphasis that ends with a sign for emphasis", () => {
    expect(renderMarkdown("**\u6ce8\u610f\uff1a**\u8bf7\u770b", colored)).toBe(
      "\x1b[1m\u6ce8\u610f\uff1a\x1b[m\u8bf7\u770b\n",
    );
  });

  it("is at most so wide as is asked for, rules too, but for tables and code", () => {
    const [title, row, code] = ["| a | b |\n|---|---|", "x".repeat(30), "y".repeat(60)];
    const text = `${"word ".repeat(20)}\n\n---\n\n${title}\n| ${row} | ${row} |\n\n\`\`\`\n${code}\n\`\`\``;
    const widths = rows(text, { width: 40, columns: 80 }).map(displayWidth);
    expect(widths.slice(0, 5)).toEqual([39, 39, 19, 0, 40]);
    expect(widths).toContain(63);
    expect(widths.at(-1)).toBe(60);
  });

  it("shows HTML as text", () => {
    expect(rows("<div>\n  *a*\n</div>\n\nx <b>y</b>")).toEqual(["<div>", "  *a*", "</div>", "", "x <b>y</b>"]);
  });

  it("shows definitions of links and what refers to them", () => {
    expect(rows("See [1].\n\n[1]: https://x.example/")).toEqual(["See [1].", "", "[1]: https://x.example/"]);
  });
});

describe("blocks", () => {
  it("have looks of their own", () => {
    const headings = [1, 2, 3, 4, 5, 6].map((level) => `${"#".repeat(level)} h`).join("\n");
    const text = `${headings}\n**b** *e* ~~s~~ \`c\`\n\n---`;
    expect(renderMarkdown(text, { ...colored, columns: 8 }).split("\n")).toEqual([
      "\x1b[1;4;35mh\x1b[m",
      "",
      "\x1b[1;35mh\x1b[m",
      "",
      "\x1b[1;36mh\x1b[m",
      "",
      "\x1b[1mh\x1b[m",
      "",
      "\x1b[3mh\x1b[m",
      "",
      "\x1b[3;2mh\x1b[m",
      "\x1b[1mb\x1b[m \x1b[3me\x1b[m \x1b[9ms\x1b[m \x1b[36mc\x1b[m",
      "",
      "\x1b[2m\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\x1b[m",
      "",
    ]);
  });

  it("keep Markdown's marks where there are no colours", () => {
    const text = "# One\n\n**b** *e* ~~s~~ `c`";
    expect(rows(text)).toEqual(text.split("\n"));
    expect(renderMarkdown(text, plain)).not.toContain("\x1b");
  });

  it("hang in lists and quotes", () => {
    expect(
      rows("- one two three\n  1. four five six\n- [x] done one by one\n1. [ ] to do\n\n> a b c d e f g h", {
        columns: 14,
      }),
    ).toEqual([
      "\u2022 one two",
      "  three",
      "  1. four five",
      "     six",
      "\u2611 done one by",
      "  one",
      "1. \u2610 to do",
      "",
      "\u2502 a b c d e f",
      "\u2502 g h",
    ]);
  });

  it("are drawn in ASCII where there is no Unicode", () => {
    const text = "- a\n- [x] $x^2$\n\n> b\n\n| c | d |\n|---|---|\n| e | f |\n\n***";
    expect(rows(text, { unicode: false, columns: 10 })).toEqual([
      "* a",
      "[x] $x^2$",
      "",
      "> b",
      "",
      "c | d",
      "--+--",
      "e | f",
      "",
      "----------",
    ]);
  });

  it("number items as their list goes on", () => {
    expect(rows("9. a\n9. b\n9. c")).toEqual(["9. a", "10. b", "11. c"]);
  });
});

describe("a table", () => {
  const table = [
    "| \u540d\u79f0 | Price | \u8bf4\u660e |",
    "|:--|--:|:-:|",
    "| \u91cf\u5b50 | 1.5 | \u{1f469}\u200d\u{1f469}\u200d\u{1f467} ok |",
    "| x | 20 | `a \\| b` |",
  ].join("\n");

  it("is aligned by the width of its characters", () => {
    expect(rows(table)).toEqual([
      "\u540d\u79f0 \u2502 Price \u2502  \u8bf4\u660e",
      "\u2500\u2500\u2500\u2500\u2500\u253c\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u253c\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500",
      "\u91cf\u5b50 \u2502   1.5 \u2502  \u{1f469}\u200d\u{1f469}\u200d\u{1f467} ok",
      "x    \u2502    20 \u2502 `a | b`",
    ]);
  });

  it("has its columns one below the other on a screen of 60 columns, also when cells are wrapped", async () => {
    const long = "\u5f88\u957f\u7684\u4e2d\u6587\u8bf4\u660e\uff0c\u9700\u8981\u6362\u884c".repeat(3);
    const text = `${table}\n| ${long} | 3 | ${long} |`;
    const screen = new Screen(colored);
    await screen.write(renderMarkdown(text, colored));
    const { active } = screen.terminal.buffer;
    const bars = Array.from({ length: active.cursorY }, (_, y) =>
      Array.from({ length: 60 }, (_, x) => active.getLine(y)?.getCell(x)?.getChars() ?? "")
        .flatMap((cell, x) => (cell === "\u2502" || cell === "\u253c" ? [x] : []))
        .join(),
    );
    expect(bars.length).toBeGreaterThan(8);
    expect(new Set(bars).size).toBe(1);
    screen.dispose();
  });

  it("cuts no word where another column has room", () => {
    const text = "| aa bb cc dd ee ff | content |\n|---|---|\n| aa bb cc dd ee ff gg hh | content |";
    expect(rows(text, { columns: 17 })).toEqual([
      "aa bb   \u2502 content",
      "cc dd   \u2502",
      "ee ff   \u2502",
      "\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u253c\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500",
      "aa bb   \u2502 content",
      "cc dd   \u2502",
      "ee ff   \u2502",
      "gg hh   \u2502",
    ]);
  });

  it("too wide for its columns is shown as records", () => {
    const text =
      "| first | second | third | fourth |\n|---|---|---|---|\n| aaaaaaaa | bbbbbbbb | cccccccc | |\n| d | e | f | g |";
    expect(rows(text, { columns: 30 })).toEqual([
      "first: aaaaaaaa",
      "second: bbbbbbbb",
      "third: cccccccc",
      "fourth:",
      "\u2500\u2500\u2500",
      "first: d",
      "second: e",
      "third: f",
      "fourth: g",
    ]);
  });

  it("keeps cells beyond its last column", () => {
    expect(rows("| a |\n|---|\n| b | c | d |").at(-1)).toBe("b | c | d");
  });
});

describe("code", () => {
  const source = "def f(a):\n    '''doc\n    '''\n    return a  # \u4e2d\u6587";

  it("is copied from the screen as it is, wherever it stands", async () => {
    const long = `x = "${"0123456789".repeat(20)}"`;
    const text = `Text:\n\n\`\`\`python\n${source}\n${long}\n\`\`\`\n\n1. item\n\n   \`\`\`\n   in a list\n     indented\n   \`\`\`\n\n> ~~~\n> quoted\n> ~~~`;
    await loadLanguages(text);
    const screen = new Screen(colored);
    await screen.write(renderMarkdown(text, colored));
    const copied = screen.text();
    expect(copied).toContain(`\npython ${rule.slice(7)}\n${source}\n${long}\n\n`);
    // As far in as what it stands in, without that one's marks.
    expect(copied).toContain(`\n   ${rule}\n   in a list\n     indented\n\n`);
    expect(copied).toContain(`\n\u2502 ${rule}\n  quoted`);
    screen.dispose();
  });

  it("is coloured by its language, over lines too", async () => {
    const text = `\`\`\`py\n${source}\n\`\`\``;
    await loadLanguages(text);
    expect(renderMarkdown(text, colored).split("\n")).toEqual([
      `\x1b[2mpy ${rule.slice(3)}\x1b[m`,
      "\x1b[35mdef\x1b[m \x1b[34mf\x1b[m(a):",
      "    \x1b[32m'''doc\x1b[m",
      "\x1b[32m    '''\x1b[m",
      "    \x1b[35mreturn\x1b[m a  \x1b[2m# \u4e2d\u6587\x1b[m",
      "",
    ]);
  });

  it("in an unknown language, or none, is plain", async () => {
    const text = "```nonsense\nlet x = 'y'\n```\n\n```\nlet x = 'y'\n```";
    await loadLanguages(text);
    const code = "let x = 'y'\n";
    expect(renderMarkdown(text, colored)).toBe(
      `\x1b[2mnonsense ${rule.slice(9)}\x1b[m\n${code}\n\x1b[2m${rule}\x1b[m\n${code}`,
    );
    const stream = new MarkdownStream(colored);
    expect(stream.push("```\nlet x = 'y'\nlet")).toBe(`\x1b[2m${rule}\x1b[m\n${code}let`);
  });

  it("tells by blank lines where it begins and ends, and by its label alone in a narrow window", () => {
    expect(rows("a\n```js\nb\n```\nc\n- d\n  ```\n  e\n  ```\n- f", { columns: 6 })).toEqual([
      "a",
      "",
      "js",
      "b",
      "",
      "c",
      "\u2022 d",
      "",
      "  \u2500\u2500\u2500\u2500",
      "  e",
      "",
      "\u2022 f",
    ]);
  });

  it("shows what a change adds, takes away and where", async () => {
    const text = "```diff\n@@ -1,2 +1,2 @@\n-a\n+b\n c\n```";
    await loadLanguages(text);
    expect(renderMarkdown(text, colored).split("\n").slice(1)).toEqual([
      "\x1b[2m@@ -1,2 +1,2 @@\x1b[m",
      "\x1b[31m-a\x1b[m",
      "\x1b[32m+b\x1b[m",
      " c",
      "",
    ]);
  });

  it("has its tabs as spaces and none at the end of a line", () => {
    expect(rows("```\n\ta\t\n```")).toEqual([rule, "    a"]);
  });
});
