import { openAsBlob } from "node:fs";
import type { OpenAI } from "openai/client";
import { AppError, systemReason } from "../../errors.ts";
import type { Connection } from "../connection.ts";
import type { HttpResponse } from "../http/response.ts";
import { withTimeout } from "../http/request-timeout.ts";
import { send } from "../http/send.ts";
import { notAStream, refusalOf } from "../wire/errors.ts";
import { callOpenAI } from "../wire/openai-client.ts";
import { redact, redactedJson } from "../wire/redact.ts";
import { labelField, readBatch, readFile, readList } from "./batch-reader.ts";
import type { BatchService, ProviderBatch, UploadFile } from "./provider-batch.ts";

/** Milliseconds without a sign of life. A service may look at a whole file before it says that it has it. */
const timeouts = { small: 60_000, upload: 600_000, download: 120_000 };
/** Entries of a list that are asked for at once, and pages that are looked at. */
const pageSize = 100;
const maxPages = 20;
/** Milliseconds by which a service's clock may differ from this machine's. */
const clockSkew = 86_400_000;
/** Statuses of services that have no such path. */
const routeless: ReadonlySet<number> = new Set([404, 405, 501]);

interface CallOptions {
  readonly signal: AbortSignal;
}

/** A call of the package, whose answer is read here. */
type Call = (client: OpenAI, options: CallOptions) => { asResponse(): Promise<unknown> };

type OnSent = (bytes: number) => void;

/** The batches of a service that has OpenAI's `/files` and `/batches`, by the `openai` package. */
export class OpenAIBatches implements BatchService {
  readonly #connection: Connection;
  readonly #others: readonly string[];

  /** @param others providers that have batches, named where this one turns out to have none */
  constructor(connection: Connection, others: readonly string[]) {
    // A file of results is bounded by the lines that are kept of it, not as one answer is.
    this.#connection = { ...connection, maxAnswer: Number.MAX_SAFE_INTEGER };
    this.#others = others;
  }

  readonly upload: BatchService["upload"] = async (file, onSent, stop) => {
    const { Files } = await import("openai/resources/files");
    const content = await fileOf(file);
    const create: Call = (client, options) => new Files(client).create({ purpose: "batch", file: content }, options);
    const json = await this.#ask(create, timeouts.upload, stop, onSent).catch(this.#withoutRoute);
    return this.#known(json, readFile).id;
  };

  readonly findUpload: BatchService["findUpload"] = async ({ name, size }, stop) => {
    const { Files } = await import("openai/resources/files");
    const list = (after: object): Call => {
      return (client, options) => new Files(client).list({ purpose: "batch", limit: pageSize, ...after }, options);
    };
    for await (const file of this.#listed(list, readFile, stop)) {
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
    const create: Call = (client, options) => new Batches(client).create(wanted, options);
    const json = await this.#ask(create, timeouts.small, stop).catch(this.#withoutRoute);
    return this.#batchIn(json);
  };

  readonly findBatch: BatchService["findBatch"] = async (inputFile, label, since, stop) => {
    const { Batches } = await import("openai/resources/batches");
    const list = (after: object): Call => {
      return (client, options) => new Batches(client).list({ limit: pageSize, ...after }, options);
    };
    for await (const batch of this.#listed(list, readBatch, stop)) {
      if (batch.inputFile === inputFile || batch.label === label) return batch;
      // The newest come first.
      if (batch.createdAt !== null && batch.createdAt.getTime() < since.getTime() - clockSkew) break;
    }
    return null;
  };

  readonly retrieve: BatchService["retrieve"] = async (id, stop) => {
    const { Batches } = await import("openai/resources/batches");
    const retrieve: Call = (client, options) => new Batches(client).retrieve(id, options);
    const json = await this.#ask(retrieve, timeouts.small, stop).catch(this.#withoutId(id));
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
    return await this.#call((client, options) => new Files(client).content(file, options), signal);
  }

  /** Some services give an address in the place of an id; it is asked without a key. */
  async #fetch(url: string, signal: AbortSignal): Promise<HttpResponse> {
    const bare = { ...this.#connection, key: null, headers: {}, sign: () => ({}) };
    const response = await send(bare, { method: "GET", url, headers: {}, body: null }, signal);
    if (!response.isSuccess) throw await refusalOf(response, bare, "");
    return response;
  }

  /** The entries of a list that are understood, page by page. */
  async *#listed<Entry extends { readonly id: string }>(
    list: (after: object) => Call,
    read: (json: unknown) => Entry | null,
    stop: AbortSignal,
  ): AsyncGenerator<Entry> {
    let after: string | undefined;
    for (let page = 0; page < maxPages; page++) {
      const call = list(after === undefined ? {} : { after });
      const { entries, hasMore } = this.#known(await this.#ask(call, timeouts.small, stop), readList);
      const understood = entries.flatMap((entry) => read(entry) ?? []);
      yield* understood;
      const last = understood.at(-1)?.id;
      if (!hasMore || last === undefined || last === after) return;
      after = last;
    }
  }

