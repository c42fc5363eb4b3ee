import { expect, test } from "vitest";
import { kindOf } from "../../src/repl/line-kind.ts";

test.each([
  "q",
  "Q",
  " q ",
  "exit",
  "Exit",
  "quit",
  ":q",
  ":q!",
  ":wq",
  "\uff51",
  "\uff45\uff58\uff49\uff54",
  "\u3000q\u3000",
])("%j leaves", (line) => {
  expect(kindOf(line)).toEqual({ kind: "leave", word: line.trim() });
});

test.each([
  ["/help", "/help"],
  ["\uff0fhelp", "/help"],
  ["\u3001help", "/help"],
  [" /model a/b ", "/model a/b"],
  ["\uff0fmodel\u3000x\uff0fy", "/model\u3000x\uff0fy"],
  ["\uff0f\uff48\uff45\uff4c\uff50", "/help"],
  ["\u3001\uff4d\uff4fdel x", "/model x"],
  ["/system one\ntwo", "/system one\ntwo"],
  ["/", "/"],
])("%j is the command %j", (line, command) => {
  expect(kindOf(line)).toEqual({ kind: "command", line: command });
});

test.each([
  ["exit now", "exit now"],
  ["\\exit", "exit"],
  [" \\:q ", ":q"],
  ["\\/help", "/help"],
  ["\\\u3001help me", "\u3001help me"],
  ["\\begin{x}", "\\begin{x}"],
  ["//etc/hosts", "/etc/hosts"],
  ["\uff0f\uff0fhelp", "\uff0fhelp"],
  ["\u3001\u7136\u540e\u5462", "\u3001\u7136\u540e\u5462"],
  ["\u3001", "\u3001"],
  ["what is /help", "what is /help"],
  ["  indented", "  indented"],
  ["q\nq", "q\nq"],
])("%j is a question", (line, text) => {
  expect(kindOf(line)).toEqual({ kind: "question", text });
});
