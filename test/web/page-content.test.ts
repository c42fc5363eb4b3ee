import { expect, test } from "vitest";
import { pageContent } from "../../src/web/page-content.ts";
import { readablePage } from "../../src/web/readable-text.ts";
import { encode } from "../support/encodings.ts";

const chinese =
  "<!doctype html><html><head><title>量子計算</title></head><body><p>量子計算的基本原理</p></body></html>";
const withMeta = (charset: string) => chinese.replace("<head>", `<head><meta charset="${charset}">`);

test.each([
  ["the header", "text/html; charset=gbk", encode("简体中文", "gb18030"), { kind: "html", html: "简体中文" }],
  ["the page", "text/html", encode(withMeta("big5"), "big5"), { kind: "html", html: withMeta("big5") }],
  [
    "what is plausible",
    "text/html",
    encode("这是一个简单的网页。", "gb18030"),
    { kind: "html", html: "这是一个简单的网页。" },
  ],
  [
    "the bytes, where the header is wrong",
    "text/html; charset=utf-8",
    encode("这是一个简单的网页。", "gb18030"),
    { kind: "html", html: "这是一个简单的网页。" },
  ],
  ["no known charset", "text/plain; charset=klingon", Buffer.from("plain"), { kind: "text", text: "plain" }],
  ["no type at all", "", Buffer.from(chinese), { kind: "html", html: chinese }],
  ["JSON", "application/json", Buffer.from('{"a": 1}'), { kind: "text", text: '{"a": 1}' }],
  ["Markdown", "text/markdown", Buffer.from("# A\n"), { kind: "text", text: "# A\n" }],
  ["code of no type", "application/octet-stream", Buffer.from("print(1)\n"), { kind: "text", text: "print(1)\n" }],
  ["a document", "application/pdf", Buffer.from("%PDF-1.7"), { kind: "binary" }],
  ["bytes that are no text", "text/html", Buffer.from([0, 1, 2, 3, 0, 9]), { kind: "binary" }],
])("a page is read by %s", (_, contentType, bytes, expected) => {
  expect(pageContent(bytes, contentType)).toMatchObject(expected);
});

const prose = "Quantum computers hold information in qubits, which interfere with each other as waves do. ".repeat(6);

test("of an HTML page its main text remains, as Markdown", async () => {
  const { title, text } = await readablePage(
    `<html><head><title>Qubits</title><script>alert(1)</script></head><body><nav><a href="/">Home</a></nav>
     <article><h1>Qubits</h1><p>${prose}</p><p>${prose} <a href="more.html">more</a></p>
     <pre><code class="language-python">a = 1\nb = 2</code></pre>
     <table><thead><tr><th>Gate</th><th>Wires</th></tr></thead><tbody><tr><td>CNOT</td><td>2</td></tr></tbody></table>
     <p>${prose}</p></article><footer>Imprint</footer></body></html>`,
    "https://example.com/a/b.html",
  );
  expect(title).toBe("Qubits");
  expect(text).toContain(prose.trim());
  expect(text).toContain("[more](https://example.com/a/more.html)");
  expect(text).toContain("```python\na = 1\nb = 2\n```");
  expect(text).toContain("| CNOT | 2 |");
  expect(text).not.toMatch(/Home|Imprint|alert/u);
});

test("a page that shows nothing without its scripts has no text", async () => {
  const { text } = await readablePage(
    '<html><body><div id="app"></div><script>render()</script></body></html>',
    "https://a.test/",
  );
  expect(text).toBe("");
});
