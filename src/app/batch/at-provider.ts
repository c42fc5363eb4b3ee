import { setTimeout as sleep } from "node:timers/promises";
import { PartFolder, partsOf } from "../../batch/at-provider/part-folder.ts";
import { type ProviderRunOptions, type ProviderSummary, runAtProvider } from "../../batch/at-provider/provider-run.ts";
import type { RequestLine } from "../../batch/at-provider/part.ts";
import { customIdOf } from "../../batch/at-provider/request-id.ts";
import type { BatchItem, ItemSource } from "../../batch/item.ts";
import type { ResultSink } from "../../batch/result.ts";
import type { ModelRef } from "../../chat/model.ts";
import { AppError, type ErrorCode } from "../../errors.ts";
import { OpenAIBatches } from "../../providers/batches/openai-batches.ts";
import type { BatchService } from "../../providers/batches/provider-batch.ts";
import type { BatchRules } from "../../providers/batches/rules.ts";
import { providersWith, serviceOf } from "../../providers/catalogue.ts";
import type { Connection } from "../../providers/connection.ts";
import { isPassing } from "../../providers/wire/errors.ts";
import { requestBody } from "../../providers/wire/request-body.ts";
import { loadProviderBatchWords } from "../../words/load.ts";
import type { ProviderBatchWords } from "../../words/types.ts";
import type { StructuredForm } from "../ask/structured-form.ts";
import { structuredForm } from "../ask/wanted-form.ts";
import { withFindings } from "../capabilities.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { Books } from "../usage/books.ts";
import { BulkBooks } from "./bulk-books.ts";
import { ItemRequests } from "./item-request.ts";
import type { ProviderDisplay } from "./provider-display.ts";
import { readResult, type ResultReading, tooLargeResult } from "./provider-results.ts";

/** What is needed to have items answered at a provider. */
export interface AtProvider {
  readonly connection: Connection;
  readonly rules: BatchRules;
  readonly requests: ItemRequests;
  /** The model of items that name none. */
  readonly asked: ModelRef;
  /** The form that answers are to have; null for free text. */
  readonly form: StructuredForm | null;
}

export interface AtProviderRun {
  readonly source: ItemSource;
  readonly sink: ResultSink;
  /** Path of the output, beside which the parts are kept. */
  readonly output: string;
  readonly display: ProviderDisplay;
}

/** How a run at a provider ended. */
export interface ProviderEnd {
  readonly end: "done" | "stopped";
  /** Items whose batches ended without their results; null where there are none. */
  readonly left: AppError<"batch_left"> | null;
}

/** Milliseconds: waits after failures, the first one and the longest. */
const firstDelay = 1_000;
const maxDelay = 60_000;
/** How often something is tried again that is no matter of the network. */
const maxOddities = 5;
/** What a network brings about that is not there, or not yet. */
const ofNetwork: ReadonlySet<ErrorCode> = new Set([
  "no_connection",
  "timeout",
  "rate_limited",
  "service_failed",
  "stream_failed",
]);

/**
 * Opens the provider of the settings, for batches of its own.
 *
 * @throws AppError `not_offered`, and for settings and credentials
 */
export async function openAtProvider(engine: Engine, console: Console): Promise<AtProvider> {
  const form = await structuredForm(engine, console, null);
  const requests = new ItemRequests(engine);
  const asked = await requests.modelOf({ model: null });
  const connection = await engine.connect(asked.provider);
  return { connection, rules: rulesOf(engine, connection), requests, asked, form };
}

/** @throws AppError `not_offered` */
export function rulesOf({ file }: Pick<Engine, "file">, connection: Connection): BatchRules {
  return serviceOf(connection, "batches", file.providers ?? {});
}

/** The batches of a provider. */
export function batchService({ file }: Pick<Engine, "file">, connection: Connection): BatchService {
  return new OpenAIBatches(connection, providersWith("batches", file.providers ?? {}));
}

/**
 * Has the provider answer items as batches of its own, at their price, and waits for the results.
 *
 * @throws AppError `batch_elsewhere`, `not_possible` for models of other providers; what the service says; `storage_failed`
 */
export async function answerAtProvider(
  engine: Engine,
  console: Console,
  opened: AtProvider,
  given: AtProviderRun,
): Promise<ProviderEnd> {
  const { name: provider } = opened.connection;
  const words = await loadProviderBatchWords(engine.language);
  const folder = openParts(partsOf(given.output), provider);
  const books = engine.hold(new Books(engine.folders));
  const run = new RunAtProvider(engine, console, words, opened, given, new BulkBooks(books));
  try {
    const summary = await runAtProvider(given.source, run.options(folder, given.display.onEvent), engine.stop);
    folder.remove();
    return { end: "done", left: leftOf(summary, provider) };
  } catch (error) {
    if (!engine.stop.aborted) throw error;
    given.display[Symbol.dispose]();
    const ids = folder.parts.flatMap(({ stage, batch }) => (stage === "waiting" && batch !== null ? [batch] : []));
    if (ids.length > 0) console.terminal.report(words.goesOn({ provider, ids }));
    return { end: "stopped", left: null };
  } finally {
    await run.flush();
  }
}

