import { expect, test } from "vitest";
import { parseJson } from "../../../src/providers/wire/json.ts";

test("numbers that JSON does not have are null, and texts stay as they are", () => {
  const text = String.raw`{"train_loss": NaN, "valid": -Infinity, "said": "NaN \"Infinity", "list": [NaN,Infinity]}`;
  const value = { train_loss: null, valid: null, said: 'NaN "Infinity', list: [null, null] };
  expect(parseJson(text)).toEqual(value);
  expect(() => parseJson("{NaN")).toThrow(SyntaxError);
  expect(() => parseJson("<html>")).toThrow(SyntaxError);
});