  /** Words of the service are shown; its ids and what follows from its status are not to be changed by that. */
  #batchIn(json: unknown): ProviderBatch {
    const batch = this.#known(json, readBatch);
    // OpenAI's own words are no keys, though a header may have one of them for its value.
    const status = /^[a-z_]+$/u.test(batch.status) ? batch.status : redact(batch.status, this.#connection);
    return { ...batch, status, mistakes: redactedJson(batch.mistakes, this.#connection) as ProviderBatch["mistakes"] };
  }

  /** What a document is. @throws AppError `batch_unreadable` */
  #known<Result>(json: unknown, read: (json: unknown) => Result | null): Result {
    const result = read(json);
    if (result !== null) return result;
    const { name: provider } = this.#connection;
    const start = JSON.stringify(redactedJson(json, this.#connection)).slice(0, 80);
    throw new AppError("batch_unreadable", { provider, start });
  }

  /** Sends a request that is answered by a document. */
  async #ask(call: Call, timeout: number, stop: AbortSignal, onSent?: OnSent): Promise<unknown> {
    const connection = this.#connection;
    return await withTimeout(connection, stop, timeout, async (signal, alive) => {
      const response = await this.#call(call, signal, (bytes) => {
        alive();
        onSent?.(bytes);
      });
      const text = await response.text();
      try {
        return JSON.parse(text.trim()) as unknown;
      } catch (error) {
        throw notAStream(response, text, connection, error);
      }
    });
  }

  async #call(call: Call, signal: AbortSignal, onSent?: OnSent): Promise<HttpResponse> {
    const target = { baseUrl: this.#connection.baseUrl, model: "", ...(onSent && { onSent }) };
    const run = async (client: OpenAI) => await call(client, { signal }).asResponse();
    return ((await callOpenAI(this.#connection, target, run)) as { readonly http: HttpResponse }).http;
  }

  readonly #withoutRoute = (error: unknown): never => {
    if (!routeless.has(statusOf(error))) throw error;
    throw new AppError(
      "batch_unsupported",
      { provider: this.#connection.name, others: this.#others },
      { cause: error },
    );
  };

  #withoutId(id: string): (error: unknown) => never {
    return (error) => {
      if (statusOf(error) !== 404) throw error;
      throw new AppError("batch_not_found", { provider: this.#connection.name, id }, { cause: error });
    };
  }
}

/** Whether a file is named by an address that may be asked: over TLS, or where the service itself is. */
function isAddress(file: string, { baseUrl }: Connection): boolean {
  const url = URL.parse(file);
  return url !== null && (url.protocol === "https:" || url.origin === URL.parse(baseUrl)?.origin);
}

/** HTTP's, of a refusal; else 0. */
function statusOf(error: unknown): number {
  return error instanceof AppError && error.code === "request_refused"
    ? (error as AppError<"request_refused">).details.status
    : 0;
}

/** A file that is read while it goes out. @throws AppError `input_unreadable` */
async function fileOf({ path, name }: UploadFile): Promise<File> {
  try {
    return new File([await openAsBlob(path)], name, { type: "application/jsonl" });
  } catch (error) {
    throw new AppError("input_unreadable", { path, reason: systemReason(error) }, { cause: error });
  }
}

async function* heard(body: AsyncIterable<Buffer>, alive: () => void): AsyncGenerator<Buffer> {
  for await (const bytes of body) {
    alive();
    yield bytes;
  }
}
