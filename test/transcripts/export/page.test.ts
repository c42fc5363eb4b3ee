import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dialect } from "../../../src/app/library/page-dialect.ts";
import { asPage } from "../../../src/transcripts/export/html/page.ts";
import { hasBrowser, launchBrowser, styleOf, visit } from "../../support/browser.ts";
import { noon } from "../../support/transcripts.ts";
import { exchange, transcript, words } from "./samples.ts";
import { en } from "../../support/words.ts";

const question = '\u89e3\u91ca  \u91cf\u5b50\u8ba1\u7b97\n    x < y && "z"';
const chinese = "\u91cf\u5b50\u8ba1\u7b97**\u5229\u7528\uff1a**\u91cf\u5b50\u529b\u5b66";
const answer = `${chinese}

# Heading

| a | b |
|:--|--:|
| 1 | 2 |

\`\`\`ts
const x: number = 1; // <b>
\`\`\`

- [x] done
- [ ] open

See https://example.com/a\uff0c\u7136\u540e [there](https://example.com "t") and [mail](mailto:a@b.example).

![a picture](https://example.com/p.png)

$$
E = mc^2
$$

2*3*4 is \\(x_1\\)`;

const usage = { promptTokens: 1000, cachedTokens: 0, completionTokens: 234, reasoningTokens: 0, totalTokens: 1234 };
const picture = { name: "dot", url: "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=" };
const rich = transcript(
  [
    exchange(question, answer, { reasoning: "*hm*", system: "Be brief.", usage, images: [picture], askedAt: noon }),
    exchange("and then?", "half", { status: "interrupted", notice: "Stopped <here>.", system: "Be brief." }),
    exchange("and?", "", { status: "failed", notice: "No connection.", answeredAt: null, model: null, provider: null }),
    exchange("not this", en.transcripts.takenBack, { withdrawn: true }),
  ],
  { title: "Title & <more>" },
);

/** The lowest contrast of text against what is behind it, as WCAG counts it. */
const contrast = `(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => channels(color).slice(0, 3)
    .map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => { for (; node; node = node.parentElement) {
    const { backgroundColor } = getComputedStyle(node);
    if (channels(backgroundColor)[3] !== 0) return backgroundColor;
  } return "rgb(255, 255, 255)"; };
  let worst = 99;
  for (const node of document.querySelectorAll("body *")) {
    if (![...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim())) continue;
    const [a, b] = [light(getComputedStyle(node).color), light(behind(node))];
    worst = Math.min(worst, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
  }
  return worst;
})()`;

describe.runIf(hasBrowser)("the page in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  test("shows the conversation without scripts and without a network", async () => {
    await using opened = await visit(browser, await asPage(rich, words, dialect), {
      javaScriptEnabled: false,
      offline: true,
    });
    const { page, deeds } = opened;
    expect(await page.title()).toBe("Title & <more>");
    expect(await page.locator("h1").textContent()).toBe("Title & <more>");
    expect(await page.locator("article").count()).toBe(3);
    const first = page.locator("article").first();
    expect(await first.locator(".question .text").textContent()).toBe(question);
    expect(await first.locator(".question img").getAttribute("alt")).toBe("dot");
    expect(await first.locator("time").first().getAttribute("datetime")).toMatch(/^2026-11-20T.*[+-]\d\d:\d\d$/);
    expect(await first.locator(".answer > h2 span").textContent()).toBe("demo/tour");
    expect(await first.locator(".prose strong").first().textContent()).toBe("\u5229\u7528\uff1a");
    expect(await first.locator(".prose h3").textContent()).toBe("Heading");
    expect(await first.locator("td.right").textContent()).toBe("2");
    expect(await first.locator("pre .hljs-keyword").textContent()).toBe("const");
    expect(await first.locator("pre").textContent()).toBe("const x: number = 1; // <b>\n");
    expect(await first.locator("li.box").allTextContents()).toEqual(["\u2611 done", "\u2610 open"]);
    expect(await first.locator("math").count()).toBe(2);
    expect(await first.locator(".prose p").last().innerText()).toMatch(/^2\*3\*4 is/);
    expect(await first.locator(".facts").textContent()).toBe("1,234 tokens");
    const links = await first.locator(".prose a").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
    const there = ["https://example.com/a", "https://example.com", "mailto:a@b.example", "https://example.com/p.png"];
    expect(links).toEqual(there);
    expect(await page.locator(".notice").allInnerTexts()).toEqual(
      ["Interrupted Stopped <here>.", "Error No connection."].map((text) =>
        expect.stringMatching(text.replace(" ", "\\s*")),
      ),
    );
    expect(deeds).toEqual([]);
  });

  test("folds thinking and the system prompt away until somebody opens them", async () => {
    await using opened = await visit(browser, await asPage(rich, words, dialect));
    const { page, deeds } = opened;
    const thinking = page.locator("details.thinking .prose");
    expect(await thinking.isVisible()).toBe(false);
    await page.locator("details.thinking summary").click();
    expect(await thinking.isVisible()).toBe(true);
    expect(await thinking.locator("em").textContent()).toBe("hm");
    expect(await page.locator("details.system").count()).toBe(1);
    expect(deeds).toEqual([]);
  });

  test.each(["light", "dark"] as const)("can be read in %s", async (colorScheme) => {
    await using opened = await visit(browser, await asPage(rich, words, dialect), { colorScheme });
    const { page } = opened;
    const paper = await styleOf(page, "body", "backgroundColor");
    const bright = Number(/\d+/.exec(paper)?.[0]) > 127;
    expect(bright).toBe(colorScheme === "light");
    expect(await page.evaluate(contrast)).toBeGreaterThanOrEqual(4.5);
  });

  test("fits a phone, and paper", async () => {
    await using opened = await visit(browser, await asPage(rich, words, dialect), {
      viewport: { width: 320, height: 600 },
    });
    const { page } = opened;
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(320);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await styleOf(page, "body", "backgroundColor")).toBe("rgb(255, 255, 255)");
    expect(await styleOf(page, ".prose a:not(.bare)", "content", "::after")).toContain("https://example.com");
    expect(await styleOf(page, ".prose a.bare", "content", "::after")).toBe("none");
  });

  test("says which language a text is in, and sets Chinese as Chinese", async () => {
    await using opened = await visit(browser, await asPage(rich, words, dialect));
    const { page } = opened;
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
    expect(await page.evaluate("Array.from(document.querySelectorAll('.prose'), ({ lang }) => lang)")).toEqual([
      "",
      "zh",
      "",
    ]);
    expect(await styleOf(page, ".prose[lang=zh]", "lineBreak")).toBe("strict");
    expect(await styleOf(page, ".prose[lang=zh]", "textAutospace")).toBe("normal");
  });
});
