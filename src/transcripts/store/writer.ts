import { closeSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ImagePart } from "../../chat/messages.ts";
import type { ToolOutput } from "../../chat/tools.ts";
import { AppError, systemReason } from "../../errors.ts";
import { Channel } from "./append-channel.ts";
import { branchOf } from "../format/branch.ts";
import { ExchangeEncoder } from "../format/encode.ts";
import { imagesIn } from "../format/exchange-images.ts";
import { parseTranscript } from "../format/parse.ts";
import { pictureBody, type PictureFacts, resultBody } from "../format/section-bodies.ts";
import type { ExchangeEnd, ForkOrigin, ExchangeStart, SavedImage, TranscriptFile } from "../format/types.ts";
import { repaired } from "../format/repair.ts";
import { headerLine, metadataLine } from "../format/metadata-write.ts";
import { retryWhileHeld } from "../../file-lock.ts";
import { newId } from "./names.ts";
import { NewestMarker } from "./newest-marker.ts";
import { openFile } from "./fs.ts";
import { copyPictures, PictureCopies } from "./picture-copies.ts";
import { pictureFolderOf } from "./picture-folder.ts";
import { contentOf, filled, newFile, unwritable } from "./target-file.ts";
import { identifyText } from "../format/decode.ts";
import { releaseSideFiles } from "./side-files.ts";

export interface WriterOptions {
  /** For the header of a file that has none yet; random when not given. */
  readonly id?: string;
  readonly origin?: ForkOrigin;
  /** IANA name of the time zone; see `zoneName`. */
  readonly zone?: string | null;
  /** The folder where it is marked which conversation was used last; null or absent: nowhere. */
  readonly cache?: string | null;
}

/** Where a writer begins. */
interface Beginning {
  readonly folder: string | null;
  readonly path: string | null;
  /** What the file holds; null where it is missing. */
  readonly before: string | null;
  /** Id of the conversation in it; null for none. */
  readonly id: string | null;
  /** Whether that is the beginning of the conversation that is written. */
  readonly resumed: boolean;
}

/** How long `ready` waits for another program: longer than a short question takes; milliseconds. */
const readyTimeout = 5_000;
/** The same for a note about the conversation; milliseconds. */
const noteTimeout = 2_000;

/**
 * Writes a conversation as it happens: what a call was given is in the file when the call returns. When the file cannot be
 * written, the call that finds out throws `transcript_unwritable`, once; what it was given and all that follows is kept in
 * memory, until `saveTo` finds another place for the conversation.
 *
 * Copies of pictures are written beside the file before the line that names them. Where one cannot be written, the call throws
 * `picture_unwritable` when all else is done: the transcript names the picture, and nothing else is lost.
 *
 * While another program writes to the same file, the conversation goes on in a new file in the same folder: a branch, which
 * begins with what is known of the conversation and names the one it comes from.
 */
export class TranscriptWriter {
  readonly #folder: string | null;
  readonly #options: WriterOptions;
  /** The file as it was before this program appended to it. */
  #before: string;
  /** Whether that is the beginning of the conversation. */
  #resumed: boolean;
  /** Whether the file may still have to be made. */
  #missing: boolean;
  #path: string | null;
  #id: string;
  /** All that this program wrote, or would have written. */
  #own = "";
  /** Notes made during an exchange, which come behind it. */
  #notes = "";
  #encoder: ExchangeEncoder | null = null;
  #turn: ExchangeStart | null = null;
  #exchangeId = "";
  #channel: Channel | null = null;
  /** The file's size after our last word; null when others may have written since. */
  #size: number | null = null;
  /** Whether the file has a header, or had exchanges without one. */
  #headed: boolean;
  /** The system prompt in force at the file's end; undefined when that is not known. */
  #system: string | null | undefined = null;
  #failed: AppError<"transcript_unwritable"> | null = null;
  #untold = false;
  /** Those that this program wrote, or would have written. */
  readonly #pictures = new PictureCopies();
  /** Why a picture has no copy, until that is reported. */
  #lost: AppError<"picture_unwritable"> | null = null;
  #avoided: string | null = null;
  /** Made with the first lock. */
  #madeMarker: NewestMarker | null = null;

