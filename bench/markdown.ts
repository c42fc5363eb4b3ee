/**
 * Throughput of the Markdown renderer over long answers, and how its cost grows with length: ten times the answer should
 * take about ten times the time, whatever the answer is made of. Prints MB/s of source text, that ratio, and the bytes written in
 * pieces: by those of rendering at once, and by those of the source.
 */
import {
  loadLanguages,
  MarkdownStream,
  renderMarkdown,
  type MarkdownOptions,
} from "../src/terminal/markdown/stream.ts";
import { paletteOf } from "../src/terminal/theme.ts";

const options: MarkdownOptions = {
  columns: 80,
  rows: 40,
  width: 100,
  palette: paletteOf({ level: 2, name: "auto", background: null }),
  hyperlinks: true,
  synchronized: true,
  unicode: true,
  cursor: true,
  reflow: "all",
};

const mixed = `## Quantum computing \u91cf\u5b50\u8ba1\u7b97

A **qubit** is in a *superposition* of states; see [the notes](https://example.org/notes) and \`measure()\`.
\u91cf\u5b50\u8ba1\u7b97\u5229\u7528**\u53e0\u52a0\u6001\uff1a**\u540c\u65f6\u5904\u7406\u5927\u91cf\u53ef\u80fd\u7684\u72b6\u6001\uff0c\u7136\u540e\u6d4b\u91cf\u5176\u4e2d\u4e4b\u4e00\u3002

1. Prepare the state
2. Apply $U_f$ and wait
   - once
   - twice \u{1f600}

| \u540d\u79f0 | value | note |
| --- | --: | --- |
| \u4e00 | 1 | first |
| \u4e8c | 22 | second, rather longer than the first |

\`\`\`python
def measure(q: int) -> str:
    """Looks at it."""
    return f"{q!r}"  # done
\`\`\`

> Nothing is lost.

`;
/** What an answer may be made of, each repeated to the length wanted. */
const answers: Readonly<Record<string, string>> = {
  "mixed answer": mixed,
  "one paragraph without a newline":
    "All work and no play makes Jack a dull boy, \u53ea\u5de5\u4f5c\u4e0d\u73a9\u800d\uff0c **really** and `truly`. ",
  "one line of plain code": "",
  "one code block": '    const x = call("string", 42); // comment\n',
  "one list": "- an item with **bold** text and some more words\n",
  "one table": "| cell | \u5355\u5143\u683c | 42 |\n",
  "one block quote": "> quoted text that goes on, \u5f15\u7528\n",
  "unclosed marks": "**open [link `code ~~strike $math _under ",
};

const heads: Readonly<Record<string, string>> = {
  "one line of plain code": "```\n",
  "one code block": "```js\n",
  "one table": "| a | b | c |\n| --- | --- | --- |\n",
};

function answerOf(name: string, length: number): string {
  const part = answers[name] || "0123456789abcdef ";
  return (heads[name] ?? "") + part.repeat(Math.ceil(length / part.length));
}

/** Processor time: other programs on the machine do not count. */
function milliseconds(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function stream(text: string, size: number): number {
  const markdown = new MarkdownStream(options);
  let bytes = 0;
  for (let at = 0; at < text.length; at += size) bytes += Buffer.byteLength(markdown.push(text.slice(at, at + size)));
  return bytes + Buffer.byteLength(markdown.end());
}

const megabyte = 1_000_000;
/** Characters in a piece: one to three tokens. */
const part = 8;

await loadLanguages("```js\n```\n```python\n```");
stream(answerOf("mixed answer", megabyte / 20), part);
console.log(
  "answer of 1 MB                     at once MB/s  streamed MB/s  ratio 10x/1x  amplification  bytes written/read",
);
for (const name of Object.keys(answers)) {
  const [short, long] = [answerOf(name, megabyte / 10), answerOf(name, megabyte)];
  const once = milliseconds(() => renderMarkdown(long, options));
  let bytes = 0;
  const one = Math.min(...[1, 2, 3].map(() => milliseconds(() => stream(short, part))));
  const ten = milliseconds(() => (bytes = stream(long, part)));
  const figures = [
    (Buffer.byteLength(long) / 1000 / once).toFixed(2).padStart(12),
    (Buffer.byteLength(long) / 1000 / ten).toFixed(2).padStart(14),
    (ten / one).toFixed(1).padStart(13),
    (bytes / Buffer.byteLength(renderMarkdown(long, options))).toFixed(2).padStart(14),
    (bytes / Buffer.byteLength(long)).toFixed(3).padStart(20),
  ];
  console.log(name.padEnd(34), ...figures);
}
