import { join } from "node:path";
import type { AppError } from "../../errors.ts";
import { makeFolder } from "../../files.ts";
import { Channel } from "./append-channel.ts";
import { ExchangeEncoder } from "../format/encode.ts";
import type { ExchangeEnd, ForkOrigin, Turn } from "../format/types.ts";
import { mended } from "../format/repair.ts";
import { headerLine, metadataLine } from "../format/metadata-write.ts";
import { fileName, newId } from "./names.ts";
import { contentOf, filled, unwritable } from "./target-file.ts";
import { identifyText } from "../format/decode.ts";

/** For the header of a file that has none yet. */
export interface HeaderOptions {
  /** Random when not given. */
  readonly id?: string;
  readonly origin?: ForkOrigin;
  /** IANA name of the time zone; see `zoneName`. */
  readonly zone?: string | null;
}

/**
 * Writes a conversation as it happens: what a call was given is in the file when the call returns. When the file cannot be
 * written, the call that finds out throws `transcript_unwritable`, once; what it was given and all that follows is kept in
 * memory, until `saveTo` finds another place for the conversation.
 *
 * Another program may append to the same file at the same time: then an exchange goes to a private side file, and from
 * there into the file in one piece.
 */
export class TranscriptWriter {
  readonly #folder: string | null;
  readonly #options: HeaderOptions;
  /** The file as it was before this program appended to it. */
  readonly #before: string;
  /** Whether the file may still have to be made. */
  #missing: boolean;
  #path: string | null;
  #id: string;
  /** All that this program wrote, or would have written. */
  #own = "";
  #ownStart = 0;
  /** Notes made during an exchange, which come behind it. */
  #notes = "";
  #encoder: ExchangeEncoder | null = null;
  #exchangeId = "";
  #channel: Channel | null = null;
  /** The file's size after our last word; null when others may have written since. */
  #size: number | null = null;
  /** Whether the file has a header, or had exchanges without one. */
  #headed: boolean;
  /** The system prompt in force at the file's end; undefined when that is not known. */
  #system: string | null | undefined;
  #failed: AppError<"transcript_unwritable"> | null = null;
  #untold = false;

