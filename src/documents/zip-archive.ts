import type { Readable } from "node:stream";
import { type Entry, fromBufferPromise, openPromise, type ZipFile } from "yauzl";
import { type DocumentReading, documentRefusal } from "./document-text.ts";

/** What of an archive is unpacked at most. Bytes. */
const bounds = {
  entries: 50_000,
  /** An entry that is smaller may be packed as tightly as it likes. */
  small: 4 * 1024 * 1024,
  /** How many times larger a larger one may become: XML becomes some ten to fifty times larger, a bomb a thousand times. */
  ratio: 200,
  total: 1024 * 1024 * 1024,
} as const;

/** The entries of a document that is a zip archive. Nothing is unpacked before it is read, and nothing beyond bounds. */
export class ZipArchive implements Disposable {
  readonly #zip: ZipFile;
  readonly #reading: DocumentReading;
  readonly #entries = new Map<string, Entry>();
  #total = 0;

  private constructor(zip: ZipFile, reading: DocumentReading) {
    this.#zip = zip;
    this.#reading = reading;
  }

  /** @throws AppError `input_unreadable` for what is no whole archive */
  static async open(reading: DocumentReading): Promise<ZipArchive> {
    const { source } = reading;
    const options = { autoClose: false, lazyEntries: true } as const;
    try {
      const zip =
        "path" in source
          ? await openPromise(source.path, options)
          : await fromBufferPromise(
              Buffer.from(source.bytes.buffer, source.bytes.byteOffset, source.bytes.byteLength),
              options,
            );
      const archive = new ZipArchive(zip, reading);
      for await (const entry of zip.eachEntry()) {
        archive.#entries.set(entry.fileName, entry);
        if (archive.#entries.size > bounds.entries) throw documentRefusal(reading, "document_bomb");
      }
      return archive;
    } catch (error) {
      throw asRefusal(error, reading);
    }
  }

  get names(): Iterable<string> {
    return this.#entries.keys();
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /**
   * The bytes of an entry, piece by piece; none for one that is not there.
   *
   * @throws AppError `input_unreadable` for what is damaged, encrypted or unpacks to too much
   */
  async *pieces(name: string): AsyncGenerator<Uint8Array> {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    const { uncompressedSize: size, compressedSize: packed } = entry;
    if (entry.isEncrypted()) throw documentRefusal(this.#reading, "document_locked", this.#reading.form.label);
    this.#total += size;
    if (this.#total > bounds.total || (size > bounds.small && size > packed * bounds.ratio))
      throw documentRefusal(this.#reading, "document_bomb");
    try {
      // It ends with an error where more comes than the entry declares.
      const stream: Readable = await this.#zip.openReadStreamPromise(entry);
      for await (const piece of stream as AsyncIterable<Uint8Array>) {
        this.#reading.sign();
        yield piece;
      }
    } catch (error) {
      throw asRefusal(error, this.#reading);
    }
  }

  [Symbol.dispose](): void {
    this.#zip.close();
  }
}

function asRefusal(error: unknown, reading: DocumentReading): unknown {
  const { code = "" } = error as { code?: string };
  // Errors of the system keep their names, errors of zlib and of the archive are damage.
  if (/^E[A-Z]+$/u.test(code)) return documentRefusal(reading, code);
  if (error instanceof Error && code !== "input_unreadable")
    return documentRefusal(reading, "document_broken", reading.form.label);
  return error;
}
