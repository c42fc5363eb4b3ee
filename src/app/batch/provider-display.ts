import type { ProviderEvent } from "../../batch/at-provider/provider-run.ts";
import type { PartCount } from "../../batch/at-provider/part-collector.ts";
import type { BatchCounts, ProviderBatch } from "../../providers/batches/provider-batch.ts";
import { count, shortBytes } from "../../terminal/figures.ts";
import { timeLeft } from "../../terminal/local-time.ts";
import { ProgressBar } from "../../terminal/progress.ts";
import { sanitizeLine } from "../../terminal/sanitize.ts";
import { describe } from "../../terminal/terminal.ts";
import { UploadRow } from "../../terminal/upload-row.ts";
import { isoWithOffset } from "../../transcripts/format/times.ts";
import type { ProviderBatchWords, UploadWords } from "../../words/types.ts";
import type { Console } from "../console.ts";

/** Mistakes of a file that are told one by one. */
const maxMistakes = 10;

/** Tells what happens to the batches of a run: lines, on a terminal a bar below them; or with --json all of it as lines of JSON. */
export class ProviderDisplay implements Disposable {
  readonly #console: Console;
  readonly #words: ProviderBatchWords;
  readonly #provider: string;
  readonly #json: boolean;
  readonly #uploads: UploadWords;
  /** The part on its way to the service. */
  #upload: { readonly part: number; readonly row: UploadRow } | null = null;
  readonly #work: ProgressBar;
  /** What is known of each batch. */
  readonly #counts = new Map<string, BatchCounts>();
  readonly #statuses = new Map<string, string>();

  constructor(
    console: Console,
    { batches, uploads }: { readonly batches: ProviderBatchWords; readonly uploads: UploadWords },
    provider: string,
    json: boolean,
  ) {
    [this.#console, this.#words, this.#uploads, this.#provider, this.#json] = [
      console,
      batches,
      uploads,
      provider,
      json,
    ];
    this.#work = new ProgressBar(console.terminal, batches.running({ provider }));
  }

  readonly onEvent = (event: ProviderEvent): void => {
    if (this.#json) this.#console.terminal.json(asLine(event));
    else this.#show(event);
  };

  [Symbol.dispose](): void {
    this.#upload?.row[Symbol.dispose]();
    this.#upload = null;
    this.#work.hide();
  }

  #show(event: ProviderEvent): void {
    switch (event.type) {
      case "upload":
        return this.#rowOf(event.part).onSent(event.sent);
      case "created": {
        const { part, batch } = event;
        const facts = { id: sanitizeLine(batch.id), items: count(part.lines), size: shortBytes(part.bytes) };
        return this.#say(this.#words.created({ ...facts, provider: this.#provider }));
      }
      case "progress":
        return this.#progress(event.batch);
      case "collected":
        return this.#collected(event.batch, event.count);
      case "pause": {
        const reason = describe(event.error, this.#console.words.errors);
        return this.#say(this.#words.paused({ reason, time: timeLeft(event.until.getTime() - Date.now()) }));
      }
      case "resume":
        return this.#say(this.#words.resumed());
    }
  }

  #rowOf({ number, bytes }: Extract<ProviderEvent, { type: "upload" }>["part"]): UploadRow {
    if (this.#upload?.part !== number) {
      this[Symbol.dispose]();
      const file = { name: this.#words.part({ part: number }), provider: this.#provider, size: bytes };
      this.#upload = { part: number, row: new UploadRow(this.#console.terminal, this.#uploads, file) };
    }
    return this.#upload.row;
  }

  /** A new status is a line, counts alone move the bar. */
  #progress({ id, status, counts }: ProviderBatch): void {
    if (counts !== null) this.#counts.set(id, counts);
    if (this.#statuses.get(id) !== status) {
      this.#statuses.set(id, status);
      this.#say(this.#words.status({ id: sanitizeLine(id), status: sanitizeLine(status), counts }));
    }
    const all = [...this.#counts.values()];
    const sum = (of: (counts: BatchCounts) => number) => all.reduce((so, counts) => so + of(counts), 0);
    if (all.length > 0)
      this.#work.show(
        sum(({ completed, failed }) => completed + failed),
        sum(({ total }) => total),
      );
  }

  #collected({ id: given, status, mistakes }: ProviderBatch, part: PartCount): void {
    const id = sanitizeLine(given);
    this.#say(this.#words.collected({ id, status: sanitizeLine(status), ...part }));
    for (const { line, code, message } of mistakes.slice(0, maxMistakes)) {
      const clean = { line, code: sanitizeLine(code), message: sanitizeLine(message) };
      this.#say(`  ${this.#words.mistake(clean)}`);
    }
    const { terminal } = this.#console;
    if (part.unknown + part.doubled + part.unreadable > 0) terminal.warn(this.#words.oddLines({ id, ...part }));
    if (part.gone > 0) terminal.warn(this.#words.filesGone({ id, files: part.gone }));
  }

  #say(line: string): void {
    this[Symbol.dispose]();
    this.#console.terminal.say(line);
  }
}

/** An event as a line of `--json`; docs/batch.md lists them. */
function asLine(event: ProviderEvent): object {
  switch (event.type) {
    case "upload":
      return { type: "upload", part: event.part.number, sent: event.sent, size: event.part.bytes };
    case "created":
      return { type: "batch", part: event.part.number, items: event.part.lines, ...batchFields(event.batch) };
    case "progress":
      return { type: "batch", part: event.part.number, items: event.part.lines, ...batchFields(event.batch) };
    case "collected":
      return { type: "collected", part: event.part.number, id: event.batch.id, ...event.count };
    case "pause":
      return { type: "pause", why: "disconnected", until: isoWithOffset(event.until), code: event.error.code };
    case "resume":
      return { type: "resume" };
  }
}

/** A batch as `--json` has it. */
export function batchFields({ id, status, counts, createdAt, expiresAt, mistakes }: ProviderBatch): object {
  return {
    id,
    status,
    counts,
    created_at: createdAt === null ? null : isoWithOffset(createdAt),
    expires_at: expiresAt === null ? null : isoWithOffset(expiresAt),
    errors: mistakes,
  };
}
