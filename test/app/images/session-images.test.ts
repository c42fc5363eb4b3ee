import { expect, test } from "vitest";
import { readImageLine } from "../../../src/app/images/session-images.ts";
import { en } from "../../support/words.ts";

const { usage } = en.help;
const nothing = { size: null, count: 1, seed: null, steps: null, guidance: null, negative: null };

test.each([
  ["a red fox", "a red fox", nothing],
  ["-n 2 --size 640x480 a  fox -- in\nthe snow", "a  fox -- in\nthe snow", { ...nothing, count: 2, size: "640x480" }],
  ['--seed=7 --negative "dogs, cats" fox', "fox", { ...nothing, seed: 7, negative: "dogs, cats" }],
  ["--guidance 4.5 --steps 30", "", { ...nothing, guidance: 4.5, steps: 30 }],
])("/image %j", (line, prompt, options) => {
  expect(readImageLine(line, usage)).toEqual({ prompt, options, provider: null, model: null });
});

test("/image names a provider and a model of its own", () => {
  const line = readImageLine("-p siliconflow -m Qwen/Qwen-Image a red fox", usage);
  expect(line).toMatchObject({ prompt: "a red fox", provider: "siliconflow", model: "Qwen/Qwen-Image" });
});

test.each([
  ["-n 0 fox", "bad_value"],
  ["-n 99 fox", "bad_value"],
  ["--seed 1.5 fox", "bad_value"],
  ["--size big1 fox", "bad_value"],
  ["--colour red fox", "usage"],
  ["-n", "usage"],
])("/image %j is refused", (line, code) => {
  expect(() => readImageLine(line, usage)).toThrow(expect.objectContaining({ code }));
});
