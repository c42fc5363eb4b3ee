import fc from "fast-check";

/** Random answers such as models write: Markdown of every kind, English and Chinese, put together from pieces. */

const words = fc.constantFrom(
  ..."the model answers with a quantum superposition of states and then measures them carefully snake_case_name C++ e.g. 2*3 $5 [1]".split(
    " ",
  ),
);
const chinese = fc.constantFrom(
  "\u91cf\u5b50\u8ba1\u7b97",
  "\u7684\u57fa\u672c\u539f\u7406",
  "\uff0c",
  "\u3002",
  "\u300c\u6d4b\u91cf\u300d",
  "\u5219\u662f\u53e6\u4e00\u56de\u4e8b",
  "\uff08\u89c1\u4e0b\u8868\uff09",
  "\uff1a",
  "\u201c\u53e0\u52a0\u6001\u201d",
);
const emoji = fc.constantFrom(
  "\u{1f600}",
  "\u{1f469}\u200d\u{1f469}\u200d\u{1f467}",
  "\u2705",
  "\u{1f44d}\u{1f3fd}",
  "e\u0301",
);
const formula = fc.constantFrom("$a_1 + b_1$", "\\(x_i * y_i\\)", "$\\frac{1}{2}$");

const plainText = fc
  .array(
    fc.oneof({ weight: 6, arbitrary: words }, { weight: 4, arbitrary: chinese }, { weight: 1, arbitrary: emoji }),
    {
      minLength: 1,
      maxLength: 14,
    },
  )
  .map((parts) => parts.join(" ").replaceAll(/(?<=[^ -~]) (?=[^ -~])/g, ""));

const marked = fc
  .tuple(
    plainText,
    fc.constantFrom(
      "**",
      "*",
      "`",
      "~~",
      "_",
      "link",
      "image",
      "auto",
      "br",
      "unclosed **",
      "html",
      "entity",
      "escape",
    ),
  )
  .map(([text, kind]) => {
    if (kind === "link") return `[${text.slice(0, 30)}](https://example.org/path?q=1)`;
    if (kind === "image") return `![${text.slice(0, 20)}](https://example.org/i.png "title")`;
    if (kind === "auto") return "<https://example.org/auto>";
    if (kind === "br") return "<br>";
    if (kind === "html") return "<b>bold</b>";
    if (kind === "entity") return "&lt;tag&gt; &copy;";
    if (kind === "escape") return String.raw`\*not\* \[x\]`;
    if (kind.startsWith("unclosed")) return `**${text}`;
    return `${kind}${text.slice(0, 40).trim()}${kind}`;
  });

