import { describe, expect, test } from "vitest";
import { type Cell, cellsOf } from "../../../src/repl/editor/cells.ts";
import { PromptView } from "../../../src/repl/editor/renderer.ts";

const wide = "\u4f60";
const accented = "\u00e9";
type Row = string | readonly Cell[];

/** A view, and what it writes, taken by `sent`. */
function opened(color = true) {
  const writes: string[] = [];
  const view = new PromptView(
    (text) => void writes.push(text),
    () => (color ? "2" : null),
  );
  return {
    view,
    writes,
    sent: () => {
      view.flush();
      return writes.splice(0).join("");
    },
    draw(rows: readonly Row[], row: number, column: number, columns = 10) {
      const cells = rows.map((cell) => (typeof cell === "string" ? cellsOf(cell, "") : cell));
      view.draw({ rows: cells, caret: { row, column } }, columns);
      return this.sent();
    },
  };
}

describe("one row", () => {
  test("is written from where it differs", () => {
    const one = opened();
    expect(one.draw(["ab"], 0, 2)).toBe("\rab");
    expect(one.draw(["ab"], 0, 2)).toBe("");
    expect(one.draw(["ac"], 0, 2)).toBe("\x1b[2Gc");
    expect(one.draw(["acd"], 0, 3)).toBe("d");
    expect(one.draw(["a"], 0, 1)).toBe("\x1b[2G\x1b[K");
    expect(one.draw([`${wide}b`], 0, 0)).toBe(`\r${wide}b\r`);
    expect(one.draw([`${wide}c`], 0, 3)).toBe("\x1b[3Gc");
  });

  test("is written anew where only its look or its width changed", () => {
    const one = opened();
    one.draw([cellsOf("ab", "")], 0, 0);
    expect(one.draw([cellsOf("ab", "muted")], 0, 0)).toBe("\x1b[0;2mab\x1b[0m\r");
    const [cell] = cellsOf("x", "");
    one.draw([[cell!]], 0, 0);
    expect(one.draw([[{ ...cell!, width: 2 }]], 0, 0)).toBe("x\r");
  });

  test("changes its look where that changes, and ends plain", () => {
    const row = [...cellsOf("ab", "muted"), ...cellsOf("c", ""), ...cellsOf("d", "chosen"), ...cellsOf("e", "muted")];
    expect(opened().draw([row], 0, 5)).toBe("\r\x1b[0;2mab\x1b[0mc\x1b[0;7md\x1b[0;2me\x1b[0m");
    expect(opened(false).draw([row], 0, 5)).toBe("\rabcde");
  });

  test("that reaches the right edge leaves the cursor nowhere certain", () => {
    expect(opened().draw(["abc"], 0, 3, 4)).toBe("\rabc");
    expect(opened().draw(["abc"], 0, 3, 3)).toBe("\rabc\x1b[4G");
    expect(opened().draw(["abc"], 0, 0, 3)).toBe("\rabc\r");
  });
});

describe("what terminals measure differently", () => {
  test("is written without wrapping, and the column set after it", () => {
    const one = opened();
    const drawn = `\x1b[?7l\x1b[1X${accented}\x1b[2G`;
    expect(one.draw([accented], 0, 1)).toBe(`\r${drawn}\x1b[?7h\x1b[K`);
    expect(one.draw([`${accented}x`], 0, 2)).toBe("x");
    expect(one.draw([`${accented}y`], 0, 2)).toBe("\x1b[2Gy");
    expect(one.draw(["zy"], 0, 2)).toBe("\rzy\x1b[K");
    expect(opened().draw([accented], 0, 0, 1)).toBe(`\r${drawn}\x1b[?7h\r`);
  });

  test("is cleared when something else takes its place, wherever in the rest of the row it was", () => {
    const one = opened();
    one.draw([`a${accented}b`], 0, 0);
    expect(one.draw(["xyz"], 0, 3)).toBe("xyz\x1b[K");
  });

  test("is not what is blank, or nothing", () => {
    const cell = { style: "", offset: 0 } as const;
    expect(opened().draw([[{ ...cell, text: "\u00a0", width: 1 }]], 0, 1)).toBe("\r\u00a0");
    expect(opened().draw([[{ ...cell, text: "", width: 0 }]], 0, 0)).toBe("\r");
  });
});