  private constructor({ folder, path, before, id, resumed }: Beginning, options: WriterOptions) {
    this.#folder = folder;
    this.#path = path;
    this.#before = before ?? "";
    this.#missing = path !== null && before === null;
    this.#options = options;
    this.#resumed = resumed;
    this.#id = id ?? options.id ?? newId();
    this.#headed = id !== null;
  }

  /** A new conversation in `folder`. Nothing is made before the first question. */
  static create(folder: string, options: WriterOptions = {}): TranscriptWriter {
    return new TranscriptWriter({ folder, path: null, before: null, id: null, resumed: false }, options);
  }

  /**
   * Goes on in a file of any name, which may be missing, hold other text, or be of the older plain form. Throws
   * `transcript_unwritable` when it cannot be opened for that.
   */
  static append(path: string, options: WriterOptions = {}): TranscriptWriter {
    releaseSideFiles(path);
    try {
      const before = contentOf(path);
      return new TranscriptWriter(
        { folder: null, path, before, id: identifyText(before ?? ""), resumed: false },
        options,
      );
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  /**
   * Resumes a conversation that was read, in its own file; `cache` as in the options. Throws `transcript_unwritable` as `append` does.
   */
  static resume({ path, id, zone, text }: TranscriptFile, cache: string | null = null): TranscriptWriter {
    try {
      closeSync(openFile(path, false));
      return new TranscriptWriter({ folder: null, path, before: text, id, resumed: true }, { zone, cache });
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

  /** The file that another program was writing to, so that the conversation has another one now; once, then null. */
  takeAvoided(): string | null {
    const avoided = this.#avoided;
    this.#avoided = null;
    return avoided;
  }

  /**
   * Waits a little where another program is writing to the file. Then the file is locked, and `begin` must follow at once.
   *
   * @param signal ends the waiting
   * @param timeout milliseconds
   */
  async ready(signal: AbortSignal, timeout = readyTimeout): Promise<void> {
    const open = () => this.#path === null || this.#failed !== null || this.#guard(() => this.#open()) !== false;
    await retryWhileHeld(open, timeout, signal);
  }

  /** Begins an exchange: the question is in the file when this returns, with copies of its pictures beside it. */
  begin(asked: ExchangeStart): void {
    if (this.#encoder !== null) throw new Error("The exchange before has not ended.");
    const turn = { ...asked, images: asked.images?.map(this.#pictures.add) ?? [] };
    this.#exchangeId = newId();
    this.#encoder = new ExchangeEncoder(this.#exchangeId, turn);
    this.#turn = turn;
    this.#guard(() => this.#enter(turn.at, turn.question));
    this.#keepPictures();
    const header = this.#headed ? "" : this.#header(turn.at);
    this.#put(header + this.#encoder.begin(this.#system));
    this.#system = turn.system;
    this.#tell();
  }

  /** A piece of the model's thinking, at the moment it came. */
  reasoning(text: string, at: Date): void {
    this.piece("Thinking", text, at);
  }

  /** A piece of the answer, at the moment it came. */
  text(text: string, at: Date): void {
    this.piece("Answer", text, at);
  }

  /** A piece of a section, at the moment it came; one that is neither thinking nor answer comes as a whole. */
  piece(name: string, text: string, at: Date): void {
    this.#put(this.#current().piece(name, text, at));
    this.#tell();
  }

  /** The result of a tool's call, with copies of its pictures. */
  result(callId: string, output: ToolOutput, at: Date): void {
    this.piece("Result", resultBody(callId, output, this.keep), at);
  }

  /**
   * A picture of the answer, of which a copy is made beside the file before the section that names it is written. To be called within
   * an exchange, between `begin` and `end`, with the picture as a data URL; one that only has an address is named by it.
   *
   * @param facts what its service says of it
   * @throws AppError `picture_unwritable` once all else is written; `transcript_unwritable`
   */
  picture(image: ImagePart, facts: PictureFacts, at: Date): void {
    this.piece("Picture", pictureBody(this.keep(image), facts), at);
  }

  /** Writes the copy of a picture of the exchange that was begun; gives what the next section names it by. */
  readonly keep = (image: SavedImage): SavedImage => {
    const kept = this.#pictures.add(image);
    this.#keepPictures();
    return kept;
  };

  /** The path of a picture's copy; null where it has none. */
  copyOf(image: ImagePart): string | null {
    const kept = this.#pictures.add(image);
    const path = this.#path === null || "url" in kept ? null : join(pictureFolderOf(this.#path), kept.file);
    return path !== null && existsSync(path) ? path : null;
  }

  end(ending: ExchangeEnd): void {
    this.#put(this.#current().end(ending) + this.#notes);
    this.#notes = "";
    this.#encoder = null;
    this.#leave(ending.at);
    this.#tell();
  }

  /** A fact about the conversation, such as `title`, as a line between exchanges. */
  note(kind: string, data: object): void {
    const line = `${metadataLine(kind, data)}\n\n`;
    const isUnbegun = this.#path === null && this.#failed === null;
    if (this.#encoder !== null || isUnbegun) {
      this.#notes += line;
      return;
    }
    this.#guard(() => this.#enter(new Date(), ""));
    this.#put(line);
    this.#leave(null);
    this.#tell();
  }

  /**
   * The same for a fact that no branch is worth, after a short wait where another program is writing to the file.
   *
   * @param signal ends the waiting
   * @returns false where that program keeps writing; nothing is written then
   */
  async annotate(kind: string, data: object, signal: AbortSignal): Promise<boolean> {
    const waits = this.#encoder === null && this.#path !== null && this.#failed === null;
    if (waits) await this.ready(signal, noteTimeout);
    if (waits && this.#encoder === null && this.#channel === null && this.#failed === null) return false;
    this.note(kind, data);
    return true;
  }

  /**
   * Writes the whole conversation to a file that must not exist yet. A writer that had failed goes on there. Throws
   * `transcript_unwritable`, and is then as before.
   */
  saveTo(path: string): void {
    const channel = this.#copyTo(path);
    if (this.#failed === null || this.#encoder === null) channel.release();
    if (this.#failed === null) return;
    this.#marker.forget();
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

  #copyTo(path: string): Channel {
    const text = repaired(this.#before, new Date()) + this.#own;
    try {
      const channel = filled(path, text, (place) => this.#copyPictures(text, place));
      if (channel !== null) return channel;
    } catch (error) {
      throw unwritable(path, error);
    }
    throw unwritable(path, Object.assign(new Error("There is such a file."), { code: "EEXIST" }));
  }

  /** Opens a file for what comes now: the conversation's own where no other program holds it. */
  #enter(at: Date, question: string): void {
    if (this.#path !== null) {
      if (!this.#open()) this.#branch(at, question);
      return;
    }
    const { path, channel } = this.#marker.around(() => newFile(this.#folder!, at, question, ""));
    this.#path = path;
    this.#channel = channel;
  }

  /** Opens the file that there is; false while another program is writing to it. */
  #open(): boolean {
    if (this.#channel !== null) return true;
    const opened = this.#marker.around(() => Channel.open(this.#path!, this.#missing, this.#size));
    if (opened === null) return false;
    const { channel, held } = opened;
    this.#missing = false;
    this.#channel = channel;
    if (held === "ours") return true;
    this.#system = undefined;
    if (held === "unread" && this.#headed) return true;
    // Somebody may have begun the file that was missing or empty before.
    const id = held === "unread" ? this.#idThere() : held.id;
    this.#headed = id !== null;
    if (id === null) this.#system = null;
    this.#id = id ?? this.#id;
    return true;
  }

  #idThere(): string | null {
    return identifyText(contentOf(this.#path!) ?? "");
  }

  /**
   * Goes on in a new file that begins with what is known of the conversation, down to the exchange that is being written, and names
   * the one it comes from.
   */
  #branch(at: Date, question: string): void {
    const avoided = this.#path!;
    const known = (this.#resumed ? repaired(this.#before, at) : "") + this.#own;
    const header = { id: newId(), startedAt: at, zone: this.#options.zone ?? null };
    const begun = this.#encoder === null ? null : this.#exchangeId;
    const text = branchOf(known, this.#headed ? this.#id : this.#idThere(), begun, header);
    const prepare = (place: string) => this.#orLost(place, () => this.#copyPictures(text, place));
    const { path, channel } = this.#marker.around(() => newFile(dirname(avoided), at, question, text, prepare));
    this.#path = path;
    this.#channel = channel;
    this.#before = "";
    this.#own = text;
    this.#resumed = true;
    this.#id = header.id;
    this.#headed = true;
    this.#system = undefined;
    this.#avoided = avoided;
  }

  /** Writes copies that are missing beside the file. */
  #keepPictures(): void {
    const path = this.#path;
    if (path === null || this.#failed !== null || this.#channel?.isShared === true) return;
    this.#orLost(path, () => this.#pictures.writeBeside(path));
  }

  /** Copies the pictures that a text names beside a new file: those of this program, and of the file as it was before. */
  #copyPictures(text: string, path: string): void {
    this.#pictures.writeBeside(path);
    if (this.#path !== null && namesCopies(text))
      copyPictures(imagesIn(parseTranscript(text).exchanges), this.#path, path);
  }

  /** A picture without a copy costs itself alone. */
  #orLost(transcript: string, write: () => void): void {
    try {
      write();
    } catch (error) {
      const reason = error instanceof AppError ? storageReason(error) : systemReason(error);
      const details = { path: pictureFolderOf(transcript), reason };
      this.#lost ??= new AppError("picture_unwritable", details, { cause: error });
    }
  }

  #put(text: string): void {
    this.#own += text;
    if (text === "") return;
    this.#guard(() => {
      if (!this.#channel!.isLost()) return this.#channel!.write(text);
      // Another program took this one for dead and closed the exchange.
      this.#channel!.release();
      this.#branch(this.#turn!.at, this.#turn!.question);
    });
  }

  /** @param used when an exchange ended; null where only a note was written */
  #leave(used: Date | null): void {
    this.#guard(() => {
      this.#size = this.#marker.around(() => this.#channel!.close());
      this.#channel = null;
      this.#marker.used(this.#path!, used);
    });
  }

  get #marker(): NewestMarker {
    return (this.#madeMarker ??= new NewestMarker(this.#folder ?? dirname(this.#path!), this.#options.cache ?? null));
  }

  /** Runs what touches the file, unless that failed before; gives what it gives, undefined after a failure. */
  #guard<Result>(work: () => Result): Result | undefined {
    if (this.#failed !== null) return undefined;
    try {
      return work();
    } catch (error) {
      this.#channel?.release();
      this.#channel = null;
      this.#marker.forget();
      this.#system = undefined;
      this.#failed = unwritable(this.#path ?? this.#folder!, error);
      this.#untold = true;
      return undefined;
    }
  }

  /** Throws a failure the first time. */
  #tell(): void {
    const lost = this.#lost;
    this.#lost = null;
    if (this.#untold) {
      this.#untold = false;
      throw this.#failed!;
    }
    if (lost !== null) throw lost;
  }
}

/** Why the file of a copy was not written. */
function storageReason(error: AppError): string {
  return (error as AppError<"storage_failed">).details.reason;
}

/** Whether a transcript may name copies of pictures, without reading it. */
function namesCopies(text: string): boolean {
  return text.includes('"digest":"');
}
