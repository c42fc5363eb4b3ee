import { expect, test } from "vitest";
import { readConfigFile } from "../../src/config/file.ts";
import { AppError } from "../../src/errors.ts";

/** What is wrong with a config file: where, and what was expected there. */
async function mistakeIn(wire: string): Promise<object | null> {
  const text = `providers:\n  gw:\n    wire: ${wire}\n`;
  try {
    await readConfigFile("config.yaml", text);
    return null;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { key, line, value, expected, nearest } = error.details as Readonly<Record<string, unknown>>;
    return {
      key: `${String(line)}${String(key).replace("providers.gw.wire", "")}`,
      value,
      ...(expected === undefined ? { nearest } : { expected }),
    };
  }
}

const envelope = (rows: string) => `{type: envelope, request: {a: 1}, answer: {text: /a}, ${rows}}`;
const reading = (rows: string) => `{type: envelope, request: {a: 1}, answer: {${rows}}}`;

test.each([
  ["openai"],
  [envelope('path: "/${model}?v=1"')],
  [reading("text: ''")],
  [reading("text: [/a/0, {at: /b~1c, when: {/type: [x, 1, null]}}], usage: /usage, ok: {/status: 0}")],
  [
    "{type: websocket, request: {a: '${APP}', b: '${APP:-x y}'}, answer: {text: /a}, auth: {message: {k: '${key}'}}, ping: 20}",
  ],
])("rows that fit: %s", async (wire) => {
  expect(await mistakeIn(wire)).toBe(null);
});

test.each<[string, object]>([
  ["opnai", { key: "3", value: '"opnai"', expected: "openai" }],
  ["{type: soap, request: {}}", { key: "3.type", value: '"soap"', expected: "envelope | websocket" }],
  ["{request: {}, answer: {text: /a}}", { key: "3", value: "…", expected: "{type: …}" }],
  ["{type: envelope, request: {}}", { key: "3", value: "…", expected: "{answer: …}" }],
  [envelope("ping: 3"), { key: "3.ping", value: undefined, nearest: null }],
  [reading("text: /a, finish_reson: /b"), { key: "3.answer.finish_reson", value: undefined, nearest: "finish_reason" }],
  [reading("text: data.content"), { key: "3.answer.text", value: '"data.content"', expected: "/a/field" }],
  [reading("text: [/a, {at: b, when: {}}]"), { key: "3.answer.text.1.at", value: '"b"', expected: "/a/field" }],
  [reading("text: /a, ok: [0]"), { key: "3.answer.ok", value: "…", expected: "{…}" }],
  [
    reading("text: /a, error: {statuses: {x: 200}}"),
    { key: "3.answer.error.statuses.x", value: "200", expected: "\u2265 400" },
  ],
  ["{type: envelope, request: [1], answer: {text: /a}}", { key: "3.request", value: "…", expected: "{…}" }],
  [envelope("path: chat"), { key: "3.path", value: '"chat"', expected: "/…" }],
  [envelope('path: "/${modle}"'), { key: "3.path", value: '"${modle}"', expected: "${model}" }],
  [
    "{type: envelope, request: {a: [1, {b: 'x ${mesages} y'}]}, answer: {text: /a}}",
    { key: "3.request.a.1.b", value: '"${mesages}"', expected: "${messages}" },
  ],
])("rows that do not: %s", async (wire, mistake) => {
  expect(await mistakeIn(wire)).toEqual(mistake);
});
