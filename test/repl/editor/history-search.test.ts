import { expect, test } from "vitest";
import { type Cell, cellsOf } from "../../../src/repl/editor/cells.ts";
import { Searching } from "../../../src/repl/editor/history-search-ui.ts";
import { editor as words } from "../../../src/words/en/editor.ts";

const typed = (text: string) => ({ type: "text", text }) as const;
const key = { type: "key", key: "any" } as const;
const textOf = (cells: readonly Cell[]) => cells.map(({ text }) => text).join("");

test("the text and caret of before are shown until something is found", () => {
  const search = new Searching(["say one", "two"], "before", 3);
  expect([search.text, search.caret, search.match]).toEqual(["before", 3, null]);
  expect(search.take(typed("one"), undefined)).toBe("taken");
  expect([search.text, search.caret]).toEqual(["say one", 4]);
  expect(search.take({ type: "paste", text: "\n" }, undefined)).toBe("taken");
  expect(textOf(search.status(60, words).rows[0]!)).toBe(`${words.search}one ${words.notFound}`);
});

test("keys go back and forth, shorten what is looked for, accept and cancel", () => {
  const search = new Searching(["ab", "abc"], "", 0);
  search.take(typed("ab"), undefined);
  expect([search.take(key, "searchOlder"), search.text]).toEqual(["taken", "ab"]);
  expect([search.take(key, "searchNewer"), search.text]).toEqual(["taken", "abc"]);
  search.take(key, "searchOlder");
  expect([search.take(key, "deleteLeft"), search.text]).toEqual(["taken", "abc"]);
  expect([search.take(key, "cancel"), search.take(key, "interrupt")]).toEqual(["cancel", "cancel"]);
  expect([search.take(key, "left"), search.take(key, undefined)]).toEqual(["accept", "accept"]);
  expect(search.text).toBe("abc");
});

test("what was found is marked, on its line alone, and the prompt never", () => {
  const search = new Searching(["xab\nab"], "", 0);
  const row = (cells: Cell[], line: number) => ({ cells, width: 9, line, end: 9 });
  const cell = (text: string, offset: number): Cell => ({ text, width: 1, style: "", offset });
  const first = row([cell(">", -1), cell("x", 0), cell("a", 1), cell("b", 2)], 0);
  const prompt = row([cell("a", -1), cell("a", 0), cell("b", 1)], 2);
  const layout = { rows: [first, prompt], caret: { row: 0, column: 2 } };
  expect(search.lay(layout)).toBe(layout);
  search.take(typed("ab"), undefined);
  const laid = search.lay(layout);
  expect(laid.caret).toBe(layout.caret);
  expect(laid.rows.map(({ cells }) => cells.map(({ style }) => style).join())).toEqual([",,chosen,chosen", ",chosen,"]);
});

test("the row of the search leaves out what does not fit: its name, the start of a long query, that nothing is found", () => {
  const search = new Searching(["x"], "", 0);
  const status = (columns: number) => {
    const { rows, caret } = search.status(columns, words);
    return [rows.map(textOf).join("|"), caret.row, caret.column];
  };
  const { length } = words.search;
  expect(status(length * 2)).toEqual([words.search, 0, length]);
  expect(status(length * 2 - 1)).toEqual(["", 0, 0]);
  search.take(typed("abc"), undefined);
  const failed = words.notFound.length;
  expect(status(Math.max(length * 2, length + 3 + failed))).toEqual([
    `${words.search}abc${words.notFound}`,
    0,
    length + 3,
  ]);
  expect(status(4 + failed)).toEqual([`abc${words.notFound}`, 0, 3]);
  expect(status(3 + failed)).toEqual([`abc${words.notFound}`, 0, 3]);
  expect(status(2 + failed)).toEqual(["abc", 0, 3]);
  expect(status(3)).toEqual(["bc", 0, 2]);
  expect(status(1)).toEqual(["", 0, 0]);
  expect(
    search
      .status(60, words)
      .rows[0]!.map(({ style }) => style)
      .join(""),
  ).toBe("muted".repeat(length + failed));
  expect(cellsOf(words.search, "muted")).toHaveLength(length);
});
