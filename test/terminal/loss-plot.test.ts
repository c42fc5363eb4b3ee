import { expect, test } from "vitest";
import { lossPlot, shortNumber } from "../../src/terminal/loss-plot.ts";

const plain = (text: string) => text;
const look = { columns: 30, rows: 7, unicode: false, muted: plain };
const series = (sign: string | null, ...ys: number[]) => ({
  points: ys.map((y, index) => ({ x: index + 1, y })),
  paint: plain,
  sign,
});

test("in ASCII each point is its sign, the later line over the earlier one", () => {
  expect(lossPlot([series("*", 2, 1.5, 1), series("o", 2, 2, 1)], look)).toEqual([
    "  2 |o           o",
    "    |",
    "1.5 |            *",
    "    |",
    "  1 |                        o",
    "    +-------------------------",
    "     1                       3",
  ]);
});

test("dots are lines from point to point, as wide and high as the look says", () => {
  const rows = lossPlot([series(null, 1, 0)], { ...look, unicode: true });
  expect(rows).toHaveLength(7);
  expect(rows[0]).toMatch(/^ {2}1 ┤[\u2801-\u28ff]/u);
  expect(Math.max(...rows.map((row) => row.length))).toBe(30);
});

test("a point alone and a line that is level have their place", () => {
  expect(lossPlot([series("*", 0.5)], look).filter((row) => row.includes("*"))).toEqual([" 0.5 |*"]);
  expect(lossPlot([series("*", 0, 0)], look).filter((row) => row.includes("*"))).toEqual([
    expect.stringMatching(/^ *0 \|\*/u),
  ]);
});

test("losses of a model that diverged are drawn as far as numbers go", () => {
  const rows = lossPlot([series("*", 1e308, -1e308, 1e308, 1)], { ...look, columns: 40 });
  expect(rows[0]).toMatch(/^ *1\.0e\+100 \|\* +\*/u);
  expect(rows).toHaveLength(7);
});

test("a hundred thousand steps are drawn by the mean of those that share a column", () => {
  const points = Array.from({ length: 100_000 }, (_, x) => ({ x, y: x % 2 === 0 ? 1 : 3 }));
  const rows = lossPlot([{ points, paint: plain, sign: "*" }], look);
  expect(rows.filter((row) => row.includes("*"))).toEqual([`2 |${"*".repeat(27)}`]);
});

test("nothing is drawn without points or without room", () => {
  expect(lossPlot([], look)).toEqual([]);
  expect(lossPlot([series("*")], look)).toEqual([]);
  expect(lossPlot([series("*", 1, 2)], { ...look, columns: 12 })).toEqual([]);
  expect(lossPlot([series("*", 1, 2)], { ...look, rows: 4 })).toEqual([]);
});

test("numbers have three digits", () => {
  expect([2.3456, 0.012345, 0.0000123, 0, 1234567, -1.5].map(shortNumber)).toEqual([
    "2.35",
    "0.0123",
    "1.2e-5",
    "0",
    "1.2e+6",
    "-1.5",
  ]);
});
