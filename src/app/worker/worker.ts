import { Worker } from "node:worker_threads";
import { AppError } from "../../errors.ts";
import type { Engine } from "../engine.ts";
import {
  tasks,
  type TaskInput,
  type TaskName,
  type TaskResult,
  type ThreadMessage,
  type ThreadWork,
} from "./worker-tasks.ts";

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

/**
 * The results of a task, which runs in a thread of its own: a signal ends it at once, whatever it computes, and so does a bound.
 *
 * @throws AppError `interrupted`, those of the task, and of `bounds`
 */
export async function* beside<Name extends TaskName>(
  engine: Pick<Engine, "stop" | "thread">,
  name: Name,
  input: TaskInput<Name>,
  bounds: Bounds,
): AsyncGenerator<TaskResult<Name>> {
  if (engine.thread === null) {
    const task = tasks[name] as (input: TaskInput<Name>, sign: () => void) => AsyncGenerator<TaskResult<Name>>;
    return yield* task(input, () => {});
  }
  const work: ThreadWork = { name, input };
  const worker = new Worker(engine.thread, {
    workerData: work,
    resourceLimits: { maxOldGenerationSizeMb: memory },
    // What it would say is no part of any answer.
    stdout: true,
    stderr: true,
  });
  const latest = performance.now() + bounds.limit * 1000;
  try {
    for (;;) {
      if (performance.now() > latest) throw bounds.onSlow();
      const answer = await ask(worker, engine.stop, bounds, latest);
      if (answer.type === "done") return;
      if (answer.type === "result") yield answer.result as TaskResult<Name>;
      if (answer.type === "error") throw new AppError(answer.code, answer.details);
      if (answer.type === "failure") throw Object.assign(new Error(answer.message), { stack: answer.stack });
    }
  } finally {
    // Not awaited: it ends when it can.
    void worker.terminate();
  }
}

/** Asks for the next result, and waits for it; `latest` is on the clock of `performance.now()`. */
async function ask(
  worker: Worker,
  stop: AbortSignal,
  { idleTimeout, onSlow, onMemory }: Bounds,
  latest: number,
): Promise<ThreadMessage> {
  const ended = new AbortController();
  const { signal } = ended;
  try {
    return await new Promise((resolve, reject) => {
      const interrupted = () => reject(new AppError("interrupted", {}));
      if (stop.aborted) return interrupted();
      stop.addEventListener("abort", interrupted, { signal });
      const timer = setTimeout(() => reject(onSlow()), idleTimeout * 1000);
      signal.addEventListener("abort", () => clearTimeout(timer));
      const hear = (message: ThreadMessage) => {
        if (message.type === "sign") return performance.now() > latest ? reject(onSlow()) : void timer.refresh();
        worker.off("message", hear);
        return resolve(message);
      };
      worker.on("message", hear);
      worker.once("error", (error: Error & { code?: string }) =>
        reject(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? onMemory() : error),
      );
      // A worker takes no target origin, unlike a window.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      worker.postMessage("next");
    });
  } finally {
    ended.abort();
    worker.removeAllListeners("message").removeAllListeners("error");
    // A thread that is ended may still fail.
    worker.on("error", () => {});
  }
}
