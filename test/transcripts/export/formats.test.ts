import { expect, test } from "vitest";
import { dialect } from "../../../src/app/library/page-dialect.ts";
import { formOf } from "../../../src/transcripts/export/formats.ts";
import { asPage } from "../../../src/transcripts/export/html/page.ts";
import { asMessagesLine } from "../../../src/transcripts/export/jsonl.ts";
import { asMarkdown } from "../../../src/transcripts/export/markdown.ts";
import { asPlainText } from "../../../src/transcripts/export/plain.ts";
import { parseTranscript } from "../../../src/transcripts/format/parse.ts";
import { exchange, transcript, words } from "./samples.ts";
import { en } from "../../support/words.ts";

const image = { name: "dot", url: "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=" };

/** The messages of the line, or none. */
function messages(...exchanges: Parameters<typeof transcript>[0]): unknown[] {
  const line = asMessagesLine(transcript(exchanges));
  if (line === "") return [];
  expect(line.endsWith("\n")).toBe(true);
  expect(line.indexOf("\n")).toBe(line.length - 1);
  return (JSON.parse(line) as { messages: unknown[] }).messages;
}

test("messages are those of complete exchanges, with the system prompt where it changes", () => {
  const told = { system: "Be brief." };
  expect(messages(exchange("a\nb", "A\u2028"), exchange("c", "C", told), exchange("d", "D", told))).toEqual([
    { role: "user", content: "a\nb" },
    { role: "assistant", content: "A\u2028" },
    { role: "system", content: "Be brief." },
    { role: "user", content: "c" },
    { role: "assistant", content: "C" },
    { role: "user", content: "d" },
    { role: "assistant", content: "D" },
  ]);
});

test.each([
  ["interrupted", { status: "interrupted" as const, finishReason: null }],
  ["failed", { status: "failed" as const, finishReason: null }],
  ["cut by a limit", { finishReason: "length" }],
  ["cut by a filter", { finishReason: "content_filter" }],
  [en.transcripts.takenBack, { withdrawn: true }],
])("messages leave out an exchange that was %s", (_, more) => {
  expect(messages(exchange("q", "half", more))).toEqual([]);
  expect(messages(exchange("q", "half", more), exchange("r", "R"))).toHaveLength(2);
});

test("messages leave out what was answered with nothing, and take an import's word for its end", () => {
  expect(messages(exchange("q", ""), exchange("", "greeting"))).toEqual([]);
  expect(messages(exchange("q", "a", { finishReason: null }))).toHaveLength(2);
});

test("an answer that was gone on with is one message", () => {
  const half = exchange("q", "half ", { id: "x1", status: "interrupted", finishReason: null });
  const rest = exchange("/continue", "and half", { id: "x2", continues: "x1" });
  expect(messages(half, rest)).toEqual([
    { role: "user", content: "q" },
    { role: "assistant", content: "half and half" },
  ]);
});

test("a picture stands beside its question", () => {
  expect(messages(exchange("what?", "a dot", { images: [image] }))[0]).toEqual({
    role: "user",
    content: [
      { type: "text", text: "what?" },
      { type: "image_url", image_url: { url: image.url } },
    ],
  });
});

test("Markdown tells questions and answers apart and has no metadata", () => {
  const text = asMarkdown(
    transcript([exchange("# no heading\n\n> x", "# Heading\n\ntext", { reasoning: "hm" })], { title: "A *title*" }),
    words,
  );
  expect(text.replaceAll(/\d\d:\d\d:\d\d/g, "TIME")).toBe(`# A \\*title\\*

## Question · 2026-11-20 TIME

> # no heading
>
> > x

<details>
<summary>Thinking</summary>

hm

</details>

## Answer · 2026-11-20 TIME · demo/tour

# Heading

text
`);
});

test("Markdown closes code that an answer left open, before what follows", () => {
  const cut = { status: "interrupted" as const, notice: "Stopped." };
  const [first] = [asMarkdown(transcript([exchange("q", "````js\n```\nx = 1;", cut)]), words)];
  expect(first).toContain("````js\n```\nx = 1;\n````\n\n> **Interrupted** Stopped.\n");
  const whole = asMarkdown(transcript([exchange("q", "```js\nx\n```\n")]), words);
  expect(whole).toContain("```js\nx\n```\n");
  expect(whole.match(/```/g)).toHaveLength(2);
});

test("the older plain form is read back", () => {
  const failed = exchange("bad", "", { status: "failed", notice: "401 Unauthorized", answeredAt: null });
  const text = asPlainText(transcript([exchange("one\n\ntwo", "first\nline", { reasoning: "hm" }), failed]));
  expect(text).not.toContain("<!--");
  expect(parseTranscript(text).exchanges).toMatchObject([
    { question: "one\n\ntwo", answer: "first\nline", reasoning: "", status: "complete" },
    { question: "bad", answer: "", status: "failed", error: { message: "401 Unauthorized" } },
  ]);
});

test.each([
  ["a.html", "html"],
  ["dir.md/a.JSON", "json"],
  ["a.jsonl", "jsonl"],
  ["a", null],
  ["a.constructor", null],
  ["a.pdf", null],
])("the name %s asks for %s", (name, form) => expect(formOf(name)).toBe(form));

test("sources stand below the answer as numbered links that nothing in them can leave, each once, http and https alone", () => {
  const sources = [
    { title: "Qubits](javascript:hit()) [x\n# y", url: "https://a.example/q_(physics)?a=1&b=2" },
    { title: null, url: "http://b.example/><script>hit()</script>" },
    { title: "bad", url: "javascript:hit()" },
    { title: "again", url: "https://a.example/q_(physics)?a=1&b=2" },
  ];
  const found = exchange("q", "a", { web: { searches: 1, sources } });
  const more = exchange("/continue", "b", {
    id: "x2",
    continues: "x1",
    web: { searches: 1, sources: [sources[0]!, { title: "C", url: "https://c.example/" }] },
  });
  const markdown = asMarkdown(transcript([found, more]), words);
  expect(markdown.slice(markdown.indexOf(`**${en.exporting.sources}**`))).toBe(
    [
      `**${en.exporting.sources}**\n`,
      "1. [Qubits\\](javascript:hit()) \\[x \\# y](<https://a.example/q_(physics)?a=1&b=2>)",
      "2. [http://b.example/\\>\\<script\\>hit()\\</script\\>](<http://b.example/%3E%3Cscript%3Ehit()%3C/script%3E>)",
      "3. [C](<https://c.example/>)\n",
    ].join("\n"),
  );
  expect(asMarkdown(transcript([exchange("q", "a")]), words)).not.toContain(en.exporting.sources);
});

test("a page lists sources as links with everything in them escaped", async () => {
  const sources = [
    { title: '<img src=x onerror="hit()">', url: 'https://a.example/"onmouseover="hit()' },
    { title: null, url: "https://b.example/?a=1&b=2" },
    { title: "bad", url: "javascript:hit()" },
  ];
  const page = await asPage(transcript([exchange("q", "a", { web: { searches: 1, sources } })]), words, dialect);
  expect(page.slice(page.indexOf("<ol>"), page.indexOf("</ol>"))).toBe(`<ol>
<li><a href="https://a.example/&quot;onmouseover=&quot;hit()" rel="noopener noreferrer nofollow">&lt;img src=x onerror=&quot;hit()&quot;&gt;</a></li>
<li><a class="bare" href="https://b.example/?a=1&amp;b=2" rel="noopener noreferrer nofollow">https://b.example/?a=1&amp;b=2</a></li>
`);
});
