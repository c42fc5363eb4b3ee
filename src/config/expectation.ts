import type { BaseIssue } from "valibot";
import { durationExamples, durationPattern } from "../duration.ts";
import { authFields } from "./auth-options.ts";
import { cacheParts, sizePattern, storePattern } from "./cache-options.ts";
import { fieldPlace, versionPattern, writtenVersion } from "./request-rows.ts";
import { pathPattern, pointerPattern, wireRows } from "./wire-schema.ts";
import { toolSchema } from "./tool-entries.ts";
import { withoutInput } from "./role-template.ts";
import {
  type SettingName,
  configFileSchema,
  modelSchema,
  ownFields,
  profileSchema,
  providerSchema,
  rateLimitSchema,
  roleSchema,
  settingSchemas,
} from "./schema.ts";
import { nearestName } from "../nearest-name.ts";
import { looksLikeKey } from "./keys.ts";

const signs: Readonly<Record<string, string>> = {
  min_value: "\u2265",
  max_value: "\u2264",
  gt_value: ">",
  min_length: "\u2265",
  max_length: "\u2264",
};

/** What stands for any text, list and mapping. */
export const marks = { text: '"\u2026"', list: "[\u2026]", mapping: "{\u2026}" } as const;

/** By the issue's type, and by what was expected. */
const kinds: Readonly<Record<string, string>> = {
  boolean: "true | false",
  integer: "1, 2, 3\u2026",
  // In a form that fits whole numbers too.
  number: "0, 1\u2026",
  string: marks.text,
  non_empty: marks.text,
  url: "https://\u2026",
  regex: "A_NAME",
  not_values: `\u2260 ${ownFields.join(", ")}`,
  safe_integer: "1, 2, 3\u2026",
  iso_date: "YYYY-MM-DD",
  // Of a day that there is not.
  raw_check: "YYYY-MM-DD",
  Array: marks.list,
  Object: marks.mapping,
  custom: marks.mapping,
  excludes: marks.text,
  // Of the values of headers.
  check: '"ASCII"',
};

/** By the pattern that was expected. */
const patterns: Readonly<Record<string, string>> = {
  [String(durationPattern)]: durationExamples,
  [String(versionPattern)]: "v1, 2026-06-01",
  [String(writtenVersion)]: "v1, 2026-06-01",
  [String(fieldPlace)]: "a_field, /parameters/a_field",
  [String(pointerPattern)]: "/a/field",
  [String(pathPattern)]: "/\u2026",
  [String(sizePattern)]: "500kB, 200MB, 2GB",
  [String(withoutInput)]: 'prompt: "\u2026{{input}}\u2026"',
  [String(storePattern)]: "redis://\u2026, rediss://\u2026",
};

/** Bounds this high are not worth mentioning in what is expected. */
const highestShown = 100_000;

/** The least and the greatest value of a number that has both; null for anything else. */
function rangeOf(schema: object | undefined): string | null {
  const { pipe = [] } = (schema ?? {}) as { readonly pipe?: readonly { type: string; requirement?: number }[] };
  const bound = (type: string) => pipe.find((step) => step.type === type)?.requirement;
  const [low, high] = [bound("min_value"), bound("max_value")];
  return low === undefined || high === undefined || high >= highestShown ? null : `${low} to ${high}`;
}

/**
 * What would have been right, in signs and words that are the same in every language; a range is `low to high`.
 *
 * @param schema of what was checked, where it is known
 */
