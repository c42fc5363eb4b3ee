import { AppError } from "../../errors.ts";

/** Bytes: more than any honest event of a stream, or answer in one piece; parsed it may take thirty times as much. */
const eventLimit = 8 * 1024 * 1024;
/** Bytes: more than any honest stream; 384K tokens are about 2 MB of text, in small chunks some 100 MB of JSON. */
const bodyLimit = 256 * 1024 * 1024;
/** Characters of one answer, thinking included: four times the longest that a service offers. */
const textLimit = 8 * 1024 * 1024;

/**
 * The body as it is, ended when an event or the whole is beyond all measure. Events end at a blank line; a body that is no
 * stream counts as one.
 *
 * @param host names the sender
 * @throws AppError `flooded`
 */
export async function* limited(body: AsyncIterable<Buffer>, host: string): AsyncGenerator<Buffer> {
  let event = 0;
  let total = 0;
  let end: Buffer = Buffer.alloc(0);
  for await (const bytes of body) {
    total += bytes.length;
    // A blank line may lie across two pieces.
    const seam = Buffer.concat([end, bytes.subarray(0, 2)]);
    const after = afterBlankLine(bytes);
    if (after > 0) event = bytes.length - after;
    else event = (afterBlankLine(seam) > 0 ? 0 : event) + bytes.length;
    end = bytes.length > 1 ? bytes.subarray(-2) : Buffer.concat([end, bytes]).subarray(-2);
    if (event > eventLimit) throw flooded(host, eventLimit);
    if (total > bodyLimit) throw flooded(host, bodyLimit);
    yield bytes;
  }
}

/** Where the last event that is whole ends; 0 when none does. */
function afterBlankLine(bytes: Buffer): number {
  const ends = ["\n\n", "\n\r\n", "\r\r"].map((end) => {
    const at = bytes.lastIndexOf(end, undefined, "latin1");
    return at < 0 ? 0 : at + end.length;
  });
  return Math.max(...ends);
}

function flooded(host: string, limit: number): AppError {
  return new AppError("flooded", { provider: host, limit: `${limit / 1024 / 1024} MiB` });
}

/** Adds up an answer. */
export class TextLimit {
  readonly #host: string;
  #length = 0;

  /** @param host names the sender */
  constructor(host: string) {
    this.#host = host;
  }

  /** @throws AppError `flooded` when the answer is longer than any can be */
  add(text: string): void {
    this.#length += text.length;
    if (this.#length > textLimit) throw flooded(this.#host, textLimit);
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
      yield Buffer.concat([...held, bytes.subarray(0, end)]);
      held = [];
    }
    if (end < bytes.length) held.push(bytes.subarray(end));
  }
  if (held.length > 0) yield Buffer.concat(held);
}
