import { AppError } from "../../errors.ts";

/** The part of the longest answer that may come as one event (parsed it may take forty times as much) or bring no content. */
const share = 1 / 16;
/** Bytes of the longest event, or message of a WebSocket, where the longest answer has `maxAnswer`. */
export function maxEvent(maxAnswer: number): number {
  return maxAnswer * share;
}

/** Bytes around the content of a chunk that are no excess: some services send usage, probabilities and ids with each. */
const bytesPerChunk = 8 * 1024;
/** Bytes that carry one character: in JSON it may be written as an escape. */
const bytesPerCharacter = 8;

/**
 * The body as it is, ended when an event, or an answer in one piece, is beyond all measure. Events end at a blank line; a body
 * that is neither a stream nor JSON counts as one event.
 *
 * @param provider names the sender
 * @param maxAnswer bytes of the longest answer
 * @throws AppError `flooded`
 */
export async function* limited(
  body: AsyncIterable<Buffer>,
  provider: string,
  maxAnswer: number,
): AsyncGenerator<Buffer> {
  const weight = new BodyWeight();
  let event = 0;
  let end: Buffer = Buffer.alloc(0);
  for await (const bytes of body) {
    const isWhole = weight.isJson(bytes);
    const after = isWhole ? 0 : afterBlankLine(bytes);
    if (after > 0) event = bytes.length - after;
    else {
      // A blank line may lie across two pieces.
      const ended = !isWhole && afterBlankLine(Buffer.concat([end, bytes.subarray(0, 2)])) > 0;
      event = (ended ? 0 : event) + bytes.length;
    }
    end = bytes.length > 1 ? bytes.subarray(-2) : Buffer.concat([end, bytes]).subarray(-2);
    const limit = isWhole ? maxAnswer : maxAnswer * share;
    if (event > limit) throw flooded(provider, limit);
    yield bytes;
  }
}

/** What the bytes of a body weigh before its content is known: all of a stream's, and of JSON those outside of its strings. */
export class BodyWeight {
  /** Null until something came that is not blank. */
  #isJson: boolean | null = null;
  #inString = false;
  #isEscaped = false;

  /** Whether the body is JSON, an answer in one piece: its first byte tells. False as long as only blanks came. */
  isJson(bytes: Buffer): boolean {
    this.#isJson ??= startsJson(bytes);
    return this.#isJson === true;
  }

  /**
   * How many of the next bytes count as excess. Parsed, what stands outside of strings may take forty times as much memory, and a
   * string as much as it is long.
   */
  of(bytes: Buffer): number {
    if (!this.isJson(bytes)) return bytes.length;
    let outside = 0;
    for (const byte of bytes) {
      if (!this.#inString) {
        outside++;
        this.#inString = byte === quote;
      } else if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === backslash) this.#isEscaped = true;
      else if (byte === quote) this.#inString = false;
    }
    return outside;
  }
}

const quote = 0x22;
const backslash = 0x5c;
/** Blanks, and the bytes of a byte order mark. */
const blanks = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);
const jsonStarts = new Set(Buffer.from('[{"'));

/** Null where there are only blanks. */
function startsJson(bytes: Buffer): boolean | null {
  const first = bytes.find((byte) => !blanks.has(byte));
  return first === undefined ? null : jsonStarts.has(first);
}

/** Where the last event that is whole ends; 0 when none does. */
function afterBlankLine(bytes: Buffer): number {
  const ends = ["\n\n", "\n\r\n", "\r\r"].map((end) => {
    const at = bytes.lastIndexOf(end, undefined, "latin1");
    return at < 0 ? 0 : at + end.length;
  });
  return Math.max(...ends);
}

/** The error for an answer, or a part of one, beyond all measure; `limit` in bytes. */
export function flooded(provider: string, limit: number): AppError {
  const size = limit < mebibyte ? `${limit / 1024} KB` : `${limit / mebibyte} MB`;
  return new AppError("flooded", { provider, limit: size });
}

const mebibyte = 1024 * 1024;

/**
 * Guards against a service that never ends: adds up an answer, and the bytes that came beyond what its content accounts for. The
 * bytes of an honest answer are no limit of their own: in small chunks they are fifty times its text.
 */
export class AnswerLimit {
  readonly #provider: string;
  readonly #max: number;
  #answer = 0;
  #excess = 0;

  /**
   * @param provider names the sender
   * @param maxAnswer bytes of the longest answer
   */
  constructor(provider: string, maxAnswer: number) {
    this.#provider = provider;
    this.#max = maxAnswer;
  }

  /**
   * Before a piece of the body is read.
   *
   * @param count bytes as `BodyWeight` counts them
   * @throws AppError `flooded` when too much came before it that brought no content
   */
  bytes(count: number): void {
    // What came last has been read by now, and its content taken off.
    if (this.#excess > this.#max * share) throw flooded(this.#provider, this.#max * share);
    this.#excess += count;
  }

  /** A chunk had text or thinking; calls of tools, which nobody reads, are no content. */
  chunk(): void {
    this.#excess = Math.max(0, this.#excess - bytesPerChunk);
  }

  /** @throws AppError `flooded` when the answer is longer than any may be */
  text(text: string): void {
    this.#excess = Math.max(0, this.#excess - text.length * bytesPerCharacter);
    this.#answer += Buffer.byteLength(text);
    if (this.#answer > this.#max) throw flooded(this.#provider, this.#max);
  }
}

/**
 * Returns the body in pieces that end with a line, except the last. Searching the whole buffer for line ends each time would take
 * minutes for a long line in small pieces.
 */
export async function* wholeLines(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  for await (const bytes of body) {
    const end = Math.max(bytes.lastIndexOf(10), bytes.lastIndexOf(13)) + 1;
    if (end > 0) {
      const whole = bytes.subarray(0, end);
      yield held.length === 0 ? whole : Buffer.concat([...held, whole]);
      held = [];
    }
    if (end < bytes.length) held.push(bytes.subarray(end));
  }
  if (held.length > 0) yield Buffer.concat(held);
}
