import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readConfigFile } from "../../src/config/file.ts";

const secret = "c2VjcmV0-9f8e7d6c5b4a39281706";

/** What is said of a config file whose provider `gw` has this `auth`, indented by six. */
async function mistakeIn(auth: string) {
  const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-config-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "config.yaml");
  writeFileSync(path, `providers:\n  gw:\n    base_url: https://gw.example\n    auth:\n${auth}`);
  return await readConfigFile(path).then(
    () => null,
    (error: { code: string; details: { line: number; key: string; value?: string; expected?: string } }) => error,
  );
}

const hmac = "      type: hmac\n      secrets: {secret: GW_SECRET}\n";
const signed = `${hmac}      sign: "\${body}"\n`;
const proof = '      headers: {X-Proof: "${signature}"}\n';

test.each([
  ["a value that there is not", `${hmac}      sign: "\${methd}"\n${proof}`, 7, "sign", "${methd}"],
  [
    "a part that there is not",
    `${signed}      headers:\n        X-A: "1"\n        X-Proof: "\${canonical}"\n`,
    10,
    "headers.X-Proof",
    "${canonical}",
  ],
  ["a signature in what is signed", `${hmac}      sign: "\${signature}"\n${proof}`, 7, "sign", "${signature}"],
  [
    "parts that need each other",
    `${signed}${proof}      parts:\n        a: "\${b}"\n        b: "\${a}"\n`,
    10,
    "parts.a",
    "${b}",
  ],
  [
    "a value that is not closed",
    '      type: header\n      headers: {X-Key: "Token ${key"}\n',
    6,
    "headers.X-Key",
    "${\u2026",
  ],
  ["an unknown filter", `${hmac}      sign: "\${body | sha3}"\n${proof}`, 7, "sign", "${body | sha3}"],
  ["a token where there is none", `${signed}      headers: {X-Proof: "\${token}"}\n`, 8, "headers.X-Proof", "${token}"],
  [
    "a secret that is not named",
    '      type: hmac\n      sign: "${body}"\n      headers: {X: "${signature}"}\n',
    5,
    "secrets",
    "${secret}",
  ],
  ["a form that there is not", "      type: hmca\n", 5, "type", '"hmca"'],
  ["headers that prove nothing", '      type: header\n      headers: {X-Key: "1"}\n', 5, "type", "header"],
])("names %s, with its line", async (_, auth, line, key, value) => {
  expect(await mistakeIn(auth)).toMatchObject({
    code: "config_misfit",
    details: { line, key: `providers.gw.auth.${key}`, value },
  });
});

test.each([
  ["a header", `      type: header\n      headers: {X-Key: "${secret}"}\n`],
  ["a longer text", `      type: header\n      headers: {Authorization: "Token ${secret};v=\${key}"}\n`],
  ["a key", `      type: hmac\n      key: ${secret}\n      sign: "\${body}"\n${proof}`],
  ["a short key", `      type: hmac\n      key: hunter2\n      sign: "\${body}"\n${proof}`],
  ["a derived key", `${signed}${proof}      key: ["AWS4hunter2", "\${day}"]\n`],
  ["what is signed", `${hmac}      sign: "\${body}${secret}"\n${proof}`],
  [
    "the place of a variable",
    `      type: header\n      secrets: {secret: ${secret}}\n      headers: {X: "\${secret}"}\n`,
  ],
  [
    "the place of a variable, looking like one",
    '      type: header\n      secrets: {secret: AKIAIOSFODNN7EXAMPLE}\n      headers: {X: "${secret}"}\n',
  ],
  ["a token", `      type: bearer\n      token: ${secret}\n`],
  [
    "a client's secret",
    `      type: oauth2\n      token_url: https://id.example\n      client_id: me\n      client_secret: hunter2\n`,
  ],
  [
    "the address for tokens",
    `      type: oauth2\n      token_url: "https://me:${secret}@id.example"\n      secrets: {client_id: AN_ID, client_secret: A_SECRET}\n`,
  ],
  ["claims", `      type: jwt\n      secrets: {secret: GW_SECRET}\n      claims: {iss: ${secret}}\n`],
  ["the arguments of a program", `      type: command\n      command: [print-headers, "--key=${secret}"]\n`],
  [
    "the arguments of a program that prints a secret",
    `      type: header\n      secrets: {secret: {command: "vault read ${secret}"}}\n      headers: {X: "\${secret}"}\n`,
  ],
  ["an unknown field", `${signed}${proof}      secert: ${secret}\n`],
])("refuses a secret that stands in %s, and does not repeat it", async (_, auth) => {
  const error = await mistakeIn(auth);
  expect(error?.code).toMatch(/^config_(?:misfit|unknown)$/u);
  expect(error?.details.line).toBeGreaterThan(3);
  for (const each of [secret, "hunter2", "AKIA"]) expect(JSON.stringify(error)).not.toContain(each);
});

test.each([
  [
    "signatures with names of parts in them",
    `${signed}${proof}      parts: {scope: "\${day}/cn-north-1/ark/request"}\n`,
  ],
  [
    "an audience that is a UUID",
    "      type: jwt\n      secrets: {secret: GW_SECRET}\n      claims: {aud: 6f1c2d3e-1234-4abc-8def-0123456789ab}\n",
  ],
  ["what looks like a value and is escaped", `${signed}      headers: {X-Proof: "\\\\\${no}\${signature}"}\n`],
])("takes %s", async (_, auth) => {
  expect(await mistakeIn(auth)).toBe(null);
});

test("suggests the value that was meant", async () => {
  const error = await mistakeIn(`${hmac}      sign: "\${methdo}"\n${proof}`);
  expect(error?.details.expected).toBe("${method}");
});

test.each(["key_variable: ", "wire: {type: websocket, request: {}, answer: {text: /a}, auth: {message: "])(
  "does not repeat a key that was pasted behind %s",
  async (row) => {
    const error = await mistakeIn(`      type: none\n    ${row}${secret}${row.includes("{") ? "}}" : ""}\n`);
    expect(error).toMatchObject({ code: "config_misfit", details: { line: 6, value: "\u2026" } });
  },
);
