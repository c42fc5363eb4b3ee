import { expect, test } from "vitest";
import { thinkingFields } from "../../../src/providers/wire/thinking-switch.ts";

const off = { enabled: false, effort: "high" } as const;
const on = { enabled: true, effort: null } as const;
const low = { enabled: true, effort: "low" } as const;
const max = { enabled: true, effort: "max" } as const;

test.each([
  ["deepseek", off, { thinking: { type: "disabled" } }],
  ["deepseek", on, { thinking: { type: "enabled" } }],
  ["deepseek", max, { thinking: { type: "enabled" }, reasoning_effort: "max" }],
  ["enable_thinking", off, { enable_thinking: false }],
  ["enable_thinking", on, { enable_thinking: true }],
  ["enable_thinking", low, { enable_thinking: true, reasoning_effort: "low" }],
  ["reasoning_effort", off, { reasoning_effort: "none" }],
  ["reasoning_effort", on, { reasoning_effort: "medium" }],
  ["reasoning_effort", low, { reasoning_effort: "low" }],
  ["reasoning_effort", max, { reasoning_effort: "high" }],
  ["chat_template", off, { chat_template_kwargs: { enable_thinking: false } }],
  ["chat_template", max, { chat_template_kwargs: { enable_thinking: true } }],
  ["none", max, {}],
] as const)("%s says %j as %j", (form, thinking, fields) => {
  expect(thinkingFields(form, thinking)).toEqual(fields);
  expect(thinkingFields(form, null)).toEqual({});
});
