import { fstatSync, writeSync } from "node:fs";
import { isatty } from "node:tty";

/** Why nothing more reaches a standard stream. */
export type OutputLoss =
  /** The reader is gone (`| head`, a closed terminal). */
  | { readonly kind: "closed" }
  /** The system refuses to take more; `reason` is its name of the failure, e.g. `ENOSPC`. */
  | { readonly kind: "refused"; readonly reason: string };

/** Milliseconds to wait before another try, and how many without progress, where a device takes nothing at the moment. */
const pauseMs = 10;
const maxPauses = 500;

/**
 * One of the two standard streams. A write that fails is known and loses the stream; it never throws, and what is written
 * from then on is dropped.
 */
export class Output {
  readonly isTerminal: boolean;
  readonly #stream: NodeJS.WriteStream;
  /** Set for files and devices, which are written here: Node's own stream passes over a write that took only a part. */
  readonly #file: number | null;
  #loss: OutputLoss | null = null;
  readonly #listeners = new Set<(loss: OutputLoss) => void>();

  constructor(stream: NodeJS.WriteStream, fd: 1 | 2) {
    this.isTerminal = isatty(fd);
    this.#stream = stream;
    this.#file = !this.isTerminal && isFile(fd) ? fd : null;
    // Also for those who write to the stream themselves, as the spinner and the prompts do.
    stream.on("error", (error: NodeJS.ErrnoException) => this.#fail(error));
  }

  /** Null as long as everything written has been taken. */
  get loss(): OutputLoss | null {
    return this.#loss;
  }

  /** @param listener called once, when the stream is lost; at once where it is already */
  onLoss(listener: (loss: OutputLoss) => void): void {
    if (this.#loss === null) this.#listeners.add(listener);
    else listener(this.#loss);
  }

  write(text: string | Uint8Array): void {
    if (this.#loss !== null || text.length === 0) return;
    if (this.#file === null) this.#stream.write(text);
    else this.#toFile(this.#file, Buffer.from(text));
  }

  /** Resolves when all that was written has been taken, the stream is lost, or `stop` comes. */
  async drained(stop: AbortSignal): Promise<void> {
    if (this.#loss !== null || this.#stream.writableLength === 0 || stop.aborted) return;
    await new Promise<void>((resolve) => {
      stop.addEventListener("abort", () => resolve(), { once: true });
      this.onLoss(() => resolve());
      this.#stream.write("", () => resolve());
    });
  }

  #toFile(fd: number, bytes: Buffer): void {
    let rest = bytes;
    let pauses = 0;
    while (rest.length > 0) {
      try {
        rest = rest.subarray(writeSync(fd, rest));
        pauses = 0;
      } catch (error) {
        const failure = error as NodeJS.ErrnoException;
        if (failure.code !== "EAGAIN" || ++pauses > maxPauses) return this.#fail(failure);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
      }
    }
  }

  #fail({ code, message }: NodeJS.ErrnoException): void {
    if (this.#loss !== null) return;
    // A terminal that was closed answers with EIO; a disk that does is broken.
    const closed = code === "EPIPE" || code === "ERR_STREAM_DESTROYED" || (code === "EIO" && this.isTerminal);
    this.#loss = closed ? { kind: "closed" } : { kind: "refused", reason: code ?? message };
    for (const listener of this.#listeners) listener(this.#loss);
    this.#listeners.clear();
  }
}

function isFile(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isFile() || (stat.isCharacterDevice() && process.platform !== "win32");
  } catch {
    return false;
  }
}

/** Both, made at first use. */
let outputs: { readonly out: Output; readonly err: Output } | undefined;

export function standardOutputs(): { readonly out: Output; readonly err: Output } {
  return (outputs ??= { out: new Output(process.stdout, 1), err: new Output(process.stderr, 2) });
}
