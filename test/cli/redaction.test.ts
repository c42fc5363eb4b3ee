import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { newPlace, run, transcriptsOf } from "../support/program.ts";
import { type Reply, serve } from "../support/raw-server.ts";
import { delta, done, event, finish, text } from "../support/wire.ts";

const key = "sk-3f9c2b7ad1e84f60b5a2c7d9e0f1a3b4";
const json = { "content-type": "application/json" };
/** The same in JSON, URLs and HTML. */
const escaped = Array.from(key, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`).join("");
const percent = Array.from(key, (sign) => `%${sign.charCodeAt(0).toString(16)}`).join("");
const entities = Array.from(key, (sign) => `&#${sign.charCodeAt(0)};`).join("");
const base64 = (value: string) => Buffer.from(value).toString("base64");
/** In writings that are the same wherever they come. */
const written = [
  ["base64", base64(key)],
  ["base64 behind a user", base64(`api:${key}`)],
  ["base64 as it was sent", base64(`Bearer ${key}`)],
  ["hex", Buffer.from(key).toString("hex")],
] as const;
const thought = (reasoning: string) => delta({ reasoning_content: reasoning });
const end = [finish(), done];
const long = (rest: number) => `${"x".repeat(300 - rest)} ${key} is not allowed`;

/** Characters of the key that stand anywhere in a row. */
function longestPiece(all: string): number {
  for (let length = key.length; length > 0; length--) {
    for (let at = 0; at + length <= key.length; at++) if (all.includes(key.slice(at, at + length))) return length;
  }
  return 0;
}

/** What a run shows, and what it leaves behind. */
async function seen(args: readonly string[], reply: Reply): Promise<string> {
  await using server = await serve([reply]);
  const place = newPlace();
  const env = { DEEPSEEK_API_KEY: key, DEEPSEEK_BASE_URL: server.url, DEEPSEEK_CHAT_DEBUG: "1" };
  const more = ["--verbose", "--log-file", "run.log", "--log-content"];
  const { stdout, stderr } = await run([...more, ...args], { place, env });
  expect(server.requests.length).toBeGreaterThan(0);
  return [stdout, stderr, readFileSync(join(place.cwd, "run.log"), "utf8"), ...transcriptsOf(place)].join("\n");
}

describe.concurrent("a key that a service repeats is seen nowhere", () => {
  const ask = ["ask", "--retries", "0", "-o", "json", "hi"];
  test.each<[string, Reply, (readonly string[])?]>([
    ["in the text", { body: [text(`key ${key}.`), ...end] }],
    ["in the text, sign by sign", { body: [...Array.from(`key ${key}.`, text), ...end] }],
    [
      "in the text, with thinking in between",
      { body: [text(key.slice(0, 12)), thought("hm"), text(key.slice(12)), ...end] },
    ],
    [
      "in the thinking, with text in between",
      { body: [thought(key.slice(0, 20)), text("hm"), thought(key.slice(20)), ...end] },
    ],
    [
      "half in the text, half in the thinking",
      { body: [text(key.slice(0, 4)), thought(key.slice(4)), text("."), ...end] },
    ],
    [
      "half in the thinking, half in the text",
      { body: [thought(key.slice(0, 30)), text(`${key.slice(30)} ok`), ...end] },
    ],
    ["in a refusal", { body: [delta({ refusal: `no ${key}` }), ...end] }],
    ["in the finish reason", { body: [text("a"), finish(key), done] }],
    ["in the name of a tool", { body: [delta({ tool_calls: [{ function: { name: key } }] }), ...end] }],
    ["in the trace id", { status: 500, headers: { "x-request-id": key }, body: "" }],
    [
      "where a sentence is cut",
      { status: 400, headers: json, body: JSON.stringify({ error: { message: long(key.length) } }) },
    ],
    ["where a sentence of a stream is cut", { body: [event({ error: { message: long(7) } })] }],
    ["in a broken body, with escapes", { status: 400, headers: json, body: `{"error":{"message":"${escaped} is` }],
    [
      "in JSON within JSON",
      { status: 400, headers: json, body: JSON.stringify({ error: { message: `{"k":"${escaped}"}` } }) },
    ],
    ["in a web page", { status: 502, headers: { "content-type": "text/html" }, body: `<title>${entities}</title>` }],
    ["in what is no answer", { headers: { "content-type": "text/plain" }, body: [`odd ${key.slice(0, 30)}`] }],
    ["in an address", { status: 302, headers: { location: `https://elsewhere.example/?k=${percent}` }, body: "" }],
    [
      "cut by the service",
      { status: 401, headers: json, body: JSON.stringify({ error: { message: `no ${key.slice(3, 30)}…` } }) },
    ],
    ["in a list of models", { headers: json, body: `{"data":[{"id":"${escaped}"}]}` }, ["models"]],
    ["in a list of models as JSON", { headers: json, body: `{"data":[{"id":"${escaped}"}]}` }, ["models", "--json"]],
    [
      "in a balance",
      { headers: json, body: `{"balance_infos":[{"currency":"CNY","total_balance":"${escaped}"}]}` },
      ["balance"],
    ],
    ...written.flatMap(([name, what]): [string, Reply][] => [
      [`in an error, in ${name}`, { status: 400, headers: json, body: JSON.stringify({ error: { message: what } }) }],
      [`in the text, in ${name}`, { body: [text(what.slice(0, 9)), text(what.slice(9)), ...end] }],
    ]),
    ["in what is no balance", { headers: json, body: `<${key.slice(0, 33)}` }, ["balance", "--json"]],
  ])("%s", async (_, reply, args = ask) => {
    const all = await seen(args, reply);
    expect(longestPiece(all)).toBeLessThan(16);
    for (const [, what] of written) expect(all).not.toContain(what);
  });
});

test("an end of an answer that looks like the key is kept", async () => {
  const like = `it begins with ${key.slice(0, 10)}`;
  await using server = await serve([{ body: [text(like), ...end] }]);
  const env = { DEEPSEEK_API_KEY: key, DEEPSEEK_BASE_URL: server.url };
  const { stdout } = await run(["ask", "hi"], { env });
  expect(stdout).toBe(`${like}\n`);
});

test("a key cut by the end of a connection is not put together by what continues the answer", async () => {
  const cut = { body: [text(`the key is ${key.slice(0, 12)}`)] };
  await using server = await serve([cut, { body: [text(`${key.slice(12)} indeed`), ...end] }]);
  const place = newPlace();
  const env = { DEEPSEEK_API_KEY: key, DEEPSEEK_BASE_URL: server.url };
  const { stdout } = await run(["ask", "hi"], { place, env });
  expect(longestPiece([stdout, ...transcriptsOf(place)].join("\n"))).toBeLessThan(16);
  expect(stdout).toContain("indeed");
});
