import { basename } from "node:path";
import type { Readable } from "node:stream";

/** The large exports of ChatGPT part their conversations: conversations-000.json, conversations-001.json. */
const wanted = /^conversations[-_\d]*\.json$/i;

/**
 * The files with conversations in the zip of a data export, as streams; what else is in it is not unpacked. Throws what is
 * wrong with the zip.
 */
export async function* conversationsInZip(path: string): AsyncGenerator<AsyncIterable<Uint8Array>> {
  const { openPromise } = await import("yauzl");
  const zip = await openPromise(path, { autoClose: false, lazyEntries: true });
  try {
    const entries = [];
    for await (const entry of zip.eachEntry()) if (wanted.test(basename(entry.fileName))) entries.push(entry);
    for (const entry of entries) {
      const stream: Readable = await zip.openReadStreamPromise(entry);
      yield stream as AsyncIterable<Uint8Array>;
    }
  } finally {
    zip.close();
  }
}
