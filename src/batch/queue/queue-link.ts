import { createClient } from "@redis/client";
import { Queue } from "bullmq";
import { AppError } from "../../errors.ts";
import { isPassingFailure, isPasswordFailure, redisFailure } from "../../redis-failure.ts";

export interface QueueServer {
  /** `redis://user:password@host:port/database`, `rediss://` for TLS. */
  readonly url: string;
  /** The same as it may be shown. */
  readonly shownUrl: string;
}

/** Keys of a run. */
export interface RunKeys {
  /** Its version, parameters and spending. */
  readonly record: string;
  /** Results whose job another worker may have. */
  readonly late: string;
  /** The submitter's. */
  readonly lease: string;
  /** What is set aside for items under way. */
  readonly reserved: string;
}

type QueueClient = ReturnType<typeof newClient>;

/** What a server's settings may do to the queue: lose it at a restart; drop parts of it when memory is short, by that policy. */
export type QueueRisk = { readonly kind: "volatile" } | { readonly kind: "eviction"; readonly policy: string };

/** Names of all that is stored begin so. */
export const queuePrefix = "deepseek-chat";
export const queueName = "batch";
const keyOf = (part: string, run: string) => `${queuePrefix}:${queueName}-${part}:${run}`;

/** The first version whose commands BullMQ can rely on. */
const oldest = [6, 2];

/** Milliseconds to connect at first, and between two attempts to connect again. */
const patience = 10_000;
const longestDelay = 2000;

/** A connection to the queue, which is made again whenever it breaks. */
export class QueueLink implements AsyncDisposable {
  readonly client: QueueClient;
  readonly queue: Queue;
  readonly risks: readonly QueueRisk[];
  readonly #server: QueueServer;
  readonly #listeners = new Set<(isConnected: boolean) => void>();
  #fatal: unknown = null;

  private constructor(server: QueueServer, client: QueueClient, risks: readonly QueueRisk[]) {
    this.#server = server;
    this.client = client;
    this.risks = risks;
    client.on("error", (error) => {
      if (isPasswordFailure(error)) this.#fatal = error;
      this.#tell(false);
    });
    client.on("ready", () => this.#tell(true));
    this.queue = new Queue(queueName, {
      connection: client,
      prefix: queuePrefix,
      // Its own check prints to the terminal.
      skipVersionCheck: true,
      streams: { events: { maxLen: 100 } },
    });
    this.queue.on("error", () => {});
  }

  /** @throws AppError `queue_unavailable` */
  static async open(server: QueueServer): Promise<QueueLink> {
    let isFirst = true;
    let client: QueueClient | null = null;
    try {
      client = newClient(server.url, (tries, error) => delayAfter(tries, error, isFirst));
      client.on("error", () => {});
      await within(client.connect(), patience);
      const risks = await inspect(client);
      isFirst = false;
      return new QueueLink(server, client, risks);
    } catch (error) {
      if (client?.isOpen === true) client.destroy();
      throw unavailable(server, error);
    }
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Names of keys of a run. */
  keysOf(run: string): RunKeys {
    return {
      record: keyOf("run", run),
      late: keyOf("late", run),
      lease: keyOf("lease", run),
      reserved: keyOf("reserved", run),
    };
  }

  /** Runs that are written down. */
  async runs(signal: AbortSignal): Promise<string[]> {
    const before = keyOf("run", "");
    return await this.use(async () => {
      const keys: string[] = [];
      for await (const some of this.client.scanIterator({ MATCH: `${before}*`, COUNT: 1000 })) keys.push(...some);
      return [...new Set(keys)].map((key) => key.slice(before.length)).sort();
    }, signal);
  }

  /** How many workers are connected; null where the server does not say. */
  async workers(): Promise<number | null> {
    try {
      return await this.queue.getWorkersCount();
    } catch {
      return null;
    }
  }

  /** @param listener called when the connection breaks, and when it is there again */
  listen(listener: (isConnected: boolean) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /**
   * Does what may be done twice, again and again until the server is there.
   *
   * @param signal ends the attempts
   * @throws AppError `queue_unavailable` where the server refuses it; `interrupted`; BullMQ's own errors
   */
  async use<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let tries = 0; ; tries++) {
      if (this.#fatal !== null) throw unavailable(this.#server, this.#fatal);
      try {
        const result = await untilAborted(work, signal);
        if (tries > 0) this.#tell(true);
        return result;
      } catch (error) {
        // Those with a number are BullMQ's: of the state of a job.
        if (error instanceof AppError || (error instanceof Error && "code" in error && typeof error.code === "number"))
          throw error;
        if (!isPassingFailure(error)) throw unavailable(this.#server, error);
        this.#tell(false);
        await untilAborted(async () => await sleep(Math.min(50 * 2 ** tries, longestDelay)), signal);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listeners.clear();
    await this.queue.close().catch(() => {});
    if (this.client.isOpen) this.client.destroy();
  }

  #isConnected = true;
  #tell(isConnected: boolean): void {
    if (isConnected === this.#isConnected) return;
    this.#isConnected = isConnected;
    for (const listener of this.#listeners) listener(isConnected);
  }
}

function newClient(url: string, reconnectStrategy: (tries: number, error: Error) => number | false) {
  // The older protocol: every version of the server speaks it.
  return createClient({ url, RESP: 2, socket: { connectTimeout: patience, reconnectStrategy } });
}

/** Milliseconds until the next attempt to connect; false where there is to be none. */
function delayAfter(tries: number, error: Error, isFirst: boolean): number | false {
  return isFirst || isPasswordFailure(error) ? false : Math.min(50 * 2 ** tries, longestDelay);
}

/** What the server is. @throws Error where it is too old, or none */
async function inspect(client: QueueClient): Promise<QueueRisk[]> {
  const info = await within(client.info(), patience);
  const valueOf = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, "mu").exec(info)?.[1] ?? null;
  const version = valueOf("redis_version");
  const [major = 0, minor = 0] = (version ?? "").split(".").map(Number);
  if (major < oldest[0]! || (major === oldest[0] && minor < oldest[1]!)) throw new Error("unsupported version");
  const policy = valueOf("maxmemory_policy") ?? "noeviction";
  const risks: QueueRisk[] = policy === "noeviction" ? [] : [{ kind: "eviction", policy }];
  if (valueOf("aof_enabled") === "0" && !(await savesSnapshots(client))) risks.unshift({ kind: "volatile" });
  return risks;
}

/** Whether the server writes snapshots by itself. One that does not let its settings be read is trusted to. */
async function savesSnapshots(client: QueueClient): Promise<boolean> {
  try {
    const [, save] = (await client.sendCommand(["CONFIG", "GET", "save"])) as unknown as string[];
    return save !== "";
  } catch {
    return true;
  }
}

function unavailable({ url, shownUrl }: QueueServer, error: unknown): AppError {
  // Without a cause, which may quote the password.
  return error instanceof AppError
    ? error
    : new AppError("queue_unavailable", { queue: shownUrl, reason: redisFailure(error, url) });
}

async function within<T>(promise: Promise<T>, limit: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("timeout")), limit);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/** @throws AppError `interrupted` once the signal is aborted */
async function untilAborted<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw new AppError("interrupted", {});
  const ended = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(new AppError("interrupted", {})), { signal: ended.signal });
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    ended.abort();
  }
}
