import { basename } from "node:path";
import type { Readable } from "node:stream";
import { bounds } from "./bounds.ts";

/** The large exports of ChatGPT part their conversations: conversations-000.json, conversations-001.json. */
const wanted = /^conversations[-_\d]*\.json$/i;

/**
 * The files with conversations in the zip of a data export, as streams, null for one that is too large; what else is in it is not
 * unpacked. No stream is longer than the zip says. Throws what is wrong with the zip.
 */
export async function* conversationsInZip(path: string): AsyncGenerator<AsyncIterable<Uint8Array> | null> {
  const { openPromise } = await import("yauzl");
  const zip = await openPromise(path, { autoClose: false, lazyEntries: true });
  try {
    const entries = [];
    for await (const entry of zip.eachEntry()) {
      if (wanted.test(basename(entry.fileName))) entries.push(entry);
      if (entries.length > bounds.conversations) break;
    }
    let total = 0;
    for (const entry of entries) {
      const { compressedSize: packed, uncompressedSize: size } = entry;
      total += size;
      if (total > bounds.total || (size > bounds.smallEntry && size > packed * bounds.ratio)) {
        yield null;
        continue;
      }
      const stream: Readable = await zip.openReadStreamPromise(entry);
      yield stream as AsyncIterable<Uint8Array>;
    }
  } finally {
    zip.close();
  }
}
