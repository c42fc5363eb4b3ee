import * as v from "valibot";
import { durationPattern, milliseconds } from "../duration.ts";

/** A text in one of these forms; YAML reads some of what people mistype as a number, which is shown back as it was typed. */
const matching = (pattern: RegExp) =>
  v.pipe(v.union([v.string(), v.number()]), v.transform(String), v.trim(), v.regex(pattern));
const duration = matching(durationPattern);

export const sizePattern = /^[1-9]\d{0,8} ?[kMG]B$/u;
export const storePattern = /^rediss?:\/\/[^\s/]/u;

export const cacheParts = v.strictObject({
  ttl: v.optional(duration),
  /** A Redis database; where there is none, answers are stored in a file of the cache folder. */
  store: v.optional(v.pipe(v.string(), v.regex(storePattern))),
  /** Of the file. */
  max_size: v.optional(matching(sizePattern)),
});

/** `true`, `7d`, or the parts. Which of them is meant follows from the value, so that an error names what is wrong in it. */
export const cacheSchema = v.lazy((value) => {
  if (typeof value === "boolean") return v.boolean();
  return typeof value === "object" && value !== null ? cacheParts : duration;
}) as v.GenericSchema<CacheSetting>;

interface CacheParts {
  readonly ttl?: string | undefined;
  readonly store?: string | undefined;
  readonly max_size?: string | undefined;
}
export type CacheSetting = boolean | string | CacheParts;

/** How answers are stored. */
export interface CacheOptions {
  /** Whether stored answers are used, and new ones stored. */
  readonly enabled: boolean;
  /** Milliseconds for which an answer is used. */
  readonly ttl: number;
  /** URL of a Redis database; null for the file. */
  readonly store: string | null;
  /** Bytes that the file's answers may take. */
  readonly maxSize: number;
}

/**
 * The parts of the setting together: what a flag or `/set` leaves open is as in the config file.
 *
 * @param set the setting in force
 * @param filed as the config file has it
 */
export function cacheOptions(set: CacheSetting | undefined, filed: CacheSetting | undefined): CacheOptions {
  const { ttl = "7d", store = null, max_size: size = "200MB" } = { ...partsOf(filed), ...partsOf(set) };
  return { enabled: set !== undefined && set !== false, ttl: milliseconds(ttl)!, store, maxSize: bytesOf(size) };
}

function partsOf(setting: CacheSetting | undefined): CacheParts {
  if (typeof setting === "string") return { ttl: setting };
  const entries = typeof setting === "object" ? Object.entries(setting) : [];
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

const units: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, G: 1e9 };

function bytesOf(size: string): number {
  return Number.parseInt(size, 10) * units[size.at(-2)!]!;
}

/** A store's URL without what may be secret: user, password and parameters. */
export function shownStore(store: string): string {
  const { protocol, host, pathname } = URL.parse(store) ?? { protocol: "redis:", host: "\u2026", pathname: "" };
  return `${protocol}//${host}${pathname}`;
}

/** The setting as it may be shown: the password in its store's URL is left out. */
export function shownCache(setting: unknown): unknown {
  const store = typeof setting === "object" && setting !== null && "store" in setting ? setting.store : null;
  return typeof store === "string" ? { ...(setting as CacheParts), store: shownStore(store) } : setting;
}
