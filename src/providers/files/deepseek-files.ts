import { AppError } from "../../errors.ts";
import type { Connection } from "../connection.ts";
import { type OpenAICall, OpenAIService, pageSize, refusedStatus } from "../wire/openai-service.ts";
import { formFile } from "./form-file.ts";
import { type OutgoingFile, readUploadedFile, type UploadedFile } from "./uploaded-file.ts";

/** What a document is uploaded for: its text is recognized, with tables and the place of each piece or without. */
export type DocumentPurpose = "text_recognition" | "rich_layout_recognition";

/** Milliseconds without a sign of life. The service reads the whole document before it answers. */
export const readingTimeout = 1_800_000;

/** Seconds after which an uploaded document is deleted by the service. */
const lifetime = 30 * 86_400;

/** The documents that lie at DeepSeek: its Files API, which has OpenAI's form (api-docs.deepseek.com). */
export class DeepSeekFiles {
  readonly #service: OpenAIService;
  readonly #provider: string;

  /** @param others providers that have such files, named where this one turns out to have none */
  constructor(connection: Connection, others: readonly string[]) {
    this.#provider = connection.name;
    this.#service = new OpenAIService(patient(connection), "files", others);
  }

  /**
   * Uploads a document. What is aborted may be billed.
   *
   * @param onSent gets the bytes that have gone out
   * @throws AppError as for a question; `input_unreadable` for a file that has changed or is gone; `not_offered`
   */
  async upload(
    file: OutgoingFile,
    purpose: DocumentPurpose,
    onSent: (bytes: number) => void,
    stop: AbortSignal,
  ): Promise<UploadedFile> {
    const { Files } = await import("openai/resources/files");
    const content = await formFile(file);
    // The service wants the purpose before the file.
    const form = { purpose, expires_after: { anchor: "created_at", seconds: lifetime }, file: content };
    // The package's types know OpenAI's purposes alone.
    const create: OpenAICall = (client, options) => new Files(client).create(form as never, options);
    const json = await this.#service
      .ask(create, { stop, timeout: readingTimeout, onSent })
      .catch(this.#service.withoutRoute);
    const uploaded = this.#service.known(json, readUploadedFile);
    return { ...uploaded, expiresAt: uploaded.expiresAt ?? new Date(Date.now() + lifetime * 1000) };
  }

  /** All files of the account, as far as they are understood. @throws AppError as for a question; `not_offered` */
  async list(stop: AbortSignal): Promise<UploadedFile[]> {
    const { Files } = await import("openai/resources/files");
    const list = (after: object): OpenAICall => {
      return (client, options) => new Files(client).list({ limit: pageSize, ...after }, options);
    };
    const files: UploadedFile[] = [];
    try {
      for await (const file of this.#service.listed(list, readUploadedFile, stop)) files.push(file);
    } catch (error) {
      this.#service.withoutRoute(error);
    }
    return files;
  }

  /** Deletes a file. @throws AppError as for a question; `file_not_found` */
  async remove(id: string, stop: AbortSignal): Promise<void> {
    const { Files } = await import("openai/resources/files");
    try {
      await this.#service.ask((client, options) => new Files(client).delete(id, options), { stop });
    } catch (error) {
      if (refusedStatus(error) !== 404) throw error;
      throw new AppError("file_not_found", { provider: this.#provider, id }, { cause: error });
    }
  }
}

/** A connection that waits for what the service reads, whatever the settings say of silence: what is aborted may be billed. */
export function patient(connection: Connection): Connection {
  const { idleTimeout } = connection;
  return { ...connection, idleTimeout: idleTimeout === null ? null : Math.max(idleTimeout, readingTimeout) };
}