export function expectation({ type, expected, requirement, path }: BaseIssue<unknown>, schema?: object): string {
  // Of the names of headers.
  if (type === "check" && path?.at(-1)?.origin === "key") return "X-Name";
  const range = /^(?:number|min_value|max_value)$/u.test(type) ? rangeOf(schema) : null;
  if (range !== null) return range;
  // What a check of ours says itself, as of variables in templates.
  if (type === "raw_check" && expected) return expected;
  const sign = signs[type];
  if (sign !== undefined) return `${sign} ${String(requirement)}`;
  // A choice is given as `("low" | "high")`.
  const choice = (expected ?? "").replaceAll(/["()]/gu, "").split(" | ");
  return patterns[expected ?? ""] ?? kinds[type] ?? choice.map((each) => kinds[each] ?? each).join(" | ");
}

export interface Misfit {
  /** The path of what does not fit; of what it is missing in, where something is missing. */
  readonly keys: readonly string[];
  /** JSON. */
  readonly value: string;
  /** Null where there is nothing of that name. */
  readonly expected: string | null;
  /** What may have been meant then. */
  readonly nearest: string | null;
}

/** More of a value says no more. */
const maxCharacters = 80;

interface Entries {
  readonly entries: object;
}

/** What stands in a setting that is a mapping, or in each of its entries. */
const within: Readonly<Record<string, Entries>> = {
  providers: providerSchema,
  models: modelSchema,
  roles: roleSchema,
  cache: cacheParts,
  tools: toolSchema,
  limits: rateLimitSchema,
};

/**
 * What is wrong in a tree of settings.
 *
 * @param schema of the tree
 */
export function misfit(issue: BaseIssue<unknown>, schema: Entries = configFileSchema): Misfit {
  const { path = [], input, expected } = issue;
  const keys = path.map(({ key }) => String(key));
  const last = path.at(-1);
  if (last !== undefined && input === undefined) {
    return {
      keys: keys.slice(0, -1),
      value: shown(keys, last.input),
      expected: `{${String(last.key)}: \u2026}`,
      nearest: null,
    };
  }
  const isUnknown = expected === "never";
  // A profile is a tree of settings itself.
  const place = keys[0] === "profiles" ? keys.slice(2) : keys;
  const siblings = (place.length > 1 ? within[place[0]!] : null) ?? (place === keys ? schema : profileSchema);
  const name = keys.at(-1) ?? "";
  // Which of the rows of a wire may stand there is not looked at, only that it is another one.
  const isOfWire = place.length > 3 && place[2] === "wire";
  const rows = isOfWire ? wireRows.filter((row) => row !== name) : Object.keys(siblings.entries);
  const names = isOfAuth(place) ? authFields() : rows;
  return {
    keys,
    value: shown(keys, input),
    expected: isUnknown ? null : expectation(issue, schemaOf(place.join("."))),
    nearest: isUnknown ? nearestTo(name, names) : null,
  };
}

function schemaOf(setting: string): object | undefined {
  return Object.hasOwn(settingSchemas, setting) ? settingSchemas[setting as SettingName] : undefined;
}

/** The name that may have been meant; null where none is near. */
export function nearestTo(name: string, names: readonly string[]): string | null {
  return nearestName(name, names, Math.min(name.length - 1, Math.max(2, Math.floor(name.length / 3))));
}

function isOfAuth(keys: readonly string[]): boolean {
  return keys[0] === "providers" && keys[2] === "auth" && keys.length > 3;
}

/** What of `auth` is no secret, whatever was written there. */
const plainOfAuth = new Set(["algorithm", "client_auth", "encoding", "lifetime", "type", "unit"]);

/**
 * Headers, parameters of URLs, fields of requests and variables of tools may be keys, what stands under `auth` too, and the URL of a
 * store holds a password.
 */
function shown(keys: readonly string[], value: unknown): string {
  const place = keys[0] === "profiles" ? keys.slice(2) : keys;
  if (isOfAuth(place) && !plainOfAuth.has(keys.at(-1) ?? "")) return "\u2026";
  const isHidden = ["headers", "env", "query", "extra_body", "defaults"].some((name) => keys.includes(name));
  // Its templates may hold keys too.
  const isTemplate = keys.includes("wire") && typeof value === "object";
  // A key that was pasted where the name of its variable belongs.
  const isKey = typeof value === "string" && looksLikeKey(value);
  if (isHidden || isTemplate || isKey || keys.join(".") === "cache.store") return "\u2026";
  // JSON knows no infinity.
  return typeof value === "number" ? String(value) : (JSON.stringify(value) ?? "").slice(0, maxCharacters);
}
