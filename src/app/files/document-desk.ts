import type { DocumentPart, FilePart, Message, UserMessage } from "../../chat/messages.ts";
import type { Cost } from "../../chat/model.ts";
import { AppError } from "../../errors.ts";
import { resolve } from "node:path";
import { providersWith } from "../../providers/catalogue.ts";
import type { Connection } from "../../providers/connection.ts";
import { DeepSeekFiles } from "../../providers/files/deepseek-files.ts";
import { recognitionLimits } from "../../providers/files/text-recognition.ts";
import type { UploadedFile } from "../../providers/files/uploaded-file.ts";
import { count, money, shortBytes } from "../../terminal/figures.ts";
import { localDay } from "../../terminal/local-time.ts";
import { sanitizeLine } from "../../terminal/sanitize.ts";
import { UploadRow } from "../../terminal/upload-row.ts";
import { unitCost } from "../../usage/prices.ts";
import type { FileWords, UploadWords } from "../../words/types.ts";
import { attachOptions } from "../conversation/attachment-consent.ts";
import { documentFile } from "../conversation/document-content.ts";
import { maxInputBytes } from "../conversation/input-file.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { mayBeBilled, type UnitMeter } from "../usage/unit-meter.ts";
import { digestOf } from "./attached-document.ts";
import { takesDocuments } from "./document-route.ts";
import { isLocked, pageCount } from "./page-count.ts";
import { type SendableFile, sendableFile } from "./sendable-file.ts";
import { accountOf, isExpired, type StoredUpload, type UploadStore } from "./upload-store.ts";

/** A document as a request sends it: as a file of the service, as its text, or not at all. */
type ReadyDocument = DocumentPart | FilePart | null;

export interface DeskOptions {
  readonly engine: Engine;
  readonly console: Console;
  readonly words: FileWords;
  readonly uploads: UploadWords;
  readonly store: UploadStore;
  readonly meter: UnitMeter;
  /** Lends the terminal to a question. */
  readonly release: () => void;
}

/** Milliseconds by which a service's clock may differ from this machine's. */
const clockSkew = 3_600_000;

/**
 * Makes the documents of a conversation ready for the provider that is asked: uploads each once, finds it again, takes its text out where
 * the provider reads no documents, and says what became of it.
 */
