import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { AppError } from "../errors.ts";
import { hostAndPort, type ListenAddress } from "./listen-address.ts";

/** What Prometheus reads, as it is now. */
export interface MetricsPage {
  readonly contentType: string;
  readonly text: () => Promise<string>;
}

export interface MetricsEndpoint extends Disposable {
  /** With the port that was found for 0. */
  readonly url: string;
  /**
   * Waits until the metrics have been read once more, where somebody reads them, so that the last figures are not missing there. It
   * waits at most twice the time between two readings, a minute, or until `stop`.
   */
  readonly lastReading: (stop: AbortSignal) => Promise<void>;
}

/** Milliseconds to wait for another reading: at most, and where there was but one so far. */
const [maxWait, usualWait] = [60_000, 30_000];

/** When the metrics are read. */
class Readings {
  #last: number | null = null;
  #pause = usualWait / 2;
  readonly #waiting = new Set<() => void>();

  note(): void {
    const now = performance.now();
    if (this.#last !== null) this.#pause = now - this.#last;
    this.#last = now;
    for (const resolve of this.#waiting) resolve();
  }

  async next(stop: AbortSignal): Promise<void> {
    if (this.#last === null) return;
    if (stop.aborted) return;
    await new Promise<void>((resolve) => {
      // Neither the server nor a signal's own timer would keep the program running.
      const timer = setTimeout(done, Math.min(maxWait, Math.ceil(this.#pause * 2)));
      this.#waiting.add(done);
      stop.addEventListener("abort", done, { once: true });
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
    });
  }
}

/**
 * Serves metrics at `/metrics` to whoever asks, and keeps no program running.
 *
 * @throws AppError `address_unusable` where it cannot listen there
 */
export async function serveMetrics(address: ListenAddress, page: MetricsPage): Promise<MetricsEndpoint> {
  const readings = new Readings();
  const server = createServer(({ method = "", url = "" }, response) => {
    const path = url.split("?", 1)[0];
    if (method !== "GET" && method !== "HEAD") return answer(response, 405, "Method not allowed\n");
    if (path !== "/metrics") return answer(response, 404, "See /metrics\n");
    void readPage(page, readings, response);
  });
  await listening(server, address);
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${hostAndPort({ host: address.host, port })}/metrics`,
    lastReading: async (stop) => await readings.next(stop),
    [Symbol.dispose]: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function readPage(page: MetricsPage, readings: Readings, response: ServerResponse): Promise<void> {
  try {
    const text = await page.text();
    response.once("finish", () => readings.note());
    answer(response, 200, text, page.contentType);
  } catch {
    answer(response, 500, "The metrics can't be read\n");
  }
}

async function listening(server: Server, address: ListenAddress): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(address.port, address.host, resolve);
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new AppError(
      "address_unusable",
      { address: hostAndPort(address), reason: code ?? message },
      { cause: error },
    );
  }
}

function answer(response: ServerResponse, status: number, text: string, type = "text/plain; charset=utf-8"): void {
  response.writeHead(status, { "Content-Type": type, "Content-Length": Buffer.byteLength(text) }).end(text);
}