/** @throws AppError `batch_elsewhere`, `storage_failed` */
function openParts(path: string, provider: string): PartFolder {
  const folder = PartFolder.find(path);
  if (folder === null) return PartFolder.create(path, provider);
  if (folder.provider !== provider) throw new AppError("batch_elsewhere", { provider, running: folder.provider });
  return folder;
}

function leftOf({ left, batches }: ProviderSummary, provider: string): AppError<"batch_left"> | null {
  if (left === 0) return null;
  const statuses = new Set(batches.filter((batch) => batch.left > 0).map(({ status }) => status));
  return new AppError("batch_left", { provider, left, statuses: [...statuses] });
}

/** Says where batches of an output run at a provider that is not asked to go on with them. */
export async function tellRunning(engine: Engine, { terminal }: Console, output: string): Promise<void> {
  const folder = PartFolder.find(partsOf(output));
  const batches = folder?.parts.filter(({ stage }) => stage === "creating" || stage === "waiting").length ?? 0;
  if (folder === null || batches === 0) return;
  const words = await loadProviderBatchWords(engine.language);
  terminal.warn(words.alsoRunning({ provider: folder.provider, batches }));
}

/** What a run needs of the engine. */
class RunAtProvider {
  readonly #engine: Engine;
  readonly #words: ProviderBatchWords;
  readonly #opened: AtProvider;
  readonly #given: AtProviderRun;
  readonly #reading: ResultReading;
  readonly #booking: BulkBooks;

  constructor(
    engine: Engine,
    console: Console,
    words: ProviderBatchWords,
    opened: AtProvider,
    given: AtProviderRun,
    booking: BulkBooks,
  ) {
    [this.#engine, this.#words, this.#opened, this.#given, this.#booking] = [engine, words, opened, given, booking];
    this.#reading = { engine, console, ...opened };
  }

  options(folder: PartFolder, onEvent: ProviderRunOptions["onEvent"]): ProviderRunOptions {
    const { connection, rules } = this.#opened;
    return {
      service: batchService(this.#engine, connection),
      folder,
      limits: rules,
      request: this.#request,
      onTooLarge: (line) => this.#given.sink.put(tooLargeResult(this.#reading, line)),
      onLine: async ({ item, customId, json, isWanted }, { model }, batch) => {
        const read = await readResult(this.#reading, { ...item, customId, json, model, batch });
        if (read === null) return "left";
        if (read.row !== null) this.#booking.add([read.row]);
        if (isWanted) this.#given.sink.put(read.result);
        return read.result.error === null ? "answered" : "failed";
      },
      flush: this.flush,
      onEvent,
      retryDelay: this.#retryDelay,
      wait: async (delay, signal) => {
        await sleep(delay, undefined, { signal }).catch((error: unknown) => {
          throw new AppError("interrupted", {}, { cause: error });
        });
      },
    };
  }

  /** Resolves once the output and the ledger have all that was read. @throws AppError `storage_failed` */
  readonly flush = async (): Promise<void> => {
    await this.#booking.flush();
    await this.#given.sink.flush();
  };

  readonly #request = async (item: BatchItem): Promise<RequestLine> => {
    const { connection, requests } = this.#opened;
    const { index, id } = item;
    const to = await requests.modelOf(item);
    if (to.provider !== connection.name) {
      const facts = { id, model: `${to.provider}/${to.model}`, provider: connection.name };
      throw new AppError("not_possible", { message: this.#words.otherProvider(facts) });
    }
    const request = { ...requests.requestOf(item, to), stream: false };
    const body = requestBody(request, withFindings(this.#engine, connection, to.model));
    const customId = customIdOf(id);
    const text = JSON.stringify({ custom_id: customId, method: "POST", url: "/v1/chat/completions", body });
    return { index, id, customId, model: to.model, text };
  };

  /** Until the service has answered once, something may be wrong with the settings. */
  readonly #retryDelay: ProviderRunOptions["retryDelay"] = (error, failures, isReached) => {
    if (!(error instanceof AppError) || error.kind !== "service") return null;
    const isOfNetwork = ofNetwork.has(error.code) && isPassing(error);
    const most = isReached ? (isOfNetwork ? Infinity : maxOddities) : isOfNetwork ? this.#engine.settings.retries : 0;
    if (failures > most) return null;
    const delay = Math.min(maxDelay, firstDelay * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
    return error.retryAfter ?? delay;
  };
}
