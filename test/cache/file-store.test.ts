import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { claimMs } from "../../src/cache/answer-store.ts";
import { FileStore, type FileStoreOptions } from "../../src/cache/file-store.ts";
import type { StoredAnswer } from "../../src/cache/stored-answer.ts";
import type { AppError } from "../../src/errors.ts";
import { loadSqlite } from "../../src/sqlite.ts";
import { temporaryFolder } from "../support/transcripts.ts";

const hour = 3_600_000;

interface Opened {
  readonly store: FileStore;
  readonly path: string;
  readonly damages: AppError[];
}

function openStore(options: Partial<FileStoreOptions> = {}): Opened {
  const path = join(temporaryFolder(), "answers.db");
  const damages: AppError[] = [];
  const onDamage = (error: AppError) => damages.push(error);
  const store = new FileStore({ path, maxSize: 1e6, isAlive: () => null, onDamage, ...options });
  onTestFinished(() => store[Symbol.dispose]());
  return { store, path, damages };
}

function answerOf(text: string, storedAt = Date.now()): StoredAnswer {
  return { storedAt, pieces: [{ type: "text", text }], usage: null, title: null };
}

/** What the store counts for an answer. */
const sizeOf = (answer: StoredAnswer) => Buffer.byteLength(JSON.stringify(answer)) + 256;

test("what is stored is found as long as whoever stored it and whoever looks want it, and nobody else can read it", async () => {
  let now = Date.now();
  const { store, path } = openStore({ now: () => now });
  const answer = answerOf("\u91cf\u5b50", now);
  expect(await store.find("k", hour, "a")).toEqual({ state: "claimed" });
  await store.put("k", answer, 2 * hour);
  expect(await store.find("k", 2 * hour, "b")).toEqual({ state: "stored", answer });
  now += hour;
  expect(await store.find("k", hour, "b")).toEqual({ state: "claimed" });
  expect(await store.find("k", hour + 1, "b")).toEqual({ state: "stored", answer });
  now += hour;
  expect((await store.find("k", 9 * hour, "b")).state).toBe("claimed");
  // A clock that was wrong when the answer was stored.
  now -= 9 * hour;
  expect((await store.find("k", 2 * hour, "b")).state).not.toBe("stored");
  expect(process.platform === "win32" || (statSync(path).mode & 0o777) === 0o600).toBe(true);
});

test("a claim keeps others waiting until it is released, ends, or its owner is gone", async () => {
  let now = Date.now();
  const gone = new Set<string>();
  const { store } = openStore({ now: () => now, isAlive: (owner) => !gone.has(owner) });
  const find = async (owner: string) => (await store.find("k", hour, owner)).state;
  expect([await find("a"), await find("b")]).toEqual(["claimed", "busy"]);
  await store.release("k", "b");
  expect(await find("b")).toBe("busy");
  await store.release("k", "a");
  expect([await find("b"), await find("a")]).toEqual(["claimed", "busy"]);
  now += claimMs - 1;
  await store.renew("k", "b");
  now += claimMs - 1;
  expect(await find("a")).toBe("busy");
  now += 1;
  expect([await find("a"), await find("b")]).toEqual(["claimed", "busy"]);
  gone.add("a");
  expect(await find("b")).toBe("claimed");
});

/** What a store of so many bytes holds, written as simply as can be. */
class StoreModel {
  readonly answers = new Map<string, { answer: StoredAnswer; end: number; usedAt: number }>();
  readonly claims = new Map<string, { owner: string; end: number }>();
  readonly maxSize: number;

  constructor(maxSize: number) {
    this.maxSize = maxSize;
  }

  find(key: string, maxAge: number, owner: string, now: number) {
    const row = this.answers.get(key);
    if (row !== undefined && now < row.end && now - row.answer.storedAt < maxAge) {
      row.usedAt = now;
      return { state: "stored", answer: row.answer };
    }
    if ((this.claims.get(key)?.end ?? 0) > now) return { state: "busy" };
    this.claims.set(key, { owner, end: now + claimMs });
    return { state: "claimed" };
  }

  put(key: string, answer: StoredAnswer, ttl: number, now: number) {
    this.claims.delete(key);
    for (const [each, { end }] of this.answers) if (end <= now || each === key) this.answers.delete(each);
    if (sizeOf(answer) > this.maxSize) return;
    while (this.bytes + sizeOf(answer) > this.maxSize) {
      const rows = [...this.answers].sort(([, one], [, other]) => one.usedAt - other.usedAt);
      this.answers.delete(rows[0]![0]);
    }
    this.answers.set(key, { answer, end: answer.storedAt + ttl, usedAt: now });
  }

