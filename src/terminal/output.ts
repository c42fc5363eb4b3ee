import { constants, fstatSync, openSync, writeSync } from "node:fs";
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

/** Bytes that an empty pipe takes at once on every system: Linux has room for 64 KiB, macOS for 16. */
const pipeRoom = 16_384;

/**
 * How a standard stream is written. Files and devices are by their descriptor: Node's own stream passes over a write that took only
 * a part. So is what a pipe has room for, for Node's stream loads 28 modules (4 ms); what comes after it, and terminals, are by that.
 * A pipe that others filled must not stop the program, so it is opened once more for writing without waiting.
 */
type Target = "descriptor" | "pipe" | "stream";

/**
 * One of the two standard streams. A write that fails is known and loses the stream; it never throws, and what is written
 * from then on is dropped.
 */
export class Output {
  readonly isTerminal: boolean;
  readonly #fd: 1 | 2;
  /** What is written to as long as the target is no stream: `#fd`, or the same pipe opened once more. */
  readonly #descriptor: number;
  #target: Target;
  /** Bytes that a pipe may still be given at once. */
  #room = pipeRoom;
  #stream: NodeJS.WriteStream | null;
  #loss: OutputLoss | null = null;
  readonly #listeners = new Set<(loss: OutputLoss) => void>();

  constructor(fd: 1 | 2) {
    this.isTerminal = isatty(fd);
    this.#fd = fd;
    [this.#target, this.#descriptor] = this.isTerminal ? ["stream", fd] : targetOf(fd);
    this.#stream = this.#target === "stream" ? this.#open() : null;
  }

  /** Node's own stream. */
  get stream(): NodeJS.WriteStream {
    return (this.#stream ??= this.#open());
  }

  /** Of a terminal; 0 for anything else, and where it has none. */
  get columns(): number {
    return this.isTerminal ? this.stream.columns : 0;
  }

  /** As `columns`. */
  get rows(): number {
    return this.isTerminal ? this.stream.rows : 0;
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
    if (this.#target === "stream") this.stream.write(text);
    else this.#toDescriptor(Buffer.from(text));
  }

  /** Resolves when all that was written has been taken, the stream is lost, or `stop` comes. */
  async drained(stop: AbortSignal): Promise<void> {
    const stream = this.#stream;
    if (this.#loss !== null || stream === null || stream.writableLength === 0 || stop.aborted) return;
    await new Promise<void>((resolve) => {
      stop.addEventListener("abort", () => resolve(), { once: true });
      this.onLoss(() => resolve());
      stream.write("", () => resolve());
    });
  }

  #open(): NodeJS.WriteStream {
    const stream = this.#fd === 1 ? process.stdout : process.stderr;
    // Also for those who write to the stream themselves, as the spinner and the prompts do.
    stream.on("error", (error: NodeJS.ErrnoException) => this.#fail(error));
    return stream;
  }

  #toDescriptor(bytes: Buffer): void {
    let rest = bytes;
    let pauses = 0;
    while (rest.length > 0) {
      if (this.#target === "pipe" && rest.length > this.#room) return this.#toStream(rest);
      try {
        const taken = writeSync(this.#descriptor, rest);
        rest = rest.subarray(taken);
        this.#room -= taken;
        pauses = 0;
      } catch (error) {
        const failure = error as NodeJS.ErrnoException;
        if (failure.code !== "EAGAIN") return this.#fail(failure);
        if (this.#target === "pipe") return this.#toStream(rest);
        if (++pauses > maxPauses) return this.#fail(failure);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
      }
    }
  }

  /** From now on a reader that is slow must not stop the program. */
  #toStream(bytes: Buffer): void {
    this.#target = "stream";
    this.stream.write(bytes);
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

/** A standard stream that is asked for its size, and to which nothing is written. */
export class SilentOutput extends Output {
  override write(): void {}

  override async drained(): Promise<void> {}
}

function targetOf(fd: 1 | 2): [Target, number] {
  try {
    const stat = fstatSync(fd);
    if (stat.isFile()) return ["descriptor", fd];
    if (process.platform === "win32") return ["stream", fd];
    if (stat.isCharacterDevice()) return ["descriptor", fd];
    // Only Linux opens a pipe once more by its descriptor; a socket belongs to the program at its other end alone, and has room.
    if (stat.isFIFO()) return ["pipe", openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK)];
    return [stat.isSocket() ? "pipe" : "stream", fd];
  } catch {
    return ["stream", fd];
  }
}

/** Both, made at first use. */
let outputs: { readonly out: Output; readonly err: Output } | undefined;

export function standardOutputs(): { readonly out: Output; readonly err: Output } {
  return (outputs ??= { out: new Output(1), err: new Output(2) });
}
