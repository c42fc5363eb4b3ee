import { AppError } from "../../errors.ts";
import type { Connection } from "../connection.ts";
import type { HttpResponse } from "../http/response.ts";
import { formFile } from "../files/form-file.ts";
import { readUploadedFile } from "../files/uploaded-file.ts";
import { withTimeout } from "../http/request-timeout.ts";
import { send } from "../http/send.ts";
import { refusalOf } from "../wire/errors.ts";
import { type OpenAICall, OpenAIService, pageSize, refusedStatus } from "../wire/openai-service.ts";
import { redact, redactedJson } from "../wire/redact.ts";
import { labelField, readBatch } from "./batch-reader.ts";
import type { BatchService, ProviderBatch } from "./provider-batch.ts";

/** Milliseconds without a sign of life. A service may look at a whole file before it says that it has it. */
const timeouts = { upload: 600_000, download: 120_000 };
/** Milliseconds by which a service's clock may differ from this machine's. */
const clockSkew = 86_400_000;

/** The batches of a service that has OpenAI's `/files` and `/batches`, by the `openai` package. */
export class OpenAIBatches implements BatchService {
  readonly #connection: Connection;
  readonly #service: OpenAIService;

  /** @param others providers that have batches, named where this one turns out to have none */
  constructor(connection: Connection, others: readonly string[]) {
    // A file of results is bounded by the lines that are kept of it, not as one answer is.
    this.#connection = { ...connection, maxAnswer: Number.MAX_SAFE_INTEGER };
    this.#service = new OpenAIService(this.#connection, "batches", others);
  }

  readonly upload: BatchService["upload"] = async (file, onSent, stop) => {
    const { Files } = await import("openai/resources/files");
    const content = await formFile({ ...file, mediaType: "application/jsonl" });
    const create: OpenAICall = (client, options) =>
      new Files(client).create({ purpose: "batch", file: content }, options);
    const json = await this.#service
      .ask(create, { stop, timeout: timeouts.upload, onSent })
      .catch(this.#service.withoutRoute);
    return this.#service.known(json, readUploadedFile).id;
  };

  readonly findUpload: BatchService["findUpload"] = async ({ name, size }, stop) => {
    const { Files } = await import("openai/resources/files");
    const list = (after: object): OpenAICall => {
      return (client, options) => new Files(client).list({ purpose: "batch", limit: pageSize, ...after }, options);
    };
    for await (const file of this.#service.listed(list, readUploadedFile, stop)) {
      if (file.name === name && (file.size ?? size) === size) return file.id;
    }
    return null;
  };

  readonly create: BatchService["create"] = async (inputFile, label, stop) => {
    const { Batches } = await import("openai/resources/batches");
    const wanted = {
      input_file_id: inputFile,
      endpoint: "/v1/chat/completions",
      completion_window: "24h",
      metadata: { [labelField]: label },
    } as const;
    const create: OpenAICall = (client, options) => new Batches(client).create(wanted, options);
    const json = await this.#service.ask(create, { stop }).catch(this.#service.withoutRoute);
    return this.#batchIn(json);
  };

  readonly findBatch: BatchService["findBatch"] = async (inputFile, label, since, stop) => {
    const { Batches } = await import("openai/resources/batches");
    const list = (after: object): OpenAICall => {
      return (client, options) => new Batches(client).list({ limit: pageSize, ...after }, options);
    };
    for await (const batch of this.#service.listed(list, readBatch, stop)) {
      if (batch.inputFile === inputFile || batch.label === label) return batch;
      // The newest come first.
      if (batch.createdAt !== null && batch.createdAt.getTime() < since.getTime() - clockSkew) break;
    }
    return null;
  };

  readonly retrieve: BatchService["retrieve"] = async (id, stop) => {
    const { Batches } = await import("openai/resources/batches");
    const retrieve: OpenAICall = (client, options) => new Batches(client).retrieve(id, options);
    const json = await this.#service.ask(retrieve, { stop }).catch(this.#withoutId(id));
    return this.#batchIn(json);
  };

  readonly cancel: BatchService["cancel"] = async (id, stop) => {
    const { Batches } = await import("openai/resources/batches");
    const cancel: OpenAICall = (client, options) => new Batches(client).cancel(id, options);
    const json = await this.#service.ask(cancel, { stop }).catch(this.#withoutId(id));
    return this.#batchIn(json);
  };

  readonly download: BatchService["download"] = async (file, use, stop) => {
    return await withTimeout(this.#connection, stop, timeouts.download, async (signal, alive) => {
      const response = await (isAddress(file, this.#connection) ? this.#fetch(file, signal) : this.#open(file, signal));
      return await use(heard(response.body, alive));
    }).catch(this.#withoutId(file));
  };

  async #open(file: string, signal: AbortSignal): Promise<HttpResponse> {
    const { Files } = await import("openai/resources/files");
    return await this.#service.open((client, options) => new Files(client).content(file, options), signal);
  }

  /** Some services give an address in the place of an id; it is asked without a key. */
  async #fetch(url: string, signal: AbortSignal): Promise<HttpResponse> {
    const bare = { ...this.#connection, key: null, headers: {}, sign: () => ({}) };
    const response = await send(bare, { method: "GET", url, headers: {}, body: null }, signal);
    if (!response.isSuccess) throw await refusalOf(response, bare, "");
    return response;
  }

  /** Words of the service are shown; its ids and what follows from its status are not to be changed by that. */
  #batchIn(json: unknown): ProviderBatch {
    const batch = this.#service.known(json, readBatch);
    // OpenAI's own words are no keys, though a header may have one of them for its value.
    const status = /^[a-z_]+$/u.test(batch.status) ? batch.status : redact(batch.status, this.#connection);
    return { ...batch, status, mistakes: redactedJson(batch.mistakes, this.#connection) as ProviderBatch["mistakes"] };
  }

  #withoutId(id: string): (error: unknown) => never {
    return (error) => {
      if (refusedStatus(error) !== 404) throw error;
      throw new AppError("batch_not_found", { provider: this.#connection.name, id }, { cause: error });
    };
  }
}

/** Whether a file is named by an address that may be asked: over TLS, or where the service itself is. */
function isAddress(file: string, { baseUrl }: Connection): boolean {
  const url = URL.parse(file);
  return url !== null && (url.protocol === "https:" || url.origin === URL.parse(baseUrl)?.origin);
}

async function* heard(body: AsyncIterable<Buffer>, alive: () => void): AsyncGenerator<Buffer> {
  for await (const bytes of body) {
    alive();
    yield bytes;
  }
}
