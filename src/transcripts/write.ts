import { closeSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AppError, systemReason } from "../errors.ts";
import { createFile, isGone, makeFolder, openFile, using, writeAll } from "./disk.ts";
import { ExchangeEncoder } from "./encode.ts";
import type { Ending, Exchange, Origin, Turn } from "./format.ts";
import { headerLine, metadataLine } from "./metadata.ts";
import { fileName, newId } from "./names.ts";
import { parseTranscript } from "./parse.ts";
import { decodeFile, identify } from "./source.ts";

export interface CreateOptions {
  readonly id?: string;
  readonly origin?: Origin;
  /** IANA name of the time zone, for the header. */
  readonly zone?: string;
}

/**
 * Writes a conversation as it happens: what a call was given is in the file when the call returns. A call that finds the
 * file unwritable throws `transcript_unwritable` once; from then on everything is kept in memory only, until `saveTo`.
 */
export class TranscriptWriter {
  readonly id: string;
  readonly #folder: string | null;
  readonly #options: CreateOptions;
  /** The file as it was before; what follows of this conversation is in `#own`. */
  readonly #before: string;
  #path: string | null;
  #own = "";
  #encoder: ExchangeEncoder | null = null;
  #descriptor: number | null = null;
  #failed: AppError<"transcript_unwritable"> | null = null;

  private constructor(folder: string | null, path: string | null, before: string, options: CreateOptions) {
    this.#folder = folder;
    this.#path = path;
    this.#before = before;
    this.#options = options;
    this.id = (before === "" ? null : identify(parseTranscript(before))) ?? options.id ?? newId();
  }

  /** A new conversation in `folder`; its file is made with the first question. */
  static create(folder: string, options: CreateOptions = {}): TranscriptWriter {
    return new TranscriptWriter(folder, null, "", options);
  }

  /** Goes on in a file of any name, which may be missing or of the older plain form. */
  static append(path: string): TranscriptWriter {
    try {
      return new TranscriptWriter(null, path, existsSync(path) ? decodeFile(readFileSync(path)) : "", {});
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  /** The file; null before the first question of a new conversation. */
  get path(): string | null {
    return this.#path;
  }

  /** Why nothing is saved any more; null while all is well. */
  get failed(): AppError<"transcript_unwritable"> | null {
    return this.#failed;
  }

  /** The question is in the file when this returns. */
  begin(turn: Turn): void {
    this.#encoder = new ExchangeEncoder(turn);
    const text = this.#encoder.begin(undefined);
    const fresh = this.#before === "" && this.#own === "";
    const header = { id: this.id, startedAt: turn.at, zone: this.#options.zone ?? null, title: null };
    const lead = fresh ? `${headerLine({ ...header, origin: this.#options.origin ?? null })}\n\n` : "";
    this.#attempt(() => (this.#descriptor = this.#open(turn)));
    this.#write(lead + text);
  }

  reasoning(text: string, at: Date): void {
    this.#write(this.#encoder!.piece("Thinking", text, at));
  }

  text(text: string, at: Date): void {
    this.#write(this.#encoder!.piece("Answer", text, at));
  }

  end(ending: Ending): void {
    this.#write(this.#encoder!.end(ending));
    this.#encoder = null;
    this.#close();
  }

  /** Writes an exchange that is already over, from another file or program. */
  add(exchange: Exchange): void {
    const answeredAt = exchange.answeredAt ?? exchange.askedAt;
    this.begin({ ...exchange, at: exchange.askedAt });
    this.reasoning(exchange.reasoning, answeredAt);
    this.text(exchange.answer, answeredAt);
    this.end({ ...exchange, at: exchange.endedAt ?? answeredAt });
  }

  /** A fact about the conversation, such as a new title, between exchanges. */
  note(kind: string, data: object): void {
    if (this.#path === null) return;
    this.#attempt(() => (this.#descriptor = openFile(this.#path!)));
    this.#write(`${metadataLine(kind, data)}\n\n`);
    this.#close();
  }

  /** Writes the whole conversation to a new file; a writer that had failed goes on there. */
  saveTo(path: string): void {
    try {
      using(createFile(path), (descriptor) => writeAll(descriptor, this.#before + this.#own));
    } catch (error) {
      throw unwritable(path, error);
    }
    if (this.#failed === null) return;
    this.#failed = null;
    this.#path = path;
  }

  #open(turn: Turn): number {
    if (this.#path !== null)
      return existsSync(this.#path) || this.#own !== "" ? openFile(this.#path) : createFile(this.#path);
    makeFolder(this.#folder!);
    for (let copy = 1; ; copy++) {
      this.#path = join(this.#folder!, fileName(turn.at, turn.question, copy));
      try {
        return createFile(this.#path);
      } catch (error) {
        if (systemReason(error) !== "EEXIST") throw error;
      }
    }
  }

  #write(text: string): void {
    this.#own += text;
    if (text === "" || this.#failed !== null) return;
    this.#attempt(() => {
      writeAll(this.#descriptor!, text);
      if (isGone(this.#descriptor!)) throw new Error("removed");
    });
  }

  #attempt(work: () => void): void {
    if (this.#failed !== null) return;
    try {
      work();
    } catch (error) {
      this.#close();
      this.#failed = unwritable(this.#path ?? this.#folder!, error);
      throw this.#failed;
    }
  }

  #close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }
}

function unwritable(path: string, cause: unknown): AppError<"transcript_unwritable"> {
  return new AppError("transcript_unwritable", { path, reason: systemReason(cause) }, { cause });
}
