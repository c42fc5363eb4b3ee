import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dialect } from "../../../src/app/library/page-dialect.ts";
import { asPage } from "../../../src/transcripts/export/html/page.ts";
import type { Exchange } from "../../../src/transcripts/format/types.ts";
import { hasBrowser, launchBrowser, styleOf, visit } from "../../support/browser.ts";
import { hostile } from "./hostile.ts";
import { exchange, transcript, words } from "./samples.ts";

describe.runIf(hasBrowser)("a hostile text in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  /** The text in every place a text can come to. */
  function everywhere(text: string): Partial<Exchange> {
    return {
      reasoning: text,
      system: text,
      model: text,
      provider: text,
      notice: text,
      status: "failed",
      images: [{ name: text, url: text }],
    };
  }

  // Without its policy the page is as harmless: escaping alone is enough.
  test.each([
    ["with its policy", false],
    ["without its policy", true],
  ])("does nothing that a hostile text wants, %s", async (_, bypassCSP) => {
    for (const part of [hostile.slice(0, 26), hostile.slice(26)]) {
      const exchanges = part.map(([, text]) => exchange(text, text, everywhere(text)));
      const html = await asPage(
        transcript(exchanges, { title: part.map(([, text]) => text).join(" ") }),
        words,
        dialect,
      );
      await using opened = await visit(browser, html, { bypassCSP });
      const { page, deeds } = opened;
      await page.evaluate("globalThis.hits = 0; globalThis.hit = () => { globalThis.hits += 1; }");
      await page.evaluate("document.querySelectorAll('summary').forEach((summary) => summary.click())");
      await page.evaluate(`for (const node of document.querySelectorAll("body *"))
        for (const type of ["mouseover", "focus", "error", "load", "toggle"]) node.dispatchEvent(new Event(type))`);
      expect(await page.locator("article").count()).toBe(part.length);
      expect(await page.evaluate("globalThis.hits")).toBe(0);
      expect(await page.evaluate(forbidden)).toEqual([]);
      expect(deeds).toEqual([]);
    }
  });

  test("would do nothing even if its escaping failed", async () => {
    const asked: string[] = [];
    await using server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const marks = "globalThis.hits = (globalThis.hits ?? 0) + 1";
    const raw = `<script>${marks}</script><img src=x onerror="${marks}"><img src="${origin}/x.png">
      <iframe src="${origin}/frame"></iframe><link rel=stylesheet href="${origin}/s.css">
      <style>body { display: none }</style><b id="styled" style="position: fixed">x</b>`;
    const sample = transcript([exchange("question", "answer")]);
    const html = (await asPage(sample, words, dialect)).replace("<main>", `<main>${raw}`);
    await using opened = await visit(browser, html);
    const { page, deeds } = opened;
    expect(await page.evaluate("globalThis.hits")).toBeUndefined();
    expect(await styleOf(page, "body", "display")).toBe("block");
    expect(await styleOf(page, "#styled", "position")).toBe("static");
    expect(asked).toEqual([]);
    // The browser tells of each thing that the policy forbade.
    expect(deeds.filter((deed) => /Content Security Policy/.test(deed)).length).toBeGreaterThanOrEqual(6);
  });
});

/** Elements, attributes and addresses that have no place in the page. */
const forbidden = `(() => {
  const found = [];
  const elements = new Set(("html head meta title style body header h1 h2 h3 h4 h5 h6 p main article section div span b time " +
    "details summary pre code figure figcaption ul ol li blockquote hr br em strong s a img table thead tbody tr th td " +
    "math semantics annotation mrow mi mo mn mtext msup msub msubsup mfrac msqrt mroot mstyle mspace munder mover munderover mpadded mtable mtr mtd menclose mphantom mmultiscripts mprescripts none merror").split(" "));
  for (const node of document.querySelectorAll("*")) {
    const name = node.localName;
    if (!elements.has(name)) found.push("element " + name);
    for (const { name: attribute, value } of node.attributes) {
      if (/^on/i.test(attribute) || attribute === "style" || attribute === "srcdoc") found.push(name + " " + attribute);
      if (/^(?:href|src|action|formaction|data|xlink:href)$/i.test(attribute)) {
        const fine = name === "a" ? /^(?:https?:|mailto:)/ : /^data:image\\/(?:png|jpeg|gif|webp);base64,/;
        if (!fine.test(value)) found.push(name + " " + attribute + "=" + value);
      }
    }
  }
  if (document.querySelectorAll("style").length !== 1) found.push("more styles");
  if (document.querySelectorAll("meta").length !== 6) found.push("more metas");
  return found;
})()`;

test.each(hostile)("a page with %s stays well-formed text", async (_, text) => {
  const html = await asPage(transcript([exchange(text, text)], { title: text }), words, dialect);
  expect(html).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]/u);
  expect(html.match(/<\/article>/g)).toHaveLength(1);
  expect(html).not.toMatch(/<(?:script|iframe|object|embed|form|svg|base|link)\b/i);
});
