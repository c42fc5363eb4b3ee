import { describe, expect, test } from "vitest";
import { commonStart, Menu } from "../../../src/repl/editor/completion.ts";

const rows = (menu: Menu, columns: number, height: number) =>
  menu
    .rows(columns, height, (count) => `+${count}`)
    .map((cells) =>
      cells
        .map((cell) => (cell.style === "chosen" ? cell.text.toUpperCase() : cell.text))
        .join("")
        .trimEnd(),
    );

const menu = (...values: string[]) => new Menu({ from: 0, candidates: values.map((value) => ({ value })) }, "");

test("the common start is cut between clusters", () => {
  expect(commonStart(["/model", "/mode", "/modus"])).toBe("/mod");
  expect(commonStart(["e\u0301a", "eb"])).toBe("");
  expect(commonStart(["\u4f60\u597d", "\u4f60\u4eec"])).toBe("\u4f60");
  expect(commonStart([])).toBe("");
});

describe("the list", () => {
  test("goes down its columns", () => {
    expect(rows(menu("one", "two", "three", "four", "five"), 14, 5)).toEqual(["one    four", "two    five", "three"]);
  });

  test("has one candidate a row, with its hint, when there are hints", () => {
    const hinted = new Menu(
      {
        from: 0,
        candidates: [
          { value: "/new ", hint: "a new conversation" },
          { value: "m1", label: "\u6a21\u578b", hint: "x" },
        ],
      },
      "/",
    );
    expect(rows(hinted, 20, 5)).toEqual(["/new  a new convers…", "\u6a21\u578b  x"]);
  });

  test("never is wider or higher than it may be, says what it leaves out, and follows the choice", () => {
    const long = menu(...Array.from({ length: 30 }, (_, index) => `candidate-${index}-${"x".repeat(30)}`));
    const cut = rows(long, 20, 4);
    expect(cut).toEqual(["candidate-0-xxxxxx…", "candidate-1-xxxxxx…", "candidate-2-xxxxxx…", "+27"]);
    for (let step = 0; step < 12; step++) long.step(1);
    expect(rows(long, 20, 4)).toEqual(["candidate-10-xxxxx…", "CANDIDATE-11-XXXXX…", "candidate-12-xxxxx…", "+27"]);
  });

  test("is cycled through in both directions", () => {
    const three = menu("a", "b", "c");
    expect([three.step(1), three.step(1), three.step(1), three.step(1), three.step(-1)]).toEqual([
      "a",
      "b",
      "c",
      "a",
      "c",
    ]);
    expect(menu("a", "b").step(-1)).toBe("b");
  });
});
