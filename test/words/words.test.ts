import { describe, expect, test } from "vitest";
import { tour } from "../../src/providers/demo/chinese.ts";
import * as english from "../../src/words/en/all.ts";
import * as chinese from "../../src/words/zh/all.ts";

/** Details that may be null. */
const nullable = new Set([
  "line",
  "key",
  "limit",
  "proxy",
  "nearest",
  "cached",
  "granted",
  "toppedUp",
  "title",
  "suggested",
]);
/** Stands for any detail: a text, a number, a list. */
const anything = Object.assign([thing()], { toFixed: () => "1", endsWith: () => false });

/** Stands for a text, and for a record of texts. */
function thing(): object {
  const text = "X";
  const get = (_: object, name: string | symbol): unknown => {
    if (name === Symbol.toPrimitive || name === "toString") return () => text;
    const own: unknown = Reflect.get(String.prototype, name);
    return typeof own === "function" ? own.bind(text) : text;
  };
  return new Proxy({}, { get });
}

/** Details of which only some values are possible. */
const particular: Readonly<Record<string, readonly string[]>> = {
  expected: ["X", "0 to 2"],
  why: ["missing", "timeout", "failed", "empty", "flooded"],
  cause: ["dns", "refused", "reset", "unreachable", "timeout", "tls", "proxy"],
  hint: ["setup", "environment"],
  advice: ["none", "route", "https", "field"],
  unit: ["now", "minutes", "hours", "days", "months", "years"],
  url: ["https://h.test/v1/chat/completions", "https://h.test/models"],
  message: ["X"],
  scope: ["day", "month", "conversation", "command"],
  came: ["nothing", "thinking", "tool_call"],
  code: ["commander.unknownOption", "commander.missingArgument", "commander.unknownCommand"],
};
/** Details of one error alone, by its code. */
const particularOf: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  not_offered: { service: ["batches", "images", "files", "ocr", "fineTuning", "fillIn"] },
  service_unreadable: { service: ["batches", "images", "files", "ocr", "fineTuning", "fillIn"] },
  strange: { kind: ["key", "rejected", "signed", "websocket", "refused", "strange", "nothing"] },
  auth_failed: { why: ["token", "no_token", "program", "header", "key", "body"] },
  token_untimely: { why: ["expired", "early"] },
  parts: { unit: ["page", "slide", "sheet", "chapter"] },
  someParts: { unit: ["page", "slide", "sheet", "chapter"] },
  picture_lost: {
    reason: ["empty", "page", "broken", "other", "form", "huge", "status", "private"],
    url: ["", "https://h.test/a.png"],
  },
  url_unreadable: { reason: ["malformed", "private", "status"] },
  schema_unusable: { why: ["syntax", "not_object", "invalid", "dialect", "no_name", "unknown_type", "duplicate"] },
};
const variants = 7;

/** How a provider is told who asks, as `doctor` explains it. */
const authOfDoctor = { type: "1", sign: "1", details: ["1"], places: ["1"], secrets: [{ name: "1", origin: "1" }] };

function details(variant: number, path: string): object {
  const own = particularOf[path.split(".").at(-1)!] ?? {};
  const get = (_: object, name: string | symbol) => {
    if (name === Symbol.toPrimitive) return () => "1";
    if (name === "endsWith") return () => false;
    if (name === "services") return variant % 2 === 1 ? [] : ["ocr"];
    if (name === "tokens") return { prompt: "1", cached: "1", completion: "1", toString: () => "1" };
    if (name === "auth") return variant % 2 === 1 ? null : authOfDoctor;
    const possible = own[String(name)] ?? particular[String(name)];
    if (possible !== undefined) return possible[variant % possible.length];
    return variant % 2 === 1 && nullable.has(String(name)) ? null : anything;
  };
  return new Proxy({}, { get });
}

/** Every text in a table of words, by its path; functions are called with details of every kind, and with as few as may be. */
function texts(words: unknown, path: string): [string, string][] {
  if (typeof words === "string") return [[path, words]];
  if (typeof words === "function") {
    return Array.from({ length: variants }, (_, variant) =>
      (words as (input: object) => unknown)(details(variant, path)),
    ).flatMap((said) => texts(said, path));
  }
  // Nothing is said of such details.
  if (words === null || words === undefined) return [];
  return Object.entries(words).flatMap(([name, inner]) => texts(inner, `${path}.${name}`));
}

test("every word in both languages can be said, whatever its details are", () => {
  const [inEnglish, inChinese] = [texts({ ...english }, "en"), texts({ ...chinese }, "zh")];
  expect(inEnglish.length).toBeGreaterThan(200);
  const paths = (said: readonly [string, string][]) => new Set(said.map(([path]) => path.slice(3)));
  expect(paths(inChinese)).toEqual(paths(inEnglish));
  // These look a word up by a detail that here stands for anything.
  const lookups = /doctor\.facts\.folders$|summary_unusable/u;
  const wrong = [...inEnglish, ...inChinese].filter(
    ([path, text]) => /undefined|\[object/u.test(text) && !lookups.test(path),
  );
  expect(wrong).toEqual([]);
});

describe("Chinese", () => {
  const said: [string, string][] = [
    ...texts({ ...chinese }, "zh"),
    ["tour", tour.notice],
    ...tour.pages.flatMap(({ page }, index) => texts({ ...page("X") }, `tour.${index}`)),
  ];

  test("has no half-width punctuation beside a Chinese character", () => {
    // Full-width punctuation counts as Chinese.
    const wrong = said.filter(([, text]) =>
      /[\p{sc=Han}\u3001-\u3011\uff01-\uff1f][,:;!?()]|[,:;!?()]\p{sc=Han}/u.test(text),
    );
    expect(new Map(wrong)).toEqual(new Map());
  });

  test("is Chinese: what is the same in both languages is no sentence", () => {
    const inEnglish = new Map(texts({ ...english }, "zh"));
    // Command lines are the same in every language.
    const sentences = said.filter(([path]) => !path.includes(".examples."));
    const same = sentences.filter(
      ([path, text]) => inEnglish.get(path) === text && /[a-z]{2,} [a-z]{2,} /iu.test(text),
    );
    expect(new Map(same)).toEqual(new Map());
  });

  test("puts full stops of its own at the end of its sentences", () => {
    const wrong = said.filter(([, text]) => /\p{sc=Han}\.(?![a-z])/u.test(text));
    expect(new Map(wrong)).toEqual(new Map());
  });
});
