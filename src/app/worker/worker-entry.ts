import { parentPort, workerData } from "node:worker_threads";
import { AppError } from "../../errors.ts";
import { type TaskCourse, tasks, type ThreadMessage, type ThreadOrder, type ThreadWork } from "./worker-tasks.ts";

/** Milliseconds between two signs. */
const often = 500;

/** Does, within a thread, the work that it was begun with, one result each time it is asked for one. */
export function serveThread(): void {
  const port = parentPort!;
  const { name, input } = workerData as ThreadWork;
  const send = (message: ThreadMessage) => port.postMessage(message);
  let signed = 0;
  const sign = () => {
    if (performance.now() - signed < often) return;
    signed = performance.now();
    send({ type: "sign" });
  };
  let wanted = new AbortController();
  const course: TaskCourse = { sign, signal: () => wanted.signal };
  const results = (tasks[name] as (input: unknown, course: TaskCourse) => AsyncGenerator)(input, course);
  port.on("message", (order: ThreadOrder) => {
    if (order.do !== "next") wanted.abort();
    if (order.do === "end") void results.return(undefined).finally(() => port.close());
    if (order.do !== "next") return;
    wanted = new AbortController();
    results.next(order.value).then(
      ({ done, value }) => send(done === true ? { type: "done" } : { type: "result", result: value }),
      (error: unknown) => send(failureOf(error)),
    );
  });
}

function failureOf(error: unknown): ThreadMessage {
  if (error instanceof AppError) return { type: "error", code: error.code, details: error.details };
  const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  return { type: "failure", message, stack };
}
