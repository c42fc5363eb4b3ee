import { closeSync, constants, fstatSync, open, read, type Stats } from "node:fs";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { devNull } from "node:os";
import { promisify } from "node:util";
import { AppError, systemReason } from "../../errors.ts";

const opened = promisify(open);
const readPiece = promisify(read);

/** Bytes of all that goes with one question: a service takes a body of some 48 MiB, and pictures grow by a third in it. */
export const maxInputBytes = 32 * 1024 * 1024;

/** Milliseconds without a byte from a pipe, after which a notice names what is awaited. */
const silenceMs = 1000;

/** The same as people read it. */
export const maxInputSize = `${maxInputBytes / 1_048_576} MiB`;

export interface InputOptions {
  /** What errors call it. */
  readonly name: string;
  /** Bytes; a larger file is refused, where its size is known before it is read. */
  readonly maxBytes: number;
  /** Ends the reading. */
  readonly stop: AbortSignal;
  /** Called once when a pipe has given nothing for a second; `begun` tells whether anything came before. */
  readonly onSilence?: (begun: boolean) => void;
  /** Called for each piece that a pipe gives. */
  readonly onData?: () => void;
}

/**
 * The bytes of a file, or of a pipe such as a shell's `<(command)`, up to its end. A device has none; a folder is none.
 *
 * @param path absolute
 * @throws AppError `input_unreadable`; `interrupted` when `stop` comes first
 */
export async function readInput(path: string, options: InputOptions): Promise<Buffer> {
  if (path === devNull) return Buffer.alloc(0);
  try {
    // Opened without waiting for the writer of a pipe, which couldn't be interrupted. Windows has no such flag.
    const descriptor = await opened(path, constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0));
    return await readOpened(descriptor, options);
  } catch (error) {
    if (options.stop.aborted) throw new AppError("interrupted", {}, { cause: error });
    if (error instanceof AppError) throw error;
    throw new AppError("input_unreadable", { path: options.name, reason: systemReason(error) }, { cause: error });
  }
}

/** Reads and closes. */
async function readOpened(descriptor: number, options: InputOptions): Promise<Buffer> {
  const stat = fstatSync(descriptor);
  if (stat.isFIFO()) {
    // It closes the descriptor itself.
    const socket = new Socket({ fd: descriptor, readable: true, writable: false });
    return await readStream(socket, options).finally(() => socket.destroy());
  }
  try {
    const reason = refusalOf(stat);
    if (reason !== null) throw new AppError("input_unreadable", { path: options.name, reason });
    if (stat.size > options.maxBytes) throw tooLarge(options);
    return await readFile(descriptor, options);
  } finally {
    closeSync(descriptor);
  }
}

function refusalOf(stat: Stats): string | null {
  if (stat.isFile() || stat.isFIFO()) return null;
  return stat.isDirectory() ? "EISDIR" : "device";
}

function tooLarge({ name, maxBytes }: InputOptions): AppError {
  const limit = `${Math.floor(maxBytes / 1048576)} MiB`;
  return new AppError("input_unreadable", { path: name, reason: "too_large", limit });
}

/** Sizes lie, in /proc for instance: what counts is what comes. */
async function readFile(descriptor: number, options: InputOptions): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for (;;) {
    options.stop.throwIfAborted();
    const { bytesRead, buffer } = await readPiece(descriptor, Buffer.allocUnsafe(1 << 20), 0, 1 << 20, null);
    if (bytesRead === 0) return Buffer.concat(pieces);
    length += bytesRead;
    if (length > options.maxBytes) throw tooLarge(options);
    pieces.push(buffer.subarray(0, bytesRead));
  }
}

/**
 * All that comes from a stream up to its end.
 *
 * @throws AppError `input_unreadable` for more than `maxBytes`; `interrupted` when `stop` comes first; the stream's error
 */
export async function readStream(stream: Readable, options: InputOptions): Promise<Buffer> {
  const { maxBytes, stop, onSilence, onData } = options;
  const pieces: Buffer[] = [];
  let length = 0;
  const leave = () => stream.destroy(new AppError("interrupted", {}));
  if (stop.aborted) leave();
  stop.addEventListener("abort", leave, { once: true });
  let reported = false;
  const timer = setTimeout(() => {
    reported = true;
    onSilence?.(length > 0);
  }, silenceMs);
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      if (!reported) timer.refresh();
      onData?.();
      length += piece.length;
      if (length > maxBytes) throw tooLarge(options);
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  } finally {
    clearTimeout(timer);
    stop.removeEventListener("abort", leave);
  }
}