  release(key: string, owner: string) {
    if (this.claims.get(key)?.owner === owner) this.claims.delete(key);
  }

  clear(before: number) {
    const old = [...this.answers].filter(([, { answer }]) => answer.storedAt < before);
    old.forEach(([key]) => this.answers.delete(key));
    return old.length;
  }

  get bytes(): number {
    return [...this.answers.values()].reduce((sum, { answer }) => sum + sizeOf(answer), 0);
  }
}

const someKey = fc.constantFrom("a", "b", "c", "d");
const someOwner = fc.constantFrom("p", "q");
const someSpan = fc.constantFrom(500, 5_000, 20_000, hour);
const someStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("find" as const), key: someKey, maxAge: someSpan, owner: someOwner }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("put" as const), key: someKey, ttl: someSpan, length: fc.nat(1500) }),
  },
  fc.record({ do: fc.constant("pass" as const), ms: fc.constantFrom(400, 4_000, 11_000) }),
  fc.record({ do: fc.constant("release" as const), key: someKey, owner: someOwner }),
  fc.record({ do: fc.constant("clear" as const), age: someSpan }),
);

type Step = typeof someStep extends fc.Arbitrary<infer Value> ? Value : never;

test("any sequence of uses leaves what a simple model of the store holds", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(someStep, { minLength: 10, maxLength: 60 }), async (steps) => {
      let now = 1_700_000_000_000;
      const maxSize = 2_500;
      using store = new FileStore({
        path: join(temporaryFolder(), "answers.db"),
        maxSize,
        isAlive: () => null,
        onDamage: () => {},
        now: () => now,
      });
      const model = new StoreModel(maxSize);
      /** What the store gives, and what the model does. */
      const both = async (step: Step): Promise<readonly [given: unknown, expected: unknown]> => {
        if (step.do === "find") {
          const { key, maxAge, owner } = step;
          return [await store.find(key, maxAge, owner), model.find(key, maxAge, owner, now)];
        }
        if (step.do === "put") {
          const answer = answerOf("x".repeat(step.length), now);
          return [await store.put(step.key, answer, step.ttl), model.put(step.key, answer, step.ttl, now)];
        }
        if (step.do === "release")
          return [await store.release(step.key, step.owner), model.release(step.key, step.owner)];
        if (step.do === "clear") return [await store.clear(now - step.age), model.clear(now - step.age)];
        now += step.ms;
        return [null, null];
      };
      for (const step of steps) {
        now++;
        const [given, expected] = await both(step);
        expect(given).toEqual(expected);
        const { answers, bytes } = await store.stats();
        const live = [...model.answers.values()].filter(({ end }) => end > now);
        expect(answers).toBe(live.length);
        expect(bytes).toBe(live.reduce((sum, { answer }) => sum + sizeOf(answer), 0));
        expect(bytes).toBeLessThanOrEqual(maxSize);
      }
    }),
    { numRuns: 12 },
  );
});

test("a damaged file is removed and made again, and said to be", async () => {
  const { store, path, damages } = openStore();
  writeFileSync(path, "no database, whatever it is called".repeat(200));
  expect(await store.find("k", hour, "a")).toEqual({ state: "claimed" });
  await store.put("k", answerOf("yes"), hour);
  expect((await store.find("k", hour, "a")).state).toBe("stored");
  expect(damages.map(({ code }) => code)).toEqual(["cache_damaged"]);
});

test("what is no answer in the file counts as none", async () => {
  const { store, path } = openStore();
  await store.put("k", answerOf("yes"), hour);
  using other = new (loadSqlite().DatabaseSync)(path);
  for (const text of [
    "{",
    "null",
    '{"storedAt": 1}',
    '{"storedAt":1,"pieces":[{"type":"error","text":""}],"usage":null,"title":null}',
  ]) {
    other.prepare("UPDATE answers SET answer = ?").run(text);
    expect((await store.find("k", hour, "a")).state).not.toBe("stored");
  }
});

test.each<readonly [what: string, prepare: (path: string) => void, reason: string]>([
  ["a folder in its place", (path) => mkdirSync(path), "EACCES"],
  [
    "a file of a later version",
    (path) => {
      using database = new (loadSqlite().DatabaseSync)(path);
      database.exec("PRAGMA user_version = 99");
    },
    "later_version",
  ],
])("with %s the store says why it cannot be used, and leaves it alone", async (_what, prepare, reason) => {
  const { store, path, damages } = openStore();
  prepare(path);
  await expect(store.find("k", hour, "a")).rejects.toMatchObject({
    code: "cache_unavailable",
    details: { store: path, reason },
  });
  expect(damages).toEqual([]);
});
