import { expect, test } from "vitest";
import { withFieldRules } from "../../../src/providers/wire/field-rules.ts";

const body = { model: "m", max_tokens: 5, stream_options: { include_usage: true }, "a/b": 1, top_p: 0.5 };

test.each([
  ["nothing", {}, body],
  ["a field that is dropped", { drop: ["top_p"] }, { ...body, top_p: undefined }],
  ["one that is not there", { drop: ["seed", "/stream_options/none", "/top_p/deeper"] }, body],
  ["a field within another", { drop: ["/stream_options/include_usage"] }, { ...body, stream_options: {} }],
  ["a pointer to a name with a slash", { drop: ["/a~1b"] }, { ...body, "a/b": undefined }],
  [
    "another name",
    { rename: { max_tokens: "max_completion_tokens", seed: "random_seed" } },
    { ...body, max_tokens: undefined, max_completion_tokens: 5 },
  ],
  [
    "a place within another field, which is made",
    { rename: { max_tokens: "/parameters/length", top_p: "/parameters/p" } },
    { ...body, max_tokens: undefined, top_p: undefined, parameters: { length: 5, p: 0.5 } },
  ],
  ["names that change places", { rename: { model: "top_p", top_p: "model" } }, { ...body, model: 0.5, top_p: "m" }],
  ["one that is both dropped and renamed", { drop: ["top_p"], rename: { top_p: "p" } }, { ...body, top_p: undefined }],
])("%s", (_, rules, expected) => {
  const before = structuredClone(body);
  expect(withFieldRules(body, { drop: [], rename: {}, ...rules })).toEqual(JSON.parse(JSON.stringify(expected)));
  expect(body).toEqual(before);
});
