import { randomUUID } from "node:crypto";
import type {
  RateGate,
  RateLimits,
  RatePermit,
  RefusalRule,
  RequestOutcome,
} from "../../providers/resilience/rate-gate.ts";
import { type QueueLink, queueName, queuePrefix } from "./queue-link.ts";

/** Milliseconds for which a request that is under way counts, unless its worker says that it still is. */
const leaseMs = 30_000;
/** Milliseconds between two looks where all places are taken. */
const poll = 100;

/**
 * Token buckets of requests and tokens, and places for requests under way, on the clock of Redis. The buckets are those of
 * src/providers/resilience/token-bucket.ts. After a pause one request at a time goes out, until one is answered. Gives the milliseconds to wait,
 * 0 where the request may go out, and the milliseconds of that clock.
 */
const enterScript = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + time[2] / 1000
  local state = redis.call('HMGET', KEYS[1], 'requests', 'tokens', 'at', 'paused', 'pauses')
  local at = math.min(now, tonumber(state[3] or now))
  local wait = math.max(0, tonumber(state[4] or 0) - now)
  local function bucket(level, perMinute, count)
    if perMinute == '' then return nil end
    perMinute = tonumber(perMinute)
    local capacity = math.max(1, math.floor(perMinute / 60))
    local refill = (perMinute - (capacity - 1)) / 60000
    local filled = math.min(capacity, tonumber(level or capacity) + (now - at) * refill)
    local missing = math.min(count, capacity) - filled
    if missing > 1e-9 then wait = math.max(wait, missing / refill) end
    return filled
  end
  local requests = bucket(state[1], ARGV[2], 1)
  local tokens = bucket(state[2], ARGV[3], tonumber(ARGV[5]))
  local places = ARGV[4] == '' and math.huge or tonumber(ARGV[4])
  if tonumber(state[5] or 0) > 0 then places = 1 end
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
  if wait <= 0 and redis.call('ZCARD', KEYS[2]) >= places then wait = tonumber(ARGV[7]) end
  if wait > 0 then return { math.ceil(wait), now } end
  redis.call('HSET', KEYS[1], 'at', string.format('%.3f', now))
  if requests then redis.call('HSET', KEYS[1], 'requests', tostring(requests - 1)) end
  if tokens then redis.call('HSET', KEYS[1], 'tokens', tostring(tokens - ARGV[5])) end
  redis.call('ZADD', KEYS[2], now + tonumber(ARGV[6]), ARGV[1])
  redis.call('PEXPIRE', KEYS[2], tonumber(ARGV[6]) * 2)
  redis.call('PEXPIRE', KEYS[1], 3600000)
  return { 0, now }`;

/**
 * Gives a place back, and corrects the tokens by what was really taken. All workers pause as `LocalGate` does: where the service refuses
 * everything, and not for one refusal.
 */
const leaveScript = `
  redis.call('ZREM', KEYS[2], ARGV[1])
  if ARGV[2] ~= '0' and redis.call('HEXISTS', KEYS[1], 'tokens') == 1 then
    redis.call('HINCRBYFLOAT', KEYS[1], 'tokens', ARGV[2])
  end
  if ARGV[3] == 'answered' then redis.call('HDEL', KEYS[1], 'refusals', 'pauses') end
  if ARGV[3] ~= 'refused' then return 0 end
  local refusals = redis.call('HINCRBY', KEYS[1], 'refusals', 1)
  if refusals < math.max(tonumber(ARGV[6]), redis.call('ZCARD', KEYS[2]) * tonumber(ARGV[7])) then return 0 end
  local time = redis.call('TIME')
  local now = time[1] * 1000 + time[2] / 1000
  local pause = 0
  if tonumber(ARGV[5]) >= tonumber(redis.call('HGET', KEYS[1], 'paused_at') or 0) then
    redis.call('HSET', KEYS[1], 'paused_at', string.format('%.3f', now))
    local pauses = redis.call('HINCRBY', KEYS[1], 'pauses', 1)
    pause = math.min(tonumber(ARGV[9]), tonumber(ARGV[8]) * 2 ^ math.min(30, pauses - 1))
  end
  if ARGV[4] ~= '' then pause = tonumber(ARGV[4]) end
  if now + pause > tonumber(redis.call('HGET', KEYS[1], 'paused') or 0) then
    redis.call('HSET', KEYS[1], 'paused', string.format('%.3f', now + pause))
  end
  return 1`;

const renewScript = `
  local time = redis.call('TIME')
  local ends = time[1] * 1000 + time[2] / 1000 + tonumber(ARGV[1])
  for place = 2, #ARGV do redis.call('ZADD', KEYS[1], 'XX', ends, ARGV[place]) end
  return redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[1]) * 2)`;

export interface SharedGateOptions {
  readonly provider: string;
  readonly limits: RateLimits;
  readonly refusals: RefusalRule;
  /** What this worker alone has learnt of the service. */
  readonly own: RateGate;
}

/** The limits of one account, which all workers share. Within a worker requests go out in the order in which they asked. */
export class SharedGate implements RateGate, Disposable {
  readonly #link: QueueLink;
  readonly #options: SharedGateOptions;
  readonly #keys: string[];
  readonly #places = new Set<string>();
  readonly #renewal: NodeJS.Timeout;
  /** The last one that asked. */
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  /** Ends the rest of the one whose turn it is. */
  #wake: () => void = () => {};

  constructor(link: QueueLink, options: SharedGateOptions) {
    this.#link = link;
    this.#options = options;
    this.#keys = ["limit", "places"].map((part) => `${queuePrefix}:${queueName}-${part}:{${options.provider}}`);
    this.#renewal = setInterval(() => void this.#renew(), leaseMs / 3);
    this.#renewal.unref();
  }

  get mayWait(): boolean {
    return this.#waiting > 0 || this.#options.own.mayWait;
  }

  readonly enter = async (tokens: number, signal: AbortSignal): Promise<RatePermit> => {
    const own = await this.#options.own.enter(tokens, signal);
    const place = randomUUID();
    let sentAt = 0;
    try {
      await this.#queued(async () => void (sentAt = await this.#take(place, tokens, signal)));
    } catch (error) {
      own.leave({ kind: "failed" });
      throw error;
    }
    let isOut = true;
    const leave = (outcome: RequestOutcome) => {
      if (!isOut) return;
      isOut = false;
      own.leave(outcome);
      void this.#leave(place, { tokens, sentAt }, outcome);
    };
    return { leave };
  };

  [Symbol.dispose](): void {
    clearInterval(this.#renewal);
  }

  /** One after the other. */
  async #queued(work: () => Promise<void>): Promise<void> {
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = promise;
    this.#waiting++;
    try {
      await before;
      await work();
    } finally {
      this.#waiting--;
      resolve();
    }
  }

  /** @returns milliseconds of the clock of Redis */
  async #take(place: string, tokens: number, signal: AbortSignal): Promise<number> {
    const { rpm, tpm, concurrency } = this.#options.limits;
    const limits = [rpm, tpm, concurrency].map((limit) => (limit === undefined ? "" : String(limit)));
    const values = [place, ...limits, String(tokens), String(leaseMs), String(poll)];
    while (true) {
      signal.throwIfAborted();
      const reply = await this.#link.use(
        async () => await this.#link.client.eval(enterScript, { keys: this.#keys, arguments: values }),
        signal,
      );
      const [wait, now] = (reply as unknown[]).map(Number) as [number, number];
      if (wait === 0) {
        this.#places.add(place);
        return now;
      }
      await this.#rest(wait, signal);
    }
  }

  async #leave(
    place: string,
    { tokens, sentAt }: { readonly tokens: number; readonly sentAt: number },
    outcome: RequestOutcome,
  ): Promise<void> {
    this.#places.delete(place);
    const taken = outcome.kind === "answered" ? (outcome.tokens ?? tokens) : 0;
    const retryAfter = outcome.kind === "refused" ? (outcome.retryAfter ?? "") : "";
    const { least, share, first, last } = this.#options.refusals;
    const sign = [least, share, first, last];
    const values = [place, tokens - taken, outcome.kind, retryAfter, sentAt, ...sign].map(String);
    // Where Redis is not there, the place ends by itself.
    await this.#link.client.eval(leaveScript, { keys: this.#keys, arguments: values }).catch(() => {});
    this.#wake();
  }

  async #renew(): Promise<void> {
    if (this.#places.size === 0 || !this.#link.client.isReady) return;
    const values = [String(leaseMs), ...this.#places];
    await this.#link.client.eval(renewScript, { keys: [this.#keys[1]!], arguments: values }).catch(() => {});
  }

  /** Waits for that long, or until a place of this worker is free. @throws the signal's reason */
  async #rest(milliseconds: number, signal: AbortSignal): Promise<void> {
    const ended = new AbortController();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      const timer = setTimeout(resolve, milliseconds);
      signal.addEventListener("abort", () => resolve(), { signal: ended.signal });
      ended.signal.addEventListener("abort", () => clearTimeout(timer));
    });
    ended.abort();
    signal.throwIfAborted();
  }
}
