import { setTimeout as sleep } from "node:timers/promises";
import { PartFolder, partsOf } from "../../batch/at-provider/part-folder.ts";
import { type ProviderRunOptions, type ProviderSummary, runAtProvider } from "../../batch/at-provider/provider-run.ts";
import type { RequestLine } from "../../batch/at-provider/part.ts";
import { customIdOf } from "../../batch/at-provider/request-id.ts";
import type { OnBatchEvent } from "../../batch/events.ts";
import type { BatchItem } from "../../batch/item.ts";
import type { ItemResult } from "../../batch/result.ts";
import type { ScheduleEnd } from "../../batch/scheduler.ts";
import { AppError, asAppError } from "../../errors.ts";
import { requestBody } from "../../providers/wire/request-body.ts";
import { timeLeft } from "../../terminal/local-time.ts";
import { describe } from "../../terminal/terminal.ts";
import { loadProviderBatchWords, loadUploadWords } from "../../words/load.ts";
import type { ProviderBatchWords } from "../../words/types.ts";
import { structuredForm } from "../ask/wanted-form.ts";
import { withFindings } from "../capabilities.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { serviceRetryDelay } from "../service-retry.ts";
import { batchService, rulesOf } from "./batch-service.ts";
import { ItemRequests } from "./item-request.ts";
import { ProviderLines } from "./provider-lines.ts";
import { failedResult, readResult, type ResultReading, tooLargeResult } from "./provider-results.ts";
import { wantsSearcher, wantsTools } from "./run-answers.ts";
import { openRunBooks, type RunBooks } from "./run-books.ts";
import type { MissingItems, OpenWay } from "./run-way.ts";
import { StoredItemAnswers } from "./stored-item-answers.ts";

/**
 * Has the provider answer items as batches of its own, at their price. Tools are not run there.
 *
 * @throws AppError `not_offered`, and for settings and credentials
 */
export const openAtProvider: OpenWay = async (engine, console, { json }, onEvent) => {
  const words = await loadProviderBatchWords(engine.language);
  const form = await structuredForm(engine, console, null);
  const requests = new ItemRequests(engine);
  const asked = await requests.modelOf({ model: null });
  const connection = await engine.connect(asked.provider);
  const { name: provider } = connection;
  const rules = rulesOf(engine, connection);
  if (wantsTools(engine) || wantsSearcher(engine, connection, asked))
    console.terminal.warn(words.noTools({ provider }));
  const pricing = { factor: rules.priceFactor, failsOver: false };
  const booking = await openRunBooks(engine, console, requests, pricing, onEvent);
  const uploads = await loadUploadWords(engine.language);
  const lines = json ? null : new ProviderLines(console, { batches: words, uploads }, provider);
  const reading = { engine, console, connection, rules, form };
  const both: OnBatchEvent = (event) => {
    onEvent(event);
    lines?.onEvent(event);
  };
  return {
    asked,
    answer: async (items) =>
      await new RunAtProvider({ engine, console, words, requests, booking, reading, items, onEvent: both }).run(),
    [Symbol.asyncDispose]: async () => await booking[Symbol.asyncDispose](),
  };
};

/** @throws AppError `batch_elsewhere`, `storage_failed` */
function openParts(path: string, provider: string): PartFolder {
  const folder = PartFolder.find(path);
  if (folder === null) return PartFolder.create(path, provider);
  if (folder.provider !== provider) throw new AppError("batch_elsewhere", { provider, running: folder.provider });
  return folder;
}

/** Items that no batch had a result of are told before those that may cost too much. */
function endOf({ left, batches, isCut }: ProviderSummary, provider: string): ScheduleEnd {
  if (left === 0) return { why: isCut ? "cost" : "done", error: null };
  const statuses = new Set(batches.filter((batch) => batch.left > 0).map(({ status }) => status));
  return { why: "failed", error: new AppError("batch_left", { provider, left, statuses: [...statuses] }) };
}

/** Says where batches of an output run at a provider that is not asked to go on with them. */
export async function tellRunning(engine: Engine, { terminal }: Console, output: string): Promise<void> {
  const folder = PartFolder.find(partsOf(output));
  const batches = folder?.parts.filter(({ stage }) => stage === "creating" || stage === "waiting").length ?? 0;
  if (folder === null || batches === 0) return;
  const words = await loadProviderBatchWords(engine.language);
  terminal.warn(words.alsoRunning({ provider: folder.provider, batches }));
}

/** What a run at a provider is made of. */
interface ProviderRunParts {
  readonly engine: Engine;
  readonly console: Console;
  readonly words: ProviderBatchWords;
  readonly requests: ItemRequests;
  readonly booking: RunBooks;
  readonly reading: ResultReading;
  readonly items: MissingItems;
  readonly onEvent: OnBatchEvent;
}

