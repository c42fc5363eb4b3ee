import { expect, test } from "vitest";
import { bindings } from "../../../src/repl/editor/bindings.ts";
import { emacsRows, keyRows, viRows } from "../../../src/repl/editor/key-list.ts";
import { viChanges, viInserts } from "../../../src/repl/editor/vi-changes.ts";
import { viMotions } from "../../../src/repl/editor/vi-motions.ts";
import { viCommands, viShorthands } from "../../../src/repl/editor/vi.ts";
import { displayWidth } from "../../../src/terminal/width.ts";
import { keyHelp as en } from "../../../src/words/en/key-help.ts";
import { keyHelp as zh } from "../../../src/words/zh/key-help.ts";

test("every key of both sets is in the list, once", () => {
  const listed = emacsRows.flatMap(([, ...commands]) => commands);
  expect(listed.toSorted()).toEqual([...new Set(Object.values(bindings))].toSorted());
  const typed = viRows.flatMap(([, keys]) => keys.split(" "));
  const tables = [viMotions, viShorthands, viCommands, viChanges, viInserts].flatMap((table) => Object.keys(table));
  const further = ["Esc", "Space", ...Array.from("fFtT;,dcyru."), "Ctrl-R"];
  expect(typed.toSorted()).toEqual([...new Set([...tables, ...further])].filter((key) => key !== " ").toSorted());
});

test.each([en, zh])("the list fits 80 columns and 24 rows", (words) => {
  const rows = keyRows("emacs", words);
  expect(rows.find(({ keys }) => keys.startsWith("Home"))?.keys).toBe("Home, Ctrl-A / End, Ctrl-E");
  // One row is in two, and the prompt and the note have one each.
  expect(rows.filter(({ keys }) => keys.length > 44)).toHaveLength(1);
  expect(rows.length + 1 + 3).toBeLessThanOrEqual(24);
  for (const { keys, does } of rows) expect(keys.length > 44 ? 4 : 48).toBeLessThanOrEqual(80 - displayWidth(does));
  for (const { does } of keyRows("vi", words)) expect(displayWidth(does)).toBeLessThanOrEqual(80 - 23);
  for (const note of [words.emacsNote, words.viNote, words.viTitle]) expect(displayWidth(note)).toBeLessThanOrEqual(80);
});
