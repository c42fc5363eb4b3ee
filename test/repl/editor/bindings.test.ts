import { expect, test } from "vitest";
import { commandOf } from "../../../src/repl/editor/bindings.ts";

test.each([
  ["C-a", "lineStart"],
  ["C-x C-e", "openEditor"],
  ["S-Enter", "newline"],
  ["S-Left", "left"],
  ["C-S-Left", "wordLeft"],
  ["M-B", "wordLeft"],
  ["M-<", "historyStart"],
  ["M-q", undefined],
  ["", undefined],
])("%s does %s", (key, command) => {
  expect(commandOf(key)).toBe(command);
});
