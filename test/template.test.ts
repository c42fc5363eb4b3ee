import { expect, test } from "vitest";
import { filled, filledText, variablesIn } from "../src/template.ts";

const values = { messages: [{ role: "user" }], model: "m", stream: false, count: 3, empty: "", unset: undefined };

test("a text that is one variable takes its value, of whatever type", () => {
  const template = { a: "${messages}", b: ["${count}", "${stream}", "${empty}"], c: 1, d: null };
  expect(filled(template, values)).toEqual({ a: [{ role: "user" }], b: [3, false, ""], c: 1, d: null });
});

test("within a text values are written as text, other types as JSON", () => {
  expect(filled("/${model}/${count}?m=${messages}&x=${unset}", values)).toBe('/m/3?m=[{"role":"user"}]&x=');
  expect(filledText("${messages}", values)).toBe('[{"role":"user"}]');
});

test("what has no value is left out, with its name", () => {
  expect(filled({ a: "${unset}", b: ["${unset}", "x"], c: "${constructor}" }, values)).toEqual({ b: ["x"] });
});

test("values are not templates themselves", () => {
  expect(filled("${model} ${empty}", { model: "${empty}", empty: "$&" })).toBe("${empty} $&");
});

test("variables are named with the path of their text", () => {
  expect(variablesIn({ a: ["x", "${model}-${typo}"], b: { c: "${}" } })).toEqual([
    { name: "model", path: ["a", 1] },
    { name: "typo", path: ["a", 1] },
    { name: "", path: ["b", "c"] },
  ]);
});