describe("several rows", () => {
  test("are made by line ends, moved between, and taken away from below", () => {
    const one = opened();
    expect(one.draw(["a", "b"], 1, 1)).toBe("\ra\r\r\nb");
    expect(one.draw(["a"], 0, 1)).toBe("\r\x1b[J\x1b[1A\x1b[2G");
    expect(one.draw(["a", "", "c"], 0, 0)).toBe("\r\r\n\r\nc\x1b[2A\r");
    expect(one.draw(["a", "", "c"], 2, 0)).toBe("\x1b[2B");
    expect(one.draw(["a", "", "c"], 1, 0)).toBe("\x1b[1A");
  });

  test("are forgotten once they are cleared, left or printed over", () => {
    const leaving: [(view: PromptView) => void, string][] = [
      [(view) => view.clear(), "\x1b[1A\r\x1b[J"],
      [(view) => view.clearScreen(3), "\x1b[1A\r\x1b[J\r\n\r\n\x1b[H\x1b[J"],
      [(view) => view.leave([cellsOf("x", "muted"), cellsOf(accented, "")]), `\x1b[0;2mx\x1b[0m\r\n${accented}\r\n`],
      [(view) => view.print("x\ny"), "x\r\ny\r\n"],
      [(view) => view.clearResized(10, null), "\r\x1b[1A\x1b[J"],
      [(view) => view.forget(), ""],
    ];
    for (const [leave, output] of leaving) {
      const one = opened();
      one.draw(["ab", "c"], 1, 1);
      leave(one.view);
      expect(one.sent()).toBe(output);
      expect(one.draw(["ab", "c"], 1, 1)).toBe("\rab\r\r\nc");
    }
  });
});

test("the cursor's place is asked for", () => {
  const one = opened();
  one.view.askPosition();
  expect(one.sent()).toBe("\x1b[6n");
});

test("much is written as one change, and nothing not at all", () => {
  const one = opened();
  one.view.flush();
  expect(one.writes).toEqual([]);
  expect(one.draw(["x".repeat(59)], 0, 59, 100)).toBe(`\r${"x".repeat(59)}`);
  expect(opened().draw(["x".repeat(60)], 0, 60, 100)).toBe(`\x1b[?2026h\r${"x".repeat(60)}\x1b[?2026l`);
});

describe("after the width changed", () => {
  test.each<[string, number, number, boolean]>([
    ["abcdef", 6, 7, false],
    ["abcdef", 6, 6, true],
    ["abcdef", 5, 6, false],
    ["abcdef", 5, 5, true],
    ["abcdef", 2, 3, false],
    [wide.repeat(3), 4, 5, true],
    [wide.repeat(3), 2, 5, false],
  ])("the row of the cursor may depend on the terminal: %j at %i in %i columns", (text, caret, columns, unsure) => {
    const one = opened();
    one.draw([text], 0, caret, 40);
    expect(one.view.unsureAfterResize(columns)).toBe(unsure);
  });

  test("nothing is unsure, nor above, where nothing is drawn", () => {
    const one = opened();
    expect(one.view.unsureAfterResize(3)).toBe(false);
    one.view.clearResized(3, null);
    expect(one.sent()).toBe("\r\x1b[J");
  });

  test.each<[string[], [number, number], [number, number | null], number]>([
    // Rows above that take two now, and the cursor's own.
    [["abcdef", "xy"], [1, 1], [4, null], 2],
    [["abcd", "xy"], [1, 1], [4, null], 1],
    [["abcde", "xy"], [1, 1], [4, null], 2],
    [["abcdef"], [0, 5], [4, null], 1],
    [["abcdef"], [0, 4], [4, null], 1],
    [["abcdef"], [0, 3], [4, null], 0],
    [["abcd"], [0, 4], [4, null], 1],
    [["abc"], [0, 3], [4, null], 0],
    [["abcdefghi"], [0, 9], [4, null], 2],
    // The terminal says where it is: where wrapping takes it, or not, or at the edge, where it may be either.
    [["abcdef"], [0, 5], [4, 1], 1],
    [["abcdef"], [0, 5], [4, 3], 0],
    [["abcdefgh"], [0, 7], [4, 3], 0],
    [["abcdefgh"], [0, 6], [4, 2], 1],
    // What is wider than the screen wraps before nothing.
    [[wide], [0, 0], [1, null], 0],
    [[wide + wide], [0, 2], [3, null], 1],
  ])("as much is cleared as the rows take: %j, cursor %j, at %j", (rows, [row, column], [columns, told], above) => {
    const one = opened();
    one.draw(rows, row, column, 40);
    one.view.clearResized(columns, told);
    expect(one.sent()).toBe(`\r${above > 0 ? `\x1b[${above}A` : ""}\x1b[J`);
  });
});
