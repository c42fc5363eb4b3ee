import { Worker } from "node:worker_threads";
import { AppError } from "../../errors.ts";
import {
  type TaskCourse,
  tasks,
  type TaskInput,
  type TaskName,
  type TaskResult,
  type ThreadMessage,
  type ThreadOrder,
  type ThreadWork,
} from "./worker-tasks.ts";

/** What threads are made of; the engine is one. */
interface ThreadSource {
  readonly stop: AbortSignal;
  /** The file that threads begin with; null: there are none. */
  readonly thread: string | null;
}

/** What ends a thread's work, and the error reported then. */
interface Bounds {
  /** Seconds without a result or a sign, and seconds in all. */
  readonly idleTimeout: number;
  readonly limit: number;
  readonly onSlow: () => Error;
  /** Where it needs more memory than it may have. */
  readonly onMemory: () => Error;
}

/** Megabytes that the work of a thread may take. */
const memory = 2048;

/** A task that gives one result each time it is asked for one. */
export interface Task<Name extends TaskName> {
  /**
   * The next result; undefined when there is none left.
   *
   * @param value what the task is told with the request
   * @throws AppError `interrupted`, those of the task, and of the bounds; it gives no result after that
   */
  next(value?: unknown): Promise<TaskResult<Name> | undefined>;
  /** Says that nobody waits any more for the result that is being made. It is given nevertheless, as far as it came. */
  leave(): void;
  /** Lets it end in order; nothing waits for it, the end of the program neither. */
  end(): void;
  /** Ends it at once, whatever it computes. */
  kill(): void;
}

/** A task in a thread of its own; in this one where there are no threads. */
export function openTask<Name extends TaskName>(
  engine: ThreadSource,
  name: Name,
  input: TaskInput<Name>,
  bounds: Bounds,
): Task<Name> {
  return engine.thread === null
    ? taskHere(name, input)
    : new ThreadTask(engine.stop, engine.thread, { name, input }, bounds);
}

/**
 * The results of a task, which runs in a thread of its own: a signal ends it at once, whatever it computes, and so does a bound.
 *
 * @throws AppError as `Task.next`
 */
export async function* beside<Name extends TaskName>(
  engine: ThreadSource,
  name: Name,
  input: TaskInput<Name>,
  bounds: Bounds,
): AsyncGenerator<TaskResult<Name>> {
  const task = openTask(engine, name, input, bounds);
  try {
    for (;;) {
      const result = await task.next();
      if (result === undefined) return;
      yield result;
    }
  } finally {
    task.kill();
  }
}

function taskHere<Name extends TaskName>(name: Name, input: TaskInput<Name>): Task<Name> {
  let wanted = new AbortController();
  const run = tasks[name] as (input: TaskInput<Name>, course: TaskCourse) => AsyncGenerator<TaskResult<Name>>;
  const results = run(input, { sign: () => {}, signal: () => wanted.signal });
  const end = () => {
    wanted.abort();
    void results.return(undefined);
  };
  const next = async (value?: unknown) => {
    wanted = new AbortController();
    const result = await results.next(value);
    return result.done === true ? undefined : result.value;
  };
  return { next, leave: () => wanted.abort(), end, kill: end };
}

class ThreadTask<Name extends TaskName> implements Task<Name> {
  readonly #worker: Worker;
  readonly #stop: AbortSignal;
  readonly #bounds: Bounds;
  /** On the clock of `performance.now()`. */
  readonly #latest: number;

  constructor(stop: AbortSignal, thread: string, work: ThreadWork, bounds: Bounds) {
    this.#stop = stop;
    this.#bounds = bounds;
    this.#latest = performance.now() + bounds.limit * 1000;
    this.#worker = new Worker(thread, {
      workerData: work,
      resourceLimits: { maxOldGenerationSizeMb: memory },
      // What it would say is no part of any answer.
      stdout: true,
      stderr: true,
    });
  }

  async next(value?: unknown): Promise<TaskResult<Name> | undefined> {
    if (performance.now() > this.#latest) throw this.#bounds.onSlow();
    const answer = await this.#ask(value);
    if (answer.type === "error") throw new AppError(answer.code, answer.details);
    if (answer.type === "failure") throw Object.assign(new Error(answer.message), { stack: answer.stack });
    return answer.type === "result" ? (answer.result as TaskResult<Name>) : undefined;
  }

  leave(): void {
    this.#tell({ do: "leave" });
  }

  end(): void {
    this.#tell({ do: "end" });
    this.#worker.unref();
  }

  kill(): void {
    // Not awaited: it ends when it can.
    void this.#worker.terminate();
  }

  #tell(order: ThreadOrder): void {
    // A worker takes no target origin, unlike a window.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    this.#worker.postMessage(order);
  }

  /** Asks for the next result, and waits for it. */
  async #ask(value: unknown): Promise<ThreadMessage> {
    const { idleTimeout, onSlow, onMemory } = this.#bounds;
    const worker = this.#worker;
    const ended = new AbortController();
    const { signal } = ended;
    try {
      return await new Promise((resolve, reject) => {
        const interrupted = () => reject(new AppError("interrupted", {}));
        if (this.#stop.aborted) return interrupted();
        this.#stop.addEventListener("abort", interrupted, { signal });
        const timer = setTimeout(() => reject(onSlow()), idleTimeout * 1000);
        signal.addEventListener("abort", () => clearTimeout(timer));
        const hear = (message: ThreadMessage) => {
          if (message.type === "sign")
            return performance.now() > this.#latest ? reject(onSlow()) : void timer.refresh();
          worker.off("message", hear);
          return resolve(message);
        };
        worker.on("message", hear);
        worker.once("error", (error: Error & { code?: string }) =>
          reject(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? onMemory() : error),
        );
        this.#tell({ do: "next", value });
      });
    } finally {
      ended.abort();
      worker.removeAllListeners("message").removeAllListeners("error");
      // A thread that is ended may still fail.
      worker.on("error", () => {});
    }
  }
}
