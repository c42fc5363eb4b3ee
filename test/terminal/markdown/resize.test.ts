import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  loadLanguages,
  MarkdownStream,
  renderMarkdown,
  type MarkdownOptions,
} from "../../../src/terminal/markdown/stream.ts";
import { answer, pieces } from "./answers.ts";
import { capable, Screen } from "./screen.ts";

const terminal: MarkdownOptions = { ...capable, rows: 30, reflow: "above" };

interface Size {
  /** After how many pieces. */
  readonly after: number;
  readonly columns: number;
  readonly rows: number;
}

/** @param reflow what the terminal really does, if not what the options say */
async function watch(
  parts: readonly string[],
  sizes: readonly Size[],
  options: MarkdownOptions,
  reflow = options.reflow,
): Promise<Screen> {
  const screen = new Screen({ ...options, reflow });
  const stream = new MarkdownStream(options);
  let written = "";
  for (const [index, part] of parts.entries()) {
    for (const { columns, rows } of sizes.filter(({ after }) => after === index)) {
      await screen.write(written);
      screen.resize(columns, rows);
      written = stream.resize({ columns, rows, reflow: options.reflow });
    }
    written += stream.push(part);
  }
  await screen.write(written + stream.end());
  return screen;
}

async function once(text: string, options: MarkdownOptions): Promise<string[]> {
  const screen = new Screen(options);
  await screen.write(renderMarkdown(text, options));
  return screen.looks();
}

const rows = Array.from(
  { length: 8 },
  (_, row) =>
    `| \u7b2c ${row} \u884c | value ${row} | \u5907\u6ce8\uff1a${"\u5f88\u957f".repeat(row)} and some words |`,
);
const table = ["| \u540d\u79f0 | Value | Note |", "|---|--:|---|", ...rows].join("\n");

describe.each(["above", "all", "none"] as const)("where a resize wraps anew: %s", (reflow) => {
  const options: MarkdownOptions = { ...terminal, reflow };

  it.each([
    [100, 60],
    [60, 100],
    [100, 45],
    [80, 79],
  ])("a table resized in the middle from %i to %i columns is the one drawn at once", async (from, to) => {
    const text = `Before.\n\n${table}`;
    const parts = text.match(/[^]{1,5}/g) ?? [];
    for (const after of [8, 20, 33, 41, parts.length - 2]) {
      const screen = await watch(parts, [{ after, columns: to, rows: 50 }], { ...options, columns: from, rows: 50 });
      expect(screen.looks()).toEqual(await once(text, { ...options, columns: to, rows: 50 }));
      screen.dispose();
    }
  });
});

describe.each(["above", "all"] as const)("on a terminal that wraps anew: %s", (reflow) => {
  const options: MarkdownOptions = { ...terminal, reflow };

  it("a paragraph resized at any place is the one drawn at once", async () => {
    const text =
      "Some **bold words** and \u4e00\u4e9b\u4e2d\u6587\u6587\u5b57\uff0cwith `code` in them, that fill some rows of the screen.";
    const parts = text.match(/[^]{1,4}/g) ?? [];
    for (const after of parts.keys()) {
      const sizes = [
        { after, columns: 33, rows: 20 },
        { after: after + 2, columns: 51, rows: 24 },
      ];
      const screen = await watch(parts, sizes, { ...options, columns: 44 });
      const last = sizes.findLast((size) => size.after < parts.length);
      expect(screen.looks()).toEqual(await once(text, { ...options, ...last }));
      screen.dispose();
    }
  });

  it("what comes after is drawn at the new width, and no text is lost or doubled", async () => {
    const letters = (text: string) => (text.match(/[\p{L}\p{N}]/gu) ?? []).sort().join("");
    const size = fc.record({
      after: fc.nat(200),
      columns: fc.integer({ min: 60, max: 110 }),
      rows: fc.integer({ min: 50, max: 60 }),
    });
    const sample = fc.tuple(answer, fc.array(size, { minLength: 1, maxLength: 3 }));
    const end =
      "The last paragraph, long enough to be wrapped on a terminal of a hundred columns, \u4e5f\u6709\u4e00\u4e9b\u4e2d\u6587\u5728\u8fd9\u91cc\u3002";
    for (const [index, [start, sizes]] of fc.sample(sample, { numRuns: 60, seed: 7 }).entries()) {
      const text = `${start}\n\n<!-- end -->\n\n${end}`;
      await loadLanguages(text);
      const parts = [...(fc.sample(pieces(start), { numRuns: 1, seed: index })[0] ?? []), text.slice(start.length)];
      const placed = sizes
        .map(({ after, columns, rows }) => ({ after: after % parts.length, columns, rows }))
        .sort((a, b) => a.after - b.after);
      const screen = await watch(parts, placed, { ...options, rows: 50 });
      const whole = new Screen({ ...options, ...placed.at(-1) });
      await whole.write(renderMarkdown(text, { ...options, ...placed.at(-1) }));
      expect(letters(screen.text())).toBe(letters(whole.text()));
      expect(screen.looks().slice(-4)).toEqual(whole.looks().slice(-4));
      screen.dispose();
      whole.dispose();
    }
  });
});

describe("where the terminal is not what it was thought to be", () => {
  it.each(["above", "all"] as const)(
    "no finished row is erased by what is safe on unknown ones: %s",
    async (reflow) => {
      const text = `First paragraph.\n\nSecond.\n\n${table}`;
      const parts = text.match(/[^]{1,5}/g) ?? [];
      for (const after of [12, 20, 33, 41, 50]) {
        const sizes = [{ after, columns: 40, rows: 50 }];
        const screen = await watch(parts, sizes, { ...terminal, columns: 100, rows: 50 }, reflow);
        const whole = await once(text, { ...terminal, columns: 40, rows: 50 });
        expect(screen.looks().slice(0, 3)).toEqual(whole.slice(0, 3));
        expect(screen.looks().slice(4 - whole.length)).toEqual(whole.slice(4 - whole.length));
        screen.dispose();
      }
    },
  );
});