export class DocumentDesk {
  readonly #options: DeskOptions;
  /** By provider and digest. */
  readonly #ready = new Map<string, ReadyDocument>();

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /**
   * Makes documents ready, each once.
   *
   * @throws AppError for an upload as for a question; `budget_exceeded`, `budget_unpriced`; `input_unreadable` for a document whose text
   *   cannot be taken out; `interrupted`
   */
  async prepare(documents: readonly DocumentPart[], connection: Connection, signal: AbortSignal): Promise<void> {
    for (const document of documents) {
      const key = keyOf(document, connection);
      if (!this.#ready.has(key)) this.#ready.set(key, await this.#readied(document, connection, signal));
    }
  }

  /** A question whose documents say where they lie, as far as they were made ready. */
  placed(question: UserMessage, connection: Connection): UserMessage {
    return {
      ...question,
      content: question.content.map((part) =>
        part.type === "document" ? (this.#ready.get(keyOf(part, connection)) ?? part) : part,
      ),
    };
  }

  /** Messages with their documents as they were made ready. */
  applied(messages: readonly Message[], connection: Connection): readonly Message[] {
    return messages.map((message) => {
      const isChanged = message.role === "user" && message.content.some(({ type }) => type === "document");
      return isChanged ? this.placed(message, connection) : message;
    });
  }

  /**
   * Uploads documents anew that the service does not know any more.
   *
   * @returns whether all of them were
   * @throws AppError as `prepare`
   */
  async renew(documents: readonly DocumentPart[], connection: Connection, signal: AbortSignal): Promise<boolean> {
    const { store } = this.#options;
    for (const document of documents) {
      const key = keyOf(document, connection);
      const known = this.#ready.get(key);
      if (known?.type !== "document" || known.place === null) continue;
      store.forget(accountOf(connection), known.place.id);
      this.#ready.set(key, await this.#sent({ ...document, place: null }, connection, signal, "gone"));
    }
    return documents.every((document) => this.#ready.get(keyOf(document, connection)) !== null);
  }

  async #readied(document: DocumentPart, connection: Connection, signal: AbortSignal): Promise<ReadyDocument> {
    const { engine, store } = this.#options;
    const { name: provider } = connection;
    if (!takesDocuments(connection, engine.settings)) return await this.#textOf(document, connection, signal);
    const entry = store.find(accountOf(connection), document.digest);
    if (entry?.file !== null && entry !== null && !isExpired(entry)) {
      if (document.place === null) this.#say("reused", document, provider, entry.file.expiresAt);
      return { ...document, place: { provider, id: entry.file.id } };
    }
    if (entry?.file === null) {
      const found = await this.#found(entry, connection, signal);
      if (found !== null) {
        this.#say("takenUp", document, provider);
        return { ...document, place: { provider, id: found.id } };
      }
    }
    if (entry === null && document.place?.provider === provider) return document;
    return await this.#sent(document, connection, signal, entry !== null && entry.file !== null ? "gone" : "new");
  }

  /** The file that an upload became which this program did not see the end of; null where it became none. */
  async #found(entry: StoredUpload, connection: Connection, signal: AbortSignal): Promise<UploadedFile | null> {
    const from = entry.startedAt.getTime() - clockSkew;
    const files = await this.#filesAt(connection).list(signal);
    const found = files.find(({ name, size, createdAt }) => {
      return name === entry.name && size === entry.size && (createdAt === null || createdAt.getTime() >= from);
    });
    if (found === undefined) return null;
    this.#options.store.save({ ...entry, file: { id: found.id, expiresAt: found.expiresAt } });
    return found;
  }

  /** @param why whether the service had it before */
  async #sent(
    document: DocumentPart,
    connection: Connection,
    signal: AbortSignal,
    why: "new" | "gone",
  ): Promise<ReadyDocument> {
    const path = await this.#pathOf(document, signal);
    if (path === null) {
      this.#warn("lost", document, connection.name);
      return null;
    }
    const file = await sendableFile(path, "/", document.name);
    if (file === null) throw new AppError("input_unreadable", { path: document.name, reason: "no_pages" });
    const pages = await pageCount(this.#options.engine, file, document.name, signal).catch((error: unknown) => {
      if (!isLocked(error)) throw error;
      return "locked" as const;
    });
    // With its password it can be read here alone.
    if (pages === "locked") return await this.#textOf({ ...document, path }, connection, signal);
    if (why === "gone") this.#say("sentAgain", document, connection.name);
    const id = await this.#upload({ ...document, path }, { file, pages }, connection, signal);
    return { ...document, path, place: { provider: connection.name, id } };
  }

  async #upload(
    { digest, path, ...document }: DocumentPart,
    { file, pages }: { readonly file: SendableFile; readonly pages: number | null },
    connection: Connection,
    signal: AbortSignal,
  ): Promise<string> {
    const { console, words, uploads, store, meter } = this.#options;
    const { name: provider } = connection;
    const name = sanitizeLine(document.name);
    const price = this.#costOf(pages ?? 1, connection);
    const known = { pages: pages === null ? null : count(pages), price: price === null ? null : money(price) };
    const facts = { name, size: shortBytes(file.size), ...known };
    console.terminal.say(console.terminal.ink.err.muted(words.toUpload({ ...facts, provider })));
    const entry = { account: accountOf(connection), digest, provider, name: file.name, size: file.size };
    const begun: StoredUpload = { ...entry, path: path ?? file.path, startedAt: new Date(), file: null };
    let isSent = false;
    const atMost = this.#costOf(pages ?? recognitionLimits.pages, connection);
    try {
      const claim = { to: { provider, model: "files" }, purpose: "document", atMost } as const;
      const { result } = await meter.run(claim, async (onBillable) => {
        store.save(begun);
        using row = new UploadRow(console.terminal, uploads, { name, provider, size: file.size });
        const onSent = (bytes: number) => {
          isSent = true;
          onBillable();
          row.onSent(bytes);
        };
        const uploaded = await this.#filesAt(connection).upload(file, "text_recognition", onSent, signal);
        return { result: uploaded, cost: pages === null ? null : atMost };
      });
      store.save({ ...begun, file: { id: result.id, expiresAt: result.expiresAt } });
      return result.id;
    } catch (error) {
      if (isSent && mayBeBilled(error)) console.terminal.warn(words.uploadCut({ name, provider }));
      else store.remove(begun);
      throw error;
    }
  }

  /** The text of a document, for a provider that reads none. */
  async #textOf(document: DocumentPart, { name: provider }: Connection, signal: AbortSignal): Promise<FilePart | null> {
    const { engine, console, release } = this.#options;
    const path = await this.#pathOf(document, signal);
    if (path === null) {
      this.#warn("lost", document, provider);
      return null;
    }
    const { name } = document;
    const { readDocument } = attachOptions(engine, console, false, signal, release);
    const { thread } = engine;
    const source = {
      path,
      name,
      locale: "C",
      range: null,
      maxBytes: maxInputBytes,
      readDocument,
      stop: signal,
      thread,
    };
    const content = await documentFile(source);
    if (content?.part.type !== "file") throw new AppError("input_unreadable", { path: name, reason: "no_pages" });
    this.#say("asText", document, provider);
    return content.part;
  }

  /** Where a document lies on this machine, unchanged; null for nowhere. */
  async #pathOf({ name, path, digest }: DocumentPart, signal: AbortSignal): Promise<string | null> {
    const { engine, store } = this.#options;
    const places = [...(path === null ? [] : [path]), resolve(engine.workingFolder, name), ...store.pathsOf(digest)];
    for (const place of new Set(places)) {
      const found = await digestOf(place, name, signal).catch((error: unknown) => {
        if (signal.aborted) throw error;
        return null;
      });
      if (found === digest) return place;
    }
    return null;
  }

  #filesAt(connection: Connection): DeepSeekFiles {
    return new DeepSeekFiles(connection, providersWith("files", this.#options.engine.file.providers ?? {}));
  }

  #costOf(pages: number, { name }: Connection): Cost | null {
    const { currency } = this.#options.engine.settings;
    const amount = unitCost(name, currency, "page", pages);
    return amount === null ? null : { currency, amount };
  }

  #say(
    what: "reused" | "takenUp" | "sentAgain" | "asText",
    { name }: DocumentPart,
    provider: string,
    until: Date | null = null,
  ): void {
    const { terminal } = this.#options.console;
    const day = until === null ? null : localDay(until);
    terminal.say(terminal.ink.err.muted(this.#options.words[what]({ name: sanitizeLine(name), provider, until: day })));
  }

  #warn(what: "lost", { name }: DocumentPart, provider: string): void {
    this.#options.console.terminal.warn(this.#options.words[what]({ name: sanitizeLine(name), provider }));
  }
}

function keyOf({ digest }: DocumentPart, { name }: Connection): string {
  return `${name} ${digest}`;
}
