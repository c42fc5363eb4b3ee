import { closeSync } from "node:fs";
import type { Exchange } from "../format/types.ts";
import { parseTranscript } from "../format/parse.ts";
import { decodeFile } from "../format/decode.ts";
import { openToRead } from "../store/folder.ts";
import { readPart } from "./files.ts";
import type { FileSpan } from "./exchange-offsets.ts";

/** Reads single exchanges of a file. */
export class PlaceReader implements Disposable {
  readonly #descriptor: number | null;
  #last: { readonly start: number; readonly end: number; readonly exchanges: readonly Exchange[] } | null = null;

  constructor(path: string) {
    this.#descriptor = opened(path);
  }

  /** Null where the file is gone or has become another. */
  read({ start, end, slot }: FileSpan): Exchange | null {
    if (this.#descriptor === null) return null;
    if (this.#last?.start !== start || this.#last.end !== end) {
      const { exchanges } = parseTranscript(decodeFile(readPart(this.#descriptor, start, end)));
      this.#last = { start, end, exchanges };
    }
    return this.#last.exchanges[slot] ?? null;
  }

  [Symbol.dispose](): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
  }
}

function opened(path: string): number | null {
  try {
    return openToRead(path);
  } catch {
    return null;
  }
}
