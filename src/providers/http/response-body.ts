import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import * as zlib from "node:zlib";
import { Queue } from "../../async-queue.ts";

/** Bytes that wait to be read before no more are taken from the connection. */
export const maxWaiting = 1024 * 1024;
/** Bytes that are given together, as many as one read of a connection brings: all that is made of them is in memory at once. */
export const maxTogether = 64 * 1024;
/** Bytes of a body that is long. */
const long = 256 * 1024;

/**
 * The body of a response, with all that had come when the connection broke: a stream of Node's forgets then what nobody has
 * read yet. It is taken from the connection from here on, read or not.
 */
export class ReceivedBody implements AsyncIterable<Buffer> {
  readonly #incoming: IncomingMessage;
  readonly #queue = new Queue<Buffer>();
  #waiting = 0;
  #received = 0;
  #reason: unknown = null;
  #failure: unknown = null;
  #ended = false;

  constructor(incoming: IncomingMessage) {
    this.#incoming = incoming;
    incoming.on("data", (bytes: Buffer) => this.#take(bytes));
    incoming.once("end", () => this.#end(null));
    incoming.on("error", (error) => this.#end(this.#reason ?? error));
    incoming.once("close", () => this.#end(this.#reason ?? new Error("The connection was closed.")));
  }

  /** What the response will know only as its being cut. */
  set reason(error: unknown) {
    this.#reason ??= error;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    try {
      for await (const pieces of this.#queue.batches()) {
        for (const bytes of joined(pieces)) {
          yield bytes;
          this.#waiting -= bytes.length;
          if (this.#waiting < maxWaiting && this.#incoming.isPaused()) this.#incoming.resume();
          if (this.#waiting > 0) await aTurn();
        }
      }
      if (this.#failure !== null) throw this.#failure;
    } finally {
      if (!this.#ended) this.#incoming.destroy();
    }
  }

  #take(bytes: Buffer): void {
    this.#queue.push(bytes);
    this.#waiting += bytes.length;
    this.#received = afterBytes(this.#received, bytes.length);
    if (this.#waiting >= maxWaiting) this.#incoming.pause();
  }

  #end(failure: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.#queue.end();
  }
}

/**
 * Counts what was received, and keeps memory small once that is long.
 *
 * @returns all bytes with the new ones
 */
export function afterBytes(before: number, bytes: number): number {
  if (before < long && before + bytes >= long) keepYoungSpaceSmall();
  return before + bytes;
}

/**
 * Keeps V8's space for new objects at the size that it has. V8 doubles it, up to 64 MB, as long as objects survive, as the text of an
 * answer does. It reads this option at each garbage collection, the ones for a minimum and a maximum size only when it starts.
 * `node:v8` takes 2 ms to load, which short bodies do not pay.
 */
function keepYoungSpaceSmall(): void {
  process.getBuiltinModule("node:v8").setFlagsFromString("--semi-space-growth-factor=1");
}

/** A turn of the event loop, in which keys and signals are heard: reading and drawing all that waits may take half a second. */
export async function aTurn(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** What came together, however it was cut into chunks: fewer turns, and more is known at each. */
function* joined(pieces: readonly Buffer[]): Generator<Buffer> {
  let length = 0;
  let from = 0;
  for (const [index, piece] of pieces.entries()) {
    if (index > from && length + piece.length > maxTogether) {
      yield Buffer.concat(pieces.slice(from, index), length);
      from = index;
      length = 0;
    }
    length += piece.length;
  }
  yield pieces.length - from === 1 ? pieces[from]! : Buffer.concat(pieces.slice(from), length);
}

/** Made when needed: Node loads zlib at its first use, and hardly any body needs it. */
const lenient = () => ({ finishFlush: zlib.constants.Z_SYNC_FLUSH });
/** A map, as the name comes from outside: in a plain object `constructor` would be found too. */
const decoders: ReadonlyMap<string, () => NodeJS.ReadWriteStream> = new Map([
  ["gzip", () => zlib.createGunzip(lenient())],
  ["x-gzip", () => zlib.createGunzip(lenient())],
  ["deflate", () => zlib.createInflate(lenient())],
  ["br", () => zlib.createBrotliDecompress({ finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH })],
  ["zstd", () => zlib.createZstdDecompress({ finishFlush: zlib.constants.ZSTD_e_flush })],
]);

/**
 * Servers and proxies compress now and then though nobody asked them to. Where the body breaks off, what came of it is
 * decompressed first.
 *
 * @param encoding the header `content-encoding`: one, or several in the order in which they were applied; one that is not known
 *   leaves the body as it is
 */
export function decoded(body: AsyncIterable<Buffer>, encoding = "identity"): AsyncIterable<Buffer> {
  return encoding.split(",").reduceRight((bytes, name) => {
    const decoder = decoders.get(name.trim().toLowerCase())?.();
    return decoder === undefined
      ? bytes
      : through(bytes, decoder as unknown as NodeJS.ReadWriteStream & AsyncIterable<Buffer>);
  }, body);
}

async function* through(
  body: AsyncIterable<Buffer>,
  decoder: NodeJS.ReadWriteStream & AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  let failure: unknown = null;
  async function* calm(): AsyncGenerator<Buffer> {
    try {
      yield* body;
    } catch (error) {
      failure = error;
    }
  }
  const source = Readable.from(calm());
  try {
    for await (const bytes of source.pipe(decoder)) yield bytes;
    if (failure !== null) throw failure;
  } finally {
    source.destroy();
  }
}

/** The first bytes that are not blank, and the body with them still in it. */
export async function peek(body: AsyncIterable<Buffer>): Promise<{ first: string; body: AsyncIterable<Buffer> }> {
  const iterator = body[Symbol.asyncIterator]();
  const read: Buffer[] = [];
  let first = "";
  while (first.length < 8) {
    const { value, done } = await iterator.next();
    if (done === true) break;
    // Blank lines are signs of life while the request waits; only the last of them is kept.
    if (first === "") read.length = 0;
    read.push(value);
    first = Buffer.concat(read)
      .subarray(0, 1024)
      .toString("utf8")
      .replace(/^\uFEFF/u, "")
      .trimStart();
  }
  return { first, body: rejoined(read, iterator) };
}

async function* rejoined(read: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* read;
    while (true) {
      const { value, done } = await rest.next();
      if (done === true) return;
      yield value;
    }
  } finally {
    await rest.return?.();
  }
}

/** The whole body. */
export async function wholeBody(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}
