import { join } from "node:path";
import { expect, test } from "vitest";
import { cacheOptions, shownCache } from "../../src/config/cache-options.ts";
import { readConfigFile } from "../../src/config/file.ts";
import { temporaryFolder } from "../support/transcripts.ts";

const day = 86_400_000;

test.each([
  ["cache: 7x", "cache", '"7x"', "30m, 1h, 7d"],
  ["cache: 7", "cache", '"7"', "30m, 1h, 7d"],
  ["cache: { ttl: 1 hour }", "cache.ttl", '"1 hour"', "30m, 1h, 7d"],
  ["cache: { max_size: 5 }", "cache.max_size", '"5"', "500kB, 200MB, 2GB"],
  ["cache: { store: 'http://me:secret@host' }", "cache.store", "\u2026", "redis://\u2026, rediss://\u2026"],
])("a wrong value is named with its line and what is expected: %s", async (setting, key, value, expected) => {
  const path = join(temporaryFolder(), "config.yaml");
  await expect(readConfigFile(path, `retries: 1\n${setting}\n`)).rejects.toMatchObject({
    code: "config_misfit",
    details: { path, line: 2, key, value, expected },
  });
});

test("an unknown part is named with the one that may be meant", async () => {
  await expect(readConfigFile("c.yaml", "cache: { tll: 1h }")).rejects.toMatchObject({
    code: "config_unknown",
    details: { key: "cache.tll", nearest: "ttl" },
  });
});

test("what a flag leaves open is as in the config file", () => {
  const store = "redis://me:secret@host:1/2";
  const filed = { ttl: "90s", store, max_size: "2GB" };
  expect(cacheOptions(undefined, undefined)).toEqual({ enabled: false, ttl: 7 * day, store: null, maxSize: 2e8 });
  expect(cacheOptions(true, undefined)).toEqual({ enabled: true, ttl: 7 * day, store: null, maxSize: 2e8 });
  expect(cacheOptions(filed, filed)).toEqual({ enabled: true, ttl: 90_000, store, maxSize: 2e9 });
  expect(cacheOptions("2w", filed)).toEqual({ enabled: true, ttl: 14 * day, store, maxSize: 2e9 });
  expect(cacheOptions(true, "1h")).toMatchObject({ enabled: true, ttl: day / 24 });
  expect(cacheOptions(false, filed)).toMatchObject({ enabled: false, store });
});

test("a store is shown without user, password and parameters", () => {
  const store = "rediss://me:secret@host:1/2?x=secret";
  expect(shownCache({ ttl: "1h", store })).toEqual({ ttl: "1h", store: "rediss://host:1/2" });
  expect([shownCache("1h"), shownCache(true), shownCache(null)]).toEqual(["1h", true, null]);
});
