import { expect, test } from "vitest";
import { loadLanguages, type MarkdownOptions, renderMarkdown } from "../../../src/terminal/markdown/stream.ts";
import { processorTime } from "../../support/processor-time.ts";
import { capable } from "./screen.ts";

const options: MarkdownOptions = { ...capable, hyperlinks: false };

const size = 100_000;
const filled = (line: string) => line.repeat(Math.ceil(size / line.length)).slice(0, size);

/** Milliseconds, far more than it takes; before they were bounded these took 5 to 80 s on a quiet one. */
const most = 15_000;

test.each([
  ["lines like definitions of links", filled("[a]: b\n")],
  ["brackets that nothing closes", filled("[a: b\n")],
  ["marks of all kinds that nothing closes", filled("*a **b _c `d [e ![f <g &h $i ~~j\n")],
  ["templates within templates", `\`\`\`js\n${filled("x`${\n")}`],
  ["a template without an end", `\`\`\`js\nx=\`\n${filled("a\n")}`],
  ["nested brackets", "[".repeat(size / 2) + "]".repeat(size / 2)],
])("100 KB of %s are drawn in time that is proportional to them", async (_, text) => {
  await loadLanguages(text);
  let drawn = "";
  expect(processorTime(() => (drawn = renderMarkdown(text, options)))).toBeLessThan(most);
  expect(drawn.length).toBeGreaterThanOrEqual(size);
});