/** Waits for the batches of one run. */
class RunAtProvider {
  readonly #parts: ProviderRunParts;
  readonly #stored: StoredItemAnswers;

  constructor(parts: ProviderRunParts) {
    this.#parts = parts;
    this.#stored = new StoredItemAnswers(parts.engine, parts.reading);
  }

  /** @throws AppError `batch_elsewhere`, `not_possible` for models of other providers; what the service says; `storage_failed` */
  async run(): Promise<ScheduleEnd> {
    const { engine, console, words, reading, items } = this.#parts;
    const { name: provider } = reading.connection;
    const folder = openParts(partsOf(items.output), provider);
    try {
      const summary = await runAtProvider(items.source, this.#options(folder), engine.stop);
      folder.remove();
      return endOf(summary, provider);
    } catch (error) {
      if (!engine.stop.aborted) throw error;
      const ids = folder.parts.flatMap(({ stage, batch }) => (stage === "waiting" && batch !== null ? [batch] : []));
      if (ids.length > 0) console.terminal.report(words.goesOn({ provider, ids }));
      return { why: "stopped", error: null };
    } finally {
      await this.#flush();
    }
  }

  #options(folder: PartFolder): ProviderRunOptions {
    const { engine, console, words, booking, reading, items, onEvent } = this.#parts;
    const { source } = items;
    const purse = booking.purse;
    return {
      service: batchService(engine, reading.connection),
      folder,
      limits: reading.rules,
      request: this.#request,
      async admit(item, isAsked) {
        if (purse === null) return true;
        if (!isAsked) return await purse.take(item);
        await purse.takeAsked(item);
        return true;
      },
      release: (item) => purse?.leave(item),
      onCut: (count) => console.terminal.say(words.cut({ items: count, total: source.total })),
      onTooLarge: (line) => this.#put(tooLargeResult(reading, line)),
      onLine: this.#take,
      onLeft: (item, { model }, { status }) => {
        purse?.leave(item);
        const facts = { provider: reading.connection.name, left: 1, statuses: [status] };
        const result = failedResult(reading, { ...item, model }, new AppError("batch_left", facts));
        onEvent({ type: "return", result });
      },
      flush: this.#flush,
      onEvent,
      retryDelay: this.#retryDelay,
      wait: async (delay, signal) => {
        await sleep(delay, undefined, { signal }).catch((error: unknown) => {
          throw new AppError("interrupted", {}, { cause: error });
        });
      },
    };
  }

  readonly #take: ProviderRunOptions["onLine"] = async ({ item, customId, json, isWanted }, { model }, batch) => {
    const { booking, reading } = this.#parts;
    const read = await readResult(reading, { ...item, customId, json, model, batch });
    if (read === null) return "left";
    if (read.row !== null) booking.add([read.row]);
    booking.purse?.leave(item);
    if (isWanted) this.#put(read.result);
    return read.result.error === null ? "answered" : "failed";
  };

  #put(result: ItemResult): void {
    this.#parts.items.sink.put(result);
    this.#parts.onEvent({ type: "result", result });
  }

  /** Resolves once the output and the ledger have all that was read. @throws AppError `storage_failed` */
  readonly #flush = async (): Promise<void> => {
    await this.#parts.booking.flush();
    await this.#parts.items.sink.flush();
  };

  readonly #request = async (item: BatchItem): Promise<RequestLine | null> => {
    const { engine, words, requests, reading } = this.#parts;
    const { connection } = reading;
    const { index, id } = item;
    const to = await requests.modelOf(item);
    if (to.provider !== connection.name) {
      const facts = { id, model: `${to.provider}/${to.model}`, provider: connection.name };
      throw new AppError("not_possible", { message: words.otherProvider(facts) });
    }
    const request = requests.requestOf(item, to);
    const stored = await this.#stored.find(item, request, to);
    if (stored !== null) {
      this.#put(stored);
      return null;
    }
    const body = requestBody({ ...request, stream: false }, withFindings(engine, connection, to.model));
    const customId = customIdOf(id);
    const text = JSON.stringify({ custom_id: customId, method: "POST", url: "/v1/chat/completions", body });
    return { index, id, customId, model: to.model, text };
  };

  /** Until the service has answered once, something may be wrong with the settings. */
  readonly #retryDelay: ProviderRunOptions["retryDelay"] = (error, failures, isReached) => {
    const { engine, console, words } = this.#parts;
    const delay = serviceRetryDelay(engine.settings.retries, error, failures, isReached);
    if (delay === null) return null;
    const reason = describe(asAppError(error), console.words.errors);
    console.terminal.detail(words.paused({ reason, time: timeLeft(delay) }));
    return delay;
  };
}
