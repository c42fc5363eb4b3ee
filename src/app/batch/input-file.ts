import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { open, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { InputForm } from "../../batch/input/record.ts";
import { expandHome } from "../../config/home.ts";
import { AppError, systemReason } from "../../errors.ts";
import { decodeText, localeOf, type TextEncoding } from "../../text-encoding.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";

/** Bytes by which form and encoding are told. */
const sampleLength = 256 * 1024;

/** A batch's input as a regular file of UTF-8 that can be read more than once. */
export interface BatchInput extends Disposable {
  /** As it was typed; `-` for stdin. */
  readonly name: string;
  /** Of the file that is read: itself, or a private copy of a pipe or of a text in another encoding. */
  readonly path: string;
  readonly form: InputForm;
  /** Bytes. */
  readonly size: number;
}

type InputSource = Pick<Engine, "environment" | "stop" | "workingFolder">;

/**
 * Opens an input; what comes by a pipe, and what is not UTF-8, is copied to a private file first, which is gone in the end.
 *
 * @param name a path, or `-` for stdin
 * @param form null: told by the name, else by the beginning
 * @throws AppError `input_unreadable`, `storage_failed`, `interrupted`
 */
export async function openInput(
  engine: InputSource,
  console: Console,
  name: string,
  form: InputForm | null,
): Promise<BatchInput> {
  const path = name === "-" ? null : resolve(engine.workingFolder, expandHome(name));
  const spool = new Spool();
  try {
    const file =
      path !== null && (await isRegular(path, name)) ? path : await spool.copy(pipeOf(path), engine.stop, name);
    const sample = await sampleOf(file);
    const encoding = encodingOf(sample, engine, name);
    const utf8 = encoding === "UTF-8" ? file : await spool.convert(file, encoding, engine.stop, name);
    if (encoding !== "UTF-8") {
      console.terminal.say(console.words.attachments.converted({ name: sanitize(name), encoding }));
    }
    const { size } = await stat(utf8);
    const told = form ?? formOf(name, encoding === "UTF-8" ? sample : await sampleOf(utf8));
    return { name, path: utf8, form: told, size, [Symbol.dispose]: () => spool.remove() };
  } catch (error) {
    spool.remove();
    if (engine.stop.aborted) throw new AppError("interrupted", {}, { cause: error });
    if (error instanceof AppError) throw error;
    throw new AppError("input_unreadable", { path: name, reason: systemReason(error) }, { cause: error });
  }
}

async function isRegular(path: string, name: string): Promise<boolean> {
  const found = await stat(path);
  if (found.isDirectory()) throw new AppError("input_unreadable", { path: name, reason: "EISDIR" });
  return found.isFile();
}

/** @param path null for stdin */
function pipeOf(path: string | null): Readable {
  return path === null ? process.stdin : createReadStream(path);
}

async function sampleOf(path: string): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(sampleLength), 0, sampleLength, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** A text that is UTF-8 but for some bytes is read as UTF-8: the lines that they are in are told. */
function encodingOf(sample: Buffer, { environment }: InputSource, name: string): TextEncoding {
  const whole = sample.length < sampleLength ? sample : sample.subarray(0, sample.lastIndexOf(0x0a) + 1 || undefined);
  const decoded = decodeText(whole, localeOf(environment.variables));
  if (typeof decoded === "string") throw new AppError("input_unreadable", { path: name, reason: decoded });
  return decoded.encoding;
}

const forms: Readonly<Record<string, InputForm>> = {
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".json": "jsonl",
  ".csv": "csv",
  ".tsv": "tsv",
  ".txt": "text",
  ".md": "text",
};

function formOf(name: string, sample: Buffer): InputForm {
  const named = forms[extname(name).toLowerCase()];
  if (named !== undefined) return named;
  return /^\uFEFF?\s*[{[]/u.test(sample.toString("utf8", 0, 4096)) ? "jsonl" : "text";
}

/** A private folder with copies of an input; there is none before the first one. */
class Spool {
  #folder: string | null = null;

  async copy(source: Readable, signal: AbortSignal, name: string): Promise<string> {
    return await this.#write(source, "input", signal, name);
  }

  async convert(path: string, encoding: TextEncoding, signal: AbortSignal, name: string): Promise<string> {
    const decoder = new TextDecoder(encoding);
    async function* text() {
      for await (const piece of createReadStream(path)) yield decoder.decode(piece as Buffer, { stream: true });
      yield decoder.decode();
    }
    return await this.#write(Readable.from(text()), "text", signal, name);
  }

  remove(): void {
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = null;
  }

  async #write(source: Readable, file: string, signal: AbortSignal, name: string): Promise<string> {
    this.#folder ??= mkdtempSync(join(tmpdir(), "deepseek-chat-"));
    const path = join(this.#folder, file);
    const target = createWriteStream(path, { mode: 0o600, flags: "wx" });
    let full: Error | null = null;
    target.once("error", (error) => (full = error));
    try {
      await pipeline(source, target, { signal });
    } catch (error) {
      if (full !== null) throw new AppError("storage_failed", { path, reason: systemReason(full) }, { cause: error });
      throw error instanceof AppError
        ? error
        : new AppError("input_unreadable", { path: name, reason: systemReason(error) }, { cause: error });
    }
    return path;
  }
}

/** SHA-256 of a file's first bytes, in hexadecimal. */
export async function fingerprint(path: string, size: number): Promise<string> {
  const hash = createHash("sha256");
  if (size > 0) for await (const piece of createReadStream(path, { end: size - 1 })) hash.update(piece as Buffer);
  return hash.digest("hex");
}
