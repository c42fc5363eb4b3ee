import type { QueueLink } from "./queue-link.ts";

/** Amounts in units of 10⁻¹² of the run's currency, as Redis adds whole numbers alone exactly. */
export interface SharedSpending {
  readonly spent: bigint;
  readonly reserved: bigint;
  /** Null for none. */
  readonly limit: bigint | null;
  /** Whether an item was held back, as it could have gone beyond the limit. */
  readonly isReached: boolean;
}

/**
 * Sets aside what an item may cost. What was set aside for it before by a worker that died counts as spent: it may have been.
 * Gives 0 where that could go beyond the limit.
 */
const reserveScript = `
  local limit = tonumber(redis.call('HGET', KEYS[1], 'limit') or '')
  if not limit then return 1 end
  local spent = tonumber(redis.call('HGET', KEYS[1], 'spent') or '0')
  local reserved = tonumber(redis.call('HGET', KEYS[1], 'reserved') or '0')
  if spent + reserved + tonumber(ARGV[2]) > limit then
    redis.call('HSET', KEYS[1], 'reached', '1')
    return 0
  end
  local before = redis.call('HGET', KEYS[2], ARGV[1])
  if before then
    redis.call('HINCRBY', KEYS[1], 'spent', before)
    redis.call('HINCRBY', KEYS[1], 'reserved', '-' .. before)
  end
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
  redis.call('HINCRBY', KEYS[1], 'reserved', ARGV[2])
  return 1`;

/** Books what an item cost; what was set aside where that is unknown. Done twice it books once. */
const settleScript = `
  local before = redis.call('HGET', KEYS[2], ARGV[1])
  if not before then return 0 end
  redis.call('HDEL', KEYS[2], ARGV[1])
  redis.call('HINCRBY', KEYS[1], 'reserved', '-' .. before)
  redis.call('HINCRBY', KEYS[1], 'spent', ARGV[2] == '' and before or ARGV[2])
  return 1`;

/** What all workers together may spend on a run. */
export class SharedBudget {
  readonly #link: QueueLink;
  readonly #keys: string[];

  constructor(link: QueueLink, run: string) {
    this.#link = link;
    const { record, reserved } = link.keysOf(run);
    this.#keys = [record, reserved];
  }

  /**
   * @param amount the most that the item may cost
   * @returns whether it may be asked
   */
  async reserve(item: string, amount: bigint, signal: AbortSignal): Promise<boolean> {
    const given = await this.#run(reserveScript, [item, String(amount)], signal);
    return Number(given) === 1;
  }

  /** @param amount what it cost; null where that is unknown */
  async settle(item: string, amount: bigint | null, signal: AbortSignal): Promise<void> {
    await this.#run(settleScript, [item, amount === null ? "" : String(amount)], signal);
  }

  async spending(signal: AbortSignal): Promise<SharedSpending> {
    const fields = ["spent", "reserved", "limit", "reached"];
    const read = async () => await this.#link.client.hmGet(this.#keys[0]!, fields);
    const [spent, reserved, limit, reached] = await this.#link.use(read, signal);
    return {
      spent: BigInt(spent ?? 0),
      reserved: BigInt(reserved ?? 0),
      limit: limit === null || limit === undefined ? null : BigInt(limit),
      isReached: reached === "1",
    };
  }

  async #run(script: string, values: string[], signal: AbortSignal): Promise<unknown> {
    return await this.#link.use(
      async () => await this.#link.client.eval(script, { keys: this.#keys, arguments: values }),
      signal,
    );
  }
}