  private constructor(place: { folder: string } | { path: string; before: string | null }, options: HeaderOptions) {
    this.#folder = "folder" in place ? place.folder : null;
    this.#path = "path" in place ? place.path : null;
    this.#before = ("path" in place ? place.before : null) ?? "";
    this.#missing = "path" in place && place.before === null;
    this.#options = options;
    const id = identifyText(this.#before);
    this.#id = id ?? options.id ?? newId();
    this.#headed = id !== null;
    this.#system = id === null ? null : undefined;
  }

  /** A new conversation in `folder`. Nothing is made before the first question. */
  static create(folder: string, options: HeaderOptions = {}): TranscriptWriter {
    return new TranscriptWriter({ folder }, options);
  }

  /**
   * Goes on in a file of any name, which may be missing, hold other text, or be of the older plain form. Throws
   * `transcript_unwritable` when it cannot be opened for that.
   */
  static append(path: string, options: HeaderOptions = {}): TranscriptWriter {
    try {
      return new TranscriptWriter({ path, before: contentOf(path) }, options);
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  get id(): string {
    return this.#id;
  }

  /** The file; null before the first question of a new conversation. */
  get path(): string | null {
    return this.#path;
  }

  /** Id of the exchange that was begun last; null before the first one of this writer. */
  get exchangeId(): string | null {
    return this.#exchangeId || null;
  }

  /** Why nothing is saved any more; null while all is well. */
  get failed(): AppError<"transcript_unwritable"> | null {
    return this.#failed;
  }

  /** Bytes of the file after our last word, when nobody else had written meanwhile; else null. */
  get size(): number | null {
    return this.#size;
  }

  /** Begins an exchange: the question is in the file when this returns. */
  begin(turn: Turn): void {
    if (this.#encoder !== null) throw new Error("The exchange before has not ended.");
    this.#exchangeId = newId();
    this.#encoder = new ExchangeEncoder(this.#exchangeId, turn);
    this.#guard(() => this.#enter(turn));
    const header = this.#headed ? "" : this.#header(turn.at);
    this.#ownStart = this.#own.length + header.length;
    this.#put(header + this.#encoder.begin(this.#system));
    this.#system = turn.system;
    this.#tell();
  }

  /** A piece of the model's thinking, at the moment it came. */
  reasoning(text: string, at: Date): void {
    this.#put(this.#current().piece("Thinking", text, at));
    this.#tell();
  }

  /** A piece of the answer, at the moment it came. */
  text(text: string, at: Date): void {
    this.#put(this.#current().piece("Answer", text, at));
    this.#tell();
  }

  end(ending: ExchangeEnd): void {
    this.#put(this.#current().end(ending) + this.#notes);
    this.#notes = "";
    this.#encoder = null;
    this.#leave();
    this.#tell();
  }

  /** A fact about the conversation, such as `title`, as a line between exchanges. */
  note(kind: string, data: object): void {
    const line = `${metadataLine(kind, data)}\n\n`;
    if (this.#encoder !== null || this.#path === null) {
      this.#notes += line;
      return;
    }
    this.#exchangeId = newId();
    this.#guard(() => this.#enter(null));
    this.#ownStart = this.#own.length;
    this.#put(line);
    this.#leave();
    this.#tell();
  }

  /**
   * Writes the whole conversation to a file that must not exist yet. A writer that had failed goes on there. Throws
   * `transcript_unwritable`, and is then as before.
   */
  saveTo(path: string): void {
    const channel = filled(path, mended(this.#before, new Date()) + this.#own);
    if (this.#failed === null || this.#encoder === null) channel.release();
    if (this.#failed === null) return;
    this.#failed = null;
    this.#path = path;
    this.#size = null;
    this.#channel = this.#encoder === null ? null : channel;
  }

  #current(): ExchangeEncoder {
    if (this.#encoder === null) throw new Error("An exchange begins with its question.");
    return this.#encoder;
  }

  #header(at: Date): string {
    this.#headed = true;
    const { zone = null, origin = null } = this.#options;
    return `${headerLine({ id: this.#id, startedAt: at, zone, title: null, origin })}\n\n`;
  }

  /** Opens the way into the file; `turn` is null when only a note follows. */
  #enter(turn: Turn | null): void {
    if (this.#path === null) {
      this.#make(turn!);
      return;
    }
    const { channel, held } = Channel.open(this.#path, this.#missing, this.#size, this.#exchangeId);
    this.#missing = false;
    this.#channel = channel;
    // Whoever writes to a file without header, so that we have to wait, gives it one.
    if (!channel.live) this.#headed = true;
    if (held === "ours") return;
    this.#system = held === "unread" ? undefined : held.system;
    if (held === "unread" && this.#headed) return;
    // Somebody may have begun the file that was missing or empty before.
    const id = held === "unread" ? identifyText(contentOf(this.#path) ?? "") : held.id;
    this.#headed = id !== null;
    this.#id = id ?? this.#id;
  }

  #make(turn: Turn): void {
    makeFolder(this.#folder!);
    for (let copy = 1; this.#channel === null; copy++) {
      this.#path = join(this.#folder!, fileName(turn.at, turn.question, copy));
      this.#channel = Channel.create(this.#path);
    }
  }

  #put(text: string): void {
    this.#own += text;
    if (text === "") return;
    this.#guard(() => {
      if (this.#channel!.isLost()) this.#divert();
      else this.#channel!.write(text);
    });
  }

  /** Somebody took us for dead and closed our exchange: all of it goes to a side file, as another one. */
  #divert(): void {
    const { path } = this.#channel!;
    const id = newId();
    this.#channel!.release();
    this.#channel = Channel.aside(path, id);
    this.#channel.write(this.#own.slice(this.#ownStart).replace(`"id":"${this.#exchangeId}"`, `"id":"${id}"`));
  }

  #leave(): void {
    this.#guard(() => {
      const channel = this.#channel!;
      this.#channel = null;
      this.#size = channel.close();
      if (!channel.live) this.#id = identifyText(contentOf(this.#path!) ?? "") ?? this.#id;
    });
  }

  /** Runs what touches the file, unless that failed before. */
  #guard(work: () => void): void {
    if (this.#failed !== null) return;
    try {
      work();
    } catch (error) {
      this.#channel?.release();
      this.#channel = null;
      this.#system = undefined;
      this.#failed = unwritable(this.#path ?? this.#folder!, error);
      this.#untold = true;
    }
  }

  /** Throws a failure the first time. */
  #tell(): void {
    if (!this.#untold) return;
    this.#untold = false;
    throw this.#failed!;
  }
}
