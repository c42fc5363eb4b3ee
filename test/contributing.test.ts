import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("the walk of one question goes by files and functions that there are", () => {
  const rows = [...readFileSync("CONTRIBUTING.md", "utf8").matchAll(/^\| `(src\/\S+)` \| `(\w+)` \|/gmu)];
  expect(rows.length).toBeGreaterThan(5);
  expect(rows.length).toBeLessThanOrEqual(10);
  for (const [, path = "", name = ""] of rows) {
    expect(readFileSync(path, "utf8")).toMatch(
      new RegExp(`\\b(?:function |const |async |readonly )?${name}\\b[ (:=]`, "u"),
    );
  }
});