const phrase = fc
  .array(
    fc.oneof({ weight: 5, arbitrary: plainText }, { weight: 3, arbitrary: marked }, { weight: 1, arbitrary: formula }),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((parts) => parts.join(" "));

const paragraph = fc.array(phrase, { minLength: 1, maxLength: 2 }).map((lines) => lines.join("\n"));
const heading = fc
  .tuple(fc.integer({ min: 1, max: 6 }), plainText)
  .map(([level, text]) => `${"#".repeat(level)} ${text}`);
const setext = fc.tuple(plainText, fc.constantFrom("===", "---")).map(([text, line]) => `${text}\n${line}`);

const code = fc.constantFrom(
  'const x = { a: 1, b: "two" };\nfunction f(y) {\n  return `t ${y}\n  more`;\n}',
  'def f(a: int) -> str:\n    """Doc\n    string."""\n    return f"{a!r}"\n\nprint(f(3))',
  "#include <vector>\nint main() {\n  /* a\n     b */\n  return 0; // done\n}",
  "SELECT a, b FROM t WHERE c = '\u4e2d\u6587';",
  '{ "a": [1, 2, null],\n  "b": "\u4e2d\u6587" }',
  "plain text \u4e2d\u6587 without a language\n\n\n  indented\ttab",
  `x = "${"a very long line of code that the terminal has to wrap ".repeat(4)}"`,
  `y = "${"\u4e00\u884c\u5f88\u957f\u7684\u4ee3\u7801\uff0c".repeat(40)}"`,
);
const fence = fc
  .tuple(
    fc.constantFrom("```", "~~~", "````"),
    fc.constantFrom("js", "python", "cpp", "sql", "json", "", "unknown-language"),
    code,
  )
  .map(([marks, language, text]) => `${marks}${language}\n${text}\n${marks}`);
const indentedCode = code.map((text) => text.replaceAll(/^(?=.)/gm, "    "));

const cell = fc.oneof(
  plainText.map((text) => text.slice(0, 24)),
  plainText,
  marked.map((text) => text.replaceAll("|", "")),
  fc.constantFrom("", "1", "\u662f", "a<br>b", "`a \\| b`"),
);
const table = fc
  .integer({ min: 1, max: 5 })
  .chain((columns) =>
    fc
      .tuple(
        fc.array(cell, { minLength: columns, maxLength: columns }),
        fc.array(fc.constantFrom("---", ":--", "--:", ":-:"), { minLength: columns, maxLength: columns }),
        fc.array(fc.array(cell, { minLength: 1, maxLength: columns + 1 }), { maxLength: 14 }),
      )
      .map((rows) => [rows[0], rows[1], ...rows[2]].map((cells) => `| ${cells.join(" | ")} |`).join("\n")),
  );

const other = fc.constantFrom(
  "---",
  "***",
  "$$\n\\sum_{i=1}^n x_i\n- y\n$$",
  "\\[\n\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}\n\\]",
  "<details>\n<summary>More</summary>\nhidden\n</details>",
  "[1]: https://example.org/one\n[2]: https://example.org/two",
  "<!-- a comment -->",
);

const simpleBlock = fc.oneof(
  { weight: 6, arbitrary: paragraph },
  { weight: 3, arbitrary: fence },
  { weight: 1, arbitrary: indentedCode },
  { weight: 2, arbitrary: table },
  { weight: 1, arbitrary: heading },
  { weight: 1, arbitrary: setext },
  { weight: 1, arbitrary: other },
);

const within = (text: string, first: string, rest: string) => first + text.replaceAll(/\n(?=.)/g, `\n${rest}`);

const { block } = fc.letrec<{ block: string; list: string; quote: string }>((tie) => ({
  block: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 8, arbitrary: simpleBlock },
    { weight: 2, arbitrary: tie("list") },
    { weight: 1, arbitrary: tie("quote") },
  ),
  list: fc
    .tuple(
      fc.constantFrom("- ", "* ", "+ ", "1. ", "9) "),
      fc.array(fc.tuple(fc.array(tie("block"), { minLength: 1, maxLength: 2 }), fc.constantFrom("", "[ ] ", "[x] ")), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.constantFrom("\n", "\n\n"),
    )
    .map(([marker, items, between]) =>
      items
        .map(([blocks, task]) => within(task + blocks.join(between), marker, " ".repeat(marker.length)))
        .join(between),
    ),
  quote: fc
    .array(tie("block"), { minLength: 1, maxLength: 2 })
    .map((blocks) => within(blocks.join("\n\n"), "> ", "> ")),
}));

const longParagraph = fc.array(phrase, { minLength: 20, maxLength: 30 }).map((parts) => parts.join(" "));

/** An answer of a few hundred to a few thousand characters. */
export const answer = fc
  .array(fc.oneof({ weight: 20, arbitrary: block }, { weight: 1, arbitrary: longParagraph }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((blocks) => blocks.join("\n\n"));

/** The text in pieces as a service would send them, mostly a few characters long; surrogate pairs may be cut. */
export const pieces = (text: string) =>
  fc
    .array(
      fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: 1, max: 8 }) },
        { weight: 1, arbitrary: fc.integer({ min: 9, max: 200 }) },
      ),
      {
        minLength: text.length,
        maxLength: text.length,
        size: "max",
      },
    )
    .map((sizes) => {
      const parts: string[] = [];
      for (let start = 0, index = 0; start < text.length; index += 1) {
        const size = sizes[index] ?? 1;
        parts.push(text.slice(start, start + size));
        start += size;
      }
      return parts;
    });
