import { createClient } from "@redis/client";
import { AppError } from "../errors.ts";
import { redisFailure } from "../redis-failure.ts";
import { type AnswerStore, claimMs, type Lookup, type StoreStats } from "./answer-store.ts";
import { readAnswer, type StoredAnswer } from "./stored-answer.ts";

export interface RedisStoreOptions {
  /** `redis://user:password@host:port/database`, `rediss://` for TLS. */
  readonly url: string;
  /** The same as it may be shown. */
  readonly shownUrl: string;
}

type Client = ReturnType<typeof createClient>;

/** Milliseconds that a session waits for Redis, connecting included. */
const patience = 200;
/** The same for what a person asks of the store itself. */
const longPatience = 10_000;
/** Bytes of the largest value that is stored and read. */
const maxValue = 4 * 1024 * 1024;
/** Digits of the time at which an answer was stored, before its JSON. */
const stampDigits = 13;
/** The version is part of the name, so that programs of several versions share a database. */
const prefix = "deepseek-chat:1:";
/** One hash slot for an answer and the claim to it, so that scripts may touch both in a cluster. */
const answerName = (key: string) => `${prefix}{${key}}:answer`;
const claimName = (key: string) => `${prefix}{${key}}:claim`;

/** Gives the answer; or claims it, and gives 1; or 0 where somebody else has the claim. */
const findScript = `
  local length = redis.call('STRLEN', KEYS[1])
  if length > 0 and length <= tonumber(ARGV[3]) then return redis.call('GET', KEYS[1]) end
  if redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2], 'NX') then return 1 end
  return 0`;
const renewScript = `
  if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
  return 0`;
const releaseScript = `
  if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
  return 0`;

/**
 * Answers in a Redis database that several people may share. Every value and claim expires by itself; how much room they take is for
 * the server to limit (`maxmemory`).
 */
export class RedisStore implements AnswerStore {
  readonly #options: RedisStoreOptions;
  readonly #client: Client;
  #connected: Promise<unknown> | null = null;

  /** @throws AppError `cache_unavailable` for an invalid URL */
  constructor(options: RedisStoreOptions) {
    this.#options = options;
    try {
      this.#client = createClient({
        url: options.url,
        // The older protocol: every version of the server speaks it.
        RESP: 2,
        disableOfflineQueue: true,
        socket: { connectTimeout: longPatience, reconnectStrategy: false },
      });
    } catch (error) {
      throw this.#unavailable(error);
    }
    // The command that was under way fails, and tells it.
    this.#client.on("error", () => {});
  }

  async find(key: string, maxAge: number, owner: string): Promise<Lookup> {
    const keys = [answerName(key), claimName(key)];
    return await this.#use(async (client) => {
      const found = await client.eval(findScript, { keys, arguments: [owner, String(claimMs), String(maxValue)] });
      if (typeof found !== "string") return { state: Number(found) === 1 ? "claimed" : "busy" };
      const answer = readAnswer(found.slice(stampDigits));
      if (answer !== null && Math.abs(Date.now() - answer.storedAt) < maxAge) return { state: "stored", answer };
      // Too old for this one, or damaged.
      const expiration = { type: "PX", value: claimMs } as const;
      const claimed = await client.set(claimName(key), owner, { condition: "NX", expiration });
      return { state: claimed === null ? "busy" : "claimed" };
    });
  }

  async put(key: string, answer: StoredAnswer, ttl: number): Promise<void> {
    const value = `${String(answer.storedAt).padStart(stampDigits, "0")}${JSON.stringify(answer)}`;
    await this.#use(async (client) => {
      const isSmall = Buffer.byteLength(value) <= maxValue;
      if (isSmall) await client.set(answerName(key), value, { expiration: { type: "PX", value: ttl } });
      await client.del(claimName(key));
    });
  }

  async renew(key: string, owner: string): Promise<void> {
    const claim = [claimName(key)];
    await this.#use((client) => client.eval(renewScript, { keys: claim, arguments: [owner, String(claimMs)] }));
  }

  async release(key: string, owner: string): Promise<void> {
    await this.#use((client) => client.eval(releaseScript, { keys: [claimName(key)], arguments: [owner] }));
  }

  async stats(): Promise<StoreStats> {
    const stats = { answers: 0, bytes: 0, oldest: Infinity };
    await this.#each(async (client, names) => {
      for (const name of names) {
        const [bytes, stamp] = await Promise.all([client.strLen(name), client.getRange(name, 0, stampDigits - 1)]);
        // It may have expired meanwhile.
        if (bytes === 0) continue;
        stats.answers++;
        stats.bytes += bytes;
        stats.oldest = Math.min(stats.oldest, Number(stamp));
      }
    });
    const { answers, bytes, oldest } = stats;
    return { answers, bytes, hits: null, oldest: Number.isFinite(oldest) ? oldest : null };
  }

  async clear(before: number | null): Promise<number> {
    let removed = 0;
    await this.#each(async (client, names) => {
      const stamps = await Promise.all(names.map((name) => client.getRange(name, 0, stampDigits - 1)));
      const old = names.filter((_, at) => before === null || Number(stamps[at]) < before);
      if (old.length > 0) removed += await client.del(old);
    });
    return removed;
  }

  [Symbol.dispose](): void {
    if (this.#client.isOpen) this.#client.destroy();
  }

  /** All names of answers, some hundred at a time. */
  async #each(work: (client: Client, names: readonly string[]) => Promise<void>): Promise<void> {
    let cursor = "0";
    do {
      cursor = await this.#use(async (client) => {
        const step = await client.scan(cursor, { MATCH: `${prefix}{*}:answer`, COUNT: 500 });
        await work(client, step.keys);
        return step.cursor;
      }, longPatience);
    } while (cursor !== "0");
  }

  /** @throws AppError `cache_unavailable`, at the latest after `patience` milliseconds */
  async #use<T>(work: (client: Client) => Promise<T>, limit = patience): Promise<T> {
    const deadline = new Deadline(limit);
    try {
      this.#connected ??= this.#client.connect();
      const done = this.#connected.then(async () => await work(this.#client));
      return await Promise.race([done, deadline.passed]);
    } catch (error) {
      throw this.#unavailable(error);
    } finally {
      deadline[Symbol.dispose]();
    }
  }

  #unavailable(error: unknown): AppError {
    const { shownUrl, url } = this.#options;
    const reason = redisFailure(error, url);
    // Without a cause, which may quote the password.
    return new AppError("cache_unavailable", { store: shownUrl, reason });
  }
}

/** Milliseconds between two looks at the time that was waited. */
const tick = 10;

/** The end of a wait. While the program itself or the machine was busy it did not wait: no tick counts for more than one. */
class Deadline implements Disposable {
  readonly passed: Promise<never>;
  readonly #timer: NodeJS.Timeout;

  /** @param limit milliseconds */
  constructor(limit: number) {
    const { promise, reject } = Promise.withResolvers<never>();
    this.passed = promise;
    let left = Math.ceil(limit / tick);
    this.#timer = setInterval(() => {
      if (--left <= 0) reject(new Error("timeout"));
    }, tick);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
