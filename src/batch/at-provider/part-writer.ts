import type { PartFolder } from "./part-folder.ts";
import type { RequestPart, PartItem, RequestLine } from "./part.ts";

/** Bytes that are gathered before they are written. */
const buffered = 256 * 1024;

/** What one file may hold. */
export interface PartLimits {
  readonly maxLines: number;
  readonly maxBytes: number;
}

/** A part that is being written. */
interface OpenPart {
  readonly number: number;
  readonly model: string;
  lines: number;
  bytes: number;
  requests: string[];
  items: PartItem[];
  /** Bytes that are not written yet. */
  waiting: number;
}

/** Splits requests into files within a service's limits: one model each. */
export class PartWriter {
  readonly #folder: PartFolder;
  readonly #limits: PartLimits;
  readonly #open = new Map<string, OpenPart>();
  #next: number;

  constructor(folder: PartFolder, limits: PartLimits) {
    this.#folder = folder;
    this.#limits = limits;
    this.#next = folder.nextNumber;
  }

  /** Whether a line fits into any file. */
  fits({ text }: Pick<RequestLine, "text">): boolean {
    return Buffer.byteLength(text) + 1 <= this.#limits.maxBytes;
  }

  /**
   * Adds a request.
   *
   * @returns a part that is full; null while there is room
   * @throws AppError `storage_failed`
   */
  add({ index, id, model, text }: RequestLine): RequestPart | null {
    const { maxLines, maxBytes } = this.#limits;
    const size = Buffer.byteLength(text) + 1;
    const before = this.#open.get(model);
    const isFull = before !== undefined && (before.lines >= maxLines || before.bytes + size > maxBytes);
    const done = isFull ? this.#close(before) : null;
    const part = this.#open.get(model) ?? this.#begin(model);
    part.requests.push(text, "\n");
    part.items.push({ index, id });
    part.lines++;
    part.bytes += size;
    part.waiting += size;
    if (part.waiting >= buffered) this.#write(part);
    return done;
  }

  /** The parts that were not full. */
  *end(): Generator<RequestPart> {
    for (const part of this.#open.values()) yield this.#close(part);
  }

  #begin(model: string): OpenPart {
    const part = { number: this.#next++, model, lines: 0, bytes: 0, requests: [], items: [], waiting: 0 };
    this.#open.set(model, part);
    return part;
  }

  #write(part: OpenPart): void {
    this.#folder.append(part.number, part.requests.join(""), part.items);
    [part.requests, part.items, part.waiting] = [[], [], 0];
  }

  #close(open: OpenPart): RequestPart {
    this.#write(open);
    this.#open.delete(open.model);
    const { number, model, lines, bytes } = open;
    const part = {
      number,
      model,
      lines,
      bytes,
      stage: "written",
      writtenAt: Date.now(),
      file: null,
      batch: null,
    } as const;
    this.#folder.add(part);
    return part;
  }
}
