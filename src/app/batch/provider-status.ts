import { resolve } from "node:path";
import { AtomicFile } from "../../atomic-file.ts";
import { idOfCustom } from "../../batch/at-provider/request-id.ts";
import { resultLines } from "../../batch/at-provider/result-lines.ts";
import { resultLine } from "../../batch/output/result-line.ts";
import { expandHome } from "../../config/home.ts";
import type { BatchService, ProviderBatch } from "../../providers/batches/provider-batch.ts";
import { refusedStatus } from "../../providers/wire/openai-service.ts";
import { localTime } from "../../terminal/local-time.ts";
import { sanitizeLine } from "../../terminal/sanitize.ts";
import { loadProviderBatchWords } from "../../words/load.ts";
import type { ProviderBatchWords } from "../../words/types.ts";
import type { Console } from "../console.ts";
import { displayPath } from "../display-path.ts";
import type { Engine } from "../engine.ts";
import { Books } from "../usage/books.ts";
import { batchService, rulesOf } from "./batch-service.ts";
import { BulkBooks } from "./bulk-books.ts";
import { batchFields } from "./event-lines.ts";
import { readResult, type ResultReading } from "./provider-results.ts";

export interface ProviderStatusOptions {
  /** Of a batch at the provider. */
  readonly id: string;
  /** Where its results go; null: nowhere. */
  readonly output: string | null;
  /** Whether a file that is there is replaced. */
  readonly force: boolean;
  readonly json: boolean;
}

/** What was downloaded. */
interface Download {
  readonly answered: number;
  readonly failed: number;
}

/**
 * Shows how far a batch at a provider is, whatever machine made it; once it has ended, its results can be written to a file.
 *
 * @throws AppError `not_offered`, `batch_not_found`, `output_exists`, `storage_failed`, and what the service says
 */
export async function showProviderBatch(
  engine: Engine,
  console: Console,
  { id, output, force, json }: ProviderStatusOptions,
): Promise<void> {
  const { terminal } = console;
  const connection = await engine.connect(engine.settings.provider);
  const reading = { engine, console, connection, rules: rulesOf(engine, connection), form: null };
  const service = batchService(engine, connection);
  const words = await loadProviderBatchWords(engine.language);
  const batch = await service.retrieve(id, engine.stop);
  const path = output === null ? null : resolve(engine.workingFolder, expandHome(output));
  const got = path === null || !batch.isEnded ? null : await download(engine, service, reading, batch, path, force);
  const { name: provider } = connection;
  if (json) return terminal.json({ provider, ...batchFields(batch), output: got === null ? null : output, ...got });
  tellBatch(console, words, batch);
  if (got !== null && path !== null)
    terminal.say(words.written({ path: displayPath(engine.workingFolder, path), ...got }));
  else if (batch.isEnded && (batch.outputFile ?? batch.errorFile) !== null)
    terminal.say(words.downloadable({ id: batch.id, provider }));
}

/**
 * Has a batch at a provider end early.
 *
 * @throws AppError `not_offered`, `batch_not_found`, and what the service says
 */
export async function cancelProviderBatch(
  engine: Engine,
  console: Console,
  { id, json }: Pick<ProviderStatusOptions, "id" | "json">,
): Promise<void> {
  const connection = await engine.connect(engine.settings.provider);
  rulesOf(engine, connection);
  const service = batchService(engine, connection);
  const words = await loadProviderBatchWords(engine.language);
  const batch = await service.cancel(id, engine.stop).catch(async (error: unknown) => {
    // A service that refuses says so in words of its own where the batch has ended.
    const now = refusedStatus(error) === 0 ? null : await service.retrieve(id, engine.stop);
    if (now?.isEnded !== true) throw error;
    return now;
  });
  if (json) return console.terminal.json({ provider: connection.name, ...batchFields(batch) });
  tellBatch(console, words, batch);
  if (batch.isEnded && batch.status !== "cancelled") console.terminal.say(words.overAlready({ id: sanitizeLine(id) }));
}

function tellBatch(
  { terminal, words: { tariff } }: Console,
  words: ProviderBatchWords,
  { id, counts, status, expiresAt, isEnded, mistakes }: ProviderBatch,
): void {
  const line = words.status({ id: sanitizeLine(id), status: sanitizeLine(status), counts });
  const expires =
    isEnded || expiresAt === null ? null : words.expires({ time: localTime(expiresAt, new Date(), tariff) });
  terminal.text(`${[line, ...(expires === null ? [] : [expires])].join(" · ")}\n`);
  for (const { line: number, code, message } of mistakes) {
    terminal.say(words.mistake({ line: number, code: sanitizeLine(code), message: sanitizeLine(message) }));
  }
}

/** Writes the results of a batch to a file, whole or not at all; the ledger gets what they cost. */
async function download(
  engine: Engine,
  service: BatchService,
  reading: ResultReading,
  batch: ProviderBatch,
  path: string,
  force: boolean,
): Promise<Download> {
  const file = AtomicFile.open(path, force);
  const books = new BulkBooks(engine.hold(new Books(engine.folders)));
  const seen = new Set<string>();
  const count = { answered: 0, failed: 0 };
  const read = async (body: AsyncIterable<Uint8Array>) => {
    for await (const text of resultLines(body)) {
      const json = text === null ? null : parsed(text);
      const customId = json?.["custom_id"];
      if (json === null || typeof customId !== "string" || seen.has(customId)) continue;
      const source = {
        index: seen.size,
        id: idOfCustom(customId),
        customId,
        json,
        model: modelIn(json, engine),
        batch,
      };
      const known = await readResult(reading, source);
      if (known === null) continue;
      seen.add(customId);
      count[known.result.error === null ? "answered" : "failed"]++;
      if (known.row !== null) books.add([known.row]);
      file.write(`${resultLine(batch.id, known.result)}\n`);
    }
  };
  try {
    for (const each of [batch.outputFile, batch.errorFile]) {
      if (each !== null) await service.download(each, read, engine.stop);
    }
    file.commit();
  } catch (error) {
    file.discard();
    throw error;
  } finally {
    await books.flush();
  }
  return count;
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** The model that answered, as the service calls it. */
function modelIn({ response }: Record<string, unknown>, { settings }: Pick<Engine, "settings">): string {
  const { body } = (response ?? {}) as { readonly body?: { readonly model?: unknown } | null };
  return typeof body?.model === "string" ? body.model : (settings.model ?? "");
}
