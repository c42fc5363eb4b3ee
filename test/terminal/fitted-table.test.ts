import fc from "fast-check";
import { expect, test } from "vitest";
import { summarise } from "../../src/terminal/figures.ts";
import { fittedTable } from "../../src/terminal/fitted-table.ts";
import { displayWidth } from "../../src/terminal/width.ts";
import { en, zh } from "../support/words.ts";

const columns = [
  { head: "对话", cells: ["数据库索引优化方案", "total"] },
  { head: "in", cells: ["1,364,643", "2,000,000"], short: ["1.4M", "2M"], rank: 2 },
  { head: "thinking", cells: ["62,077", "70,000"], short: ["62k", "70k"], rank: 1 },
  { head: "cost", cells: ["¥2.01", "¥3.78"] },
];
const lines = (room: number) =>
  fittedTable(columns, room, (cell) => cell)
    .trimEnd()
    .split("\n");

test("a table shortens its numbers, then leaves out columns by rank, then cuts labels", () => {
  expect(lines(Infinity)[1]).toContain("1,364,643");
  expect(lines(45)[1]).toMatch(/^数据库索引优化方案 +1\.4M +62k +¥2\.01$/u);
  expect(lines(32)[1]).toMatch(/^数据库索引优化方案 +1\.4M +¥2\.01$/u);
  expect(lines(26)[1]).toMatch(/^数据库索引优化方案 +¥2\.01$/u);
  expect(lines(20)[1]).toMatch(/^数.*…/u);
});

test("no line of a table is wider than its room", () => {
  for (let room = 15; room < 60; room++) {
    for (const line of lines(room)) expect(displayWidth(line)).toBeLessThanOrEqual(room);
  }
});

test.each([en, zh])("below an answer no figure is parted from its name", ({ answer }) => {
  const usage = { promptTokens: 15_000, cachedTokens: 11_200, completionTokens: 3_200, reasoningTokens: 1_400 };
  const cost = { currency: "CNY", amount: 0.0168 };
  const session = [{ currency: "CNY", amount: 0.0332 }];
  const figures = {
    usage: { ...usage, totalTokens: 18_200 },
    cost,
    session,
    tariff: "off-peak",
    totalMs: 12_400,
  } as const;
  const whole = summarise(answer, figures);
  fc.assert(
    fc.property(fc.integer({ min: 49, max: 120 }), (room) => {
      const shown = summarise(answer, figures, room).split("\n");
      expect(shown.join(" · ")).toBe(whole);
      for (const line of shown) expect(displayWidth(line)).toBeLessThanOrEqual(room);
    }),
  );
  const [first, second] = summarise(answer, figures, 80).split("\n");
  expect(first).toContain(answer.seconds("12.4"));
  expect(second).toBe(answer.session({ cost: "¥0.0332" }));
});
