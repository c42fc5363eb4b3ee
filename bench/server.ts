/**
 * A local chat-completions server in a thread of its own, so that it answers while the bench reads what a program writes, or waits
 * for one. It notes on the bench's clock when what arrived and when what left.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** How the server answers from now on. */
export type Answer =
  /** A short text at once. */
  | { readonly kind: "short" }
  /** Words `T000000 ` and so on, one a chunk. `interval` is in milliseconds. */
  | { readonly kind: "numbered"; readonly count: number; readonly interval: number }
  /** Markdown of about so many characters in chunks of eight, as fast as they are taken. */
  | { readonly kind: "long"; readonly characters: number };

/** Times are of `now()`. */
export interface ServerLog {
  /** When the head of each question's request had arrived. */
  readonly requests: readonly number[];
  /** When each numbered word was written, by its number. */
  readonly chunks: readonly number[];
}

export type Order = { readonly do: "answer"; readonly answer: Answer } | { readonly do: "log" };
export type Report = { readonly port: number } | { readonly log: ServerLog };

export class BenchServer implements AsyncDisposable {
  readonly url: string;
  readonly #worker: Worker;

  private constructor(worker: Worker, port: number) {
    this.#worker = worker;
    this.url = `http://127.0.0.1:${port}/v1`;
  }

  static async open(): Promise<BenchServer> {
    const worker = new Worker(new URL("server-thread.ts", import.meta.url));
    const report = await nextReport(worker);
    return new BenchServer(worker, "port" in report ? report.port : 0);
  }

  /** Returns when the server answers so. */
  async answerWith(answer: Answer): Promise<void> {
    await this.#order({ do: "answer", answer });
  }

  /** What happened since this was last called. */
  async takeLog(): Promise<ServerLog> {
    return await this.#order({ do: "log" });
  }

  async #order(order: Order): Promise<ServerLog> {
    const report = nextReport(this.#worker);
    this.#worker.postMessage(order, []);
    const given = await report;
    if (!("log" in given)) throw new Error("The server's thread reports out of order.");
    return given.log;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}

async function nextReport(worker: Worker): Promise<Report> {
  // Rejects when the thread fails.
  const [report] = (await once(worker, "message")) as [Report];
  return report;
}
