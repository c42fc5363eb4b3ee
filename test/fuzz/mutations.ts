import { gzipSync } from "node:zlib";
import { counted, delta, done, event, finish, text, usage } from "../support/wire.ts";

/** What a server answers to one request. */
export interface MutatedReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Written one after the other. */
  readonly pieces: readonly Buffer[];
  readonly end: "whole" | "cut" | "stall";
}

/** A key that must never come back. */
export const key = "sk-fuzz7c1e9a04b3d85f62c0a7e1d4f9b8";
/** Sequences that no terminal may get from a service; the program has none like them of its own. */
export const foreign = [
  "\u001B[7;5;13m",
  "\u001B]777;x\u0007",
  "\u009B13;5u",
  "\u001BPx\u001B\\",
  "\u001B[201~",
  "\r\u001B[13A",
];

/** Numbers from 0 to below 1, the same for the same seed: mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A reply of a service, changed in several places. */
export function mutatedReply(seed: number): MutatedReply {
  const random = randomFrom(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
  const [type, events] = pick(replies);
  let mutated = [...events];
  for (let count = Math.floor(random() * 4); count > 0; count--) mutated = changeEvents(mutated, random);
  let bytes: Buffer = Buffer.from(mutated.join(""));
  for (let count = Math.floor(random() * 3); count > 0; count--) bytes = changeBytes(bytes, random);
  const headers: Record<string, string> = { "content-type": random() < 0.9 ? type : pick(types) };
  if (random() < 0.08) headers["content-encoding"] = pick(encodings);
  if (random() < 0.05) headers["x-request-id"] = key;
  if (random() < 0.3 && headers["content-encoding"] === "gzip") bytes = gzipSync(bytes);
  const status =
    random() < 0.85 ? 200 : pick([201, 204, 301, 400, 401, 402, 403, 404, 418, 422, 429, 500, 502, 503, 529]);
  if (status === 301) headers["location"] = `https://elsewhere.invalid/${random() < 0.5 ? key : foreign[0]!.slice(1)}`;
  const draw = random();
  return { status, headers, pieces: cutUp(bytes, random), end: draw < 0.8 ? "whole" : draw < 0.9 ? "cut" : "stall" };
}

const types = ["text/event-stream", "application/json", "text/html", "text/plain; charset=utf-16", "constructor", ""];
const encodings = ["gzip", "br", "zstd", "deflate", "constructor", "__proto__", "gzip, zstd", "identity"];
const thought = (words: string) => delta({ reasoning_content: words });
const tool = { tool_calls: [{ index: 0, id: "c", function: { name: "search", arguments: '{"q":1}' } }] };
const whole = (message: object) =>
  JSON.stringify({
    object: "chat.completion",
    choices: [{ index: 0, message, finish_reason: "stop" }],
    usage: counted,
  });
const stream = "text/event-stream";
const json = "application/json";

const replies: readonly (readonly [type: string, events: readonly string[]])[] = [
  [stream, [text("Hello, "), text("world."), finish(), usage, done]],
  [stream, [": keep-alive\n\n", thought("Let me "), thought("think."), text("42"), finish(), usage, done]],
  [stream, [text("<think>"), text("hm</think>"), text("\n\nThe answer."), finish(), done]],
  [stream, [text("hm.\n"), text("</think>\n\n"), text("The answer."), finish(), done]],
  [stream, [text(key.slice(0, 12)), thought("hm"), text(key.slice(12)), finish(), done]],
  [stream, [text(`the key ${key}`), thought(key), finish(key), done]],
  [stream, [...Array.from(`a ${key} b ${foreign.join("")}`, text), finish(), done]],
  [stream, [text(foreign.join("x")), thought(foreign.join("y")), finish(foreign[0]), done]],
  [
    stream,
    [delta({ content: [{ type: "thinking", thinking: [{ type: "text", text: key }] }] }), text("a"), finish(), done],
  ],
  [stream, [delta(tool), finish("tool_calls"), usage, done]],
  [stream, [delta({ refusal: "I cannot." }), finish(), done]],
  [stream, [text("half"), event({ error: { message: `${"x".repeat(290)}${key}${foreign[1]}`, code: 500 } })]],
  [stream, [text("half"), `event: error\n${event({ message: key })}`]],
  [stream, [text("```js\nconst a = 1;\n```\n| a | b |\n|---|---|\n| $x^2$ | **c** |\n"), finish("length"), done]],
  [json, [whole({ role: "assistant", content: `Hello ${key}` })]],
  [json, [whole({ role: "assistant", content: [{ type: "text", text: foreign.join("") }] })]],
  [json, [JSON.stringify({ error: { message: `no ${key}`, code: "invalid_api_key", type: foreign[2] } })]],
  [
    json,
    [JSON.stringify({ base_resp: { status_code: 1008, status_msg: `insufficient balance ${key}` }, choices: null })],
  ],
  [json, [JSON.stringify({ code: 20012, message: `Model does not exist ${foreign[0]}`, data: null })]],
  [json, [JSON.stringify([{ error: { code: 503, message: "loading" } }])]],
  ["text/html", [`<!doctype html><title>${key} ${foreign[3]}</title><h1>Busy</h1>`]],
  ["text/plain", [`upstream ${key} ${foreign[4]}`]],
];

/** Changes one of the events: its place, its JSON, or its form. */
function changeEvents(events: readonly string[], random: () => number): string[] {
  const at = Math.floor(random() * events.length);
  const chosen = events[at] ?? "";
  const other = Math.floor(random() * events.length);
  const changes: readonly (() => readonly string[])[] = [
    () => events.toSpliced(at, 1),
    () => events.toSpliced(other, 0, chosen),
    () => events.toSpliced(at, 1, changeJson(chosen, random)),
    () => events.toSpliced(at, 1, changeJson(chosen, random)),
    () => events.toSpliced(at, 1, chosen.replace("\n\n", "\n")),
    () =>
      events.toSpliced(
        at,
        1,
        chosen.replace("data: ", ["data:", "event: x\ndata: ", "Data: ", "\uFEFFdata: "][other % 4]!),
      ),
    () =>
      events.toSpliced(
        at,
        0,
        ["data:\n\n", "data: null\n\n", "event: error\n\n", ": x\n", "data: [DONE]\n\n", "\n"][other % 6]!,
      ),
    () => events.map((one) => one.replaceAll("\n", other % 2 === 0 ? "\r\n" : "\r")),
    () => events.slice(0, at),
  ];
  return [...changes[Math.floor(random() * changes.length)]!()];
}

/** Puts something else into one place of the JSON. */
function changeJson(line: string, random: () => number): string {
  const start = line.search(/[[{]/u);
  if (start < 0) return line;
  try {
    const value: unknown = JSON.parse(line.slice(start));
    return line.slice(0, start) + JSON.stringify(changed(value, random)) + (line.endsWith("\n\n") ? "\n\n" : "");
  } catch {
    return line;
  }
}

function changed(value: unknown, random: () => number): unknown {
  if (typeof value !== "object" || value === null || random() < 0.15) return strange(random);
  const entries = Object.entries(value);
  const at = Math.floor(random() * (entries.length + 1));
  const [name, field] = entries[at] ?? [
    ["error", "choices", "__proto__", "message", "finish_reason"][Math.floor(random() * 5)]!,
    0,
  ];
  const next = random() < 0.1 ? undefined : changed(field, random);
  if (Array.isArray(value)) return value.toSpliced(Number(name) || 0, random() < 0.5 ? 1 : 0, next);
  return Object.fromEntries([...entries, [name, next]]);
}

function strange(random: () => number): unknown {
  const values: readonly unknown[] = [
    null,
    true,
    -1,
    1e308,
    0.5,
    "",
    "null",
    key,
    foreign.join(""),
    "\uD800",
    "</think>\n",
    "constructor",
    "x".repeat(70_000),
    [],
    {},
    [[[[{}]]]],
    { toString: 1, length: 1e9 },
    JSON.parse(`${"[".repeat(2000)}${"]".repeat(2000)}`),
    { message: key, code: 401 },
    [{ type: "text", text: "part" }, null, 7],
  ];
  return values[Math.floor(random() * values.length)];
}

/** Changes the bytes, whatever they mean. */
function changeBytes(bytes: Buffer, random: () => number): Buffer {
  const at = Math.floor(random() * bytes.length);
  const length = Math.floor(random() ** 3 * 200);
  const noise = Buffer.from(Array.from({ length: 1 + Math.floor(random() * 6) }, () => Math.floor(random() * 256)));
  const foreignBytes = Buffer.from(foreign[Math.floor(random() * foreign.length)]!);
  const changes: readonly (readonly Buffer[])[] = [
    [bytes.subarray(0, at)],
    [bytes.subarray(0, at), bytes.subarray(at + length)],
    [bytes.subarray(0, at + length), bytes.subarray(at)],
    [bytes.subarray(0, at), noise, bytes.subarray(at)],
    [bytes.subarray(0, at), noise, bytes.subarray(at + noise.length)],
    [bytes.subarray(0, at), foreignBytes, bytes.subarray(at)],
    [bytes.subarray(0, at), Buffer.from(key), bytes.subarray(at)],
  ];
  return Buffer.concat(changes[Math.floor(random() * changes.length)]!);
}

function cutUp(bytes: Buffer, random: () => number): Buffer[] {
  const pieces: Buffer[] = [];
  const most = random() < 0.1 ? 7 : 2 * Math.max(40, bytes.length * random());
  for (let at = 0; at < bytes.length && pieces.length < 400;) {
    const rest = pieces.length === 399 ? bytes.length : 1 + Math.floor(random() * most);
    pieces.push(bytes.subarray(at, at + rest));
    at += rest;
  }
  return pieces;
}
