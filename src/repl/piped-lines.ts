import { AppError } from "../errors.ts";
import { decodeText, type TextEncoding } from "../text-encoding.ts";
import type { InputLine, LineSource } from "./host.ts";

export interface PipedOptions {
  readonly stop: AbortSignal;
  /** Of the system, for lines whose encoding is not plain. */
  readonly locale: string;
  /** Called once when lines are in another encoding than UTF-8. */
  readonly onConverted: (encoding: TextEncoding) => void;
}

/** Bytes of a line. */
const maxLine = 32 * 1024 * 1024;

/** Each line that is piped in is one question; read no faster than they are answered. */
export function pipedLines(input: NodeJS.ReadStream, options: PipedOptions): LineSource {
  const lines = linesOf(input, options);
  options.stop.addEventListener("abort", () => input.destroy(), { once: true });
  return {
    async read(): Promise<InputLine> {
      const { value, done } = await lines.next();
      return done === true ? { kind: "end" } : { kind: "line", text: value };
    },
    hold: () => () => {},
    pauseQueue() {},
    multiline: false,
    release() {},
    lend: () => () => {},
    history: () => [],
    async close() {
      input.destroy();
    },
  };
}

/** Decoded one by one, so that none waits for the next; a byte order mark of UTF-16 holds for all of them. */
async function* linesOf(input: AsyncIterable<Buffer>, options: PipedOptions): AsyncGenerator<string, undefined> {
  const { stop, locale, onConverted } = options;
  const pieces: Buffer[] = [];
  let length = 0;
  let wide: "UTF-16LE" | "UTF-16BE" | null = null;
  let first = true;
  /** What has come and is no line yet; without the mark at the very start. */
  const gathered = (): Buffer => {
    const all = Buffer.concat(pieces.splice(0));
    if (!first) return all;
    first = false;
    wide = all.indexOf(leMark) === 0 ? "UTF-16LE" : all.indexOf(beMark) === 0 ? "UTF-16BE" : null;
    return wide === null ? all : all.subarray(2);
  };
  const decode = (bytes: Buffer): string => {
    const marked = wide === null ? bytes : Buffer.concat([wide === "UTF-16LE" ? leMark : beMark, bytes]);
    const decoded = decodeText(marked, locale);
    if (typeof decoded === "string") return bytes.toString("utf8");
    if (decoded.encoding !== "UTF-8") onConverted(decoded.encoding);
    return decoded.text;
  };
  try {
    for await (const piece of input) {
      pieces.push(piece);
      length += piece.length;
      if (length > maxLine) {
        throw new AppError("input_unreadable", { path: "stdin", reason: "too_large", limit: "32 MiB" });
      }
      // A long line comes in many pieces, which are put together once.
      if ((first && length < 2) || !piece.includes(0x0a)) continue;
      let rest = gathered();
      for (let end = lineEnd(rest, wide); end !== null; end = lineEnd(rest, wide)) {
        yield decode(rest.subarray(0, end.at)).replace(/\r$/u, "");
        rest = rest.subarray(end.next);
      }
      pieces.push(rest);
      length = rest.length;
    }
  } catch (error) {
    if (!stop.aborted) throw error;
  }
  const rest = gathered();
  if (rest.length > 0 && !stop.aborted) yield decode(rest).replace(/\r$/u, "");
  return undefined;
}

const leMark = Buffer.from([0xff, 0xfe]);
const beMark = Buffer.from([0xfe, 0xff]);

/** Where a line ends and the next one begins; null where there is no whole one. No other encoding has this byte in a character. */
function lineEnd(bytes: Buffer, wide: "UTF-16LE" | "UTF-16BE" | null): { at: number; next: number } | null {
  if (wide === null) {
    const at = bytes.indexOf(0x0a);
    return at < 0 ? null : { at, next: at + 1 };
  }
  const mark = wide === "UTF-16LE" ? [0x0a, 0] : [0, 0x0a];
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    if (bytes[at] === mark[0] && bytes[at + 1] === mark[1]) return { at, next: at + 2 };
  }
  return null;
}
