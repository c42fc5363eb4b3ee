import type { BatchEvent } from "../../batch/events.ts";
import type { PartCount } from "../../batch/at-provider/part-collector.ts";
import type { ProviderBatch } from "../../providers/batches/provider-batch.ts";
import { count, shortBytes } from "../../terminal/figures.ts";
import { sanitizeLine } from "../../terminal/sanitize.ts";
import type { ProviderBatchWords, UploadWords } from "../../words/types.ts";
import type { Console } from "../console.ts";

/** Mistakes of a file that are told one by one. */
const maxMistakes = 10;

/** Tells in lines what becomes of the batches of a run: each that is made, its status when it changes, what it ended with. */
export class ProviderLines {
  readonly #console: Console;
  readonly #words: ProviderBatchWords;
  readonly #uploads: UploadWords;
  readonly #provider: string;
  readonly #statuses = new Map<string, string>();

  /** The number of the last part that went out as a whole. */
  #sent = 0;

  constructor(
    console: Console,
    { batches, uploads }: { readonly batches: ProviderBatchWords; readonly uploads: UploadWords },
    provider: string,
  ) {
    [this.#console, this.#words, this.#uploads, this.#provider] = [console, batches, uploads, provider];
  }

  readonly onEvent = (event: BatchEvent): void => {
    switch (event.type) {
      case "upload":
        return this.#upload(event);
      case "created": {
        const { part, batch } = event;
        const facts = { id: sanitizeLine(batch.id), items: count(part.lines), size: shortBytes(part.bytes) };
        return this.#console.terminal.say(this.#words.created({ ...facts, provider: this.#provider }));
      }
      case "progress":
        return this.#progress(event.batch);
      case "collected":
        return this.#collected(event.batch, event.count);
    }
  };

  /** How far it is the display shows; that the service reads it is a detail. */
  #upload({ part: { number, bytes }, sent }: Extract<BatchEvent, { type: "upload" }>): void {
    if (sent < bytes || this.#sent === number) return;
    this.#sent = number;
    const name = this.#words.part({ part: number });
    this.#console.terminal.detail(this.#uploads.reading({ name, provider: this.#provider }));
  }

  /** Counts alone are for the display. */
  #progress({ id, status, counts }: ProviderBatch): void {
    if (this.#statuses.get(id) === status) return;
    this.#statuses.set(id, status);
    this.#console.terminal.say(this.#words.status({ id: sanitizeLine(id), status: sanitizeLine(status), counts }));
  }

  #collected({ id: given, status, mistakes }: ProviderBatch, part: PartCount): void {
    const { terminal } = this.#console;
    const id = sanitizeLine(given);
    terminal.say(this.#words.collected({ id, status: sanitizeLine(status), ...part }));
    for (const { line, code, message } of mistakes.slice(0, maxMistakes)) {
      const clean = { line, code: sanitizeLine(code), message: sanitizeLine(message) };
      terminal.say(`  ${this.#words.mistake(clean)}`);
    }
    if (part.unknown + part.doubled + part.unreadable > 0) terminal.warn(this.#words.oddLines({ id, ...part }));
    if (part.gone > 0) terminal.warn(this.#words.filesGone({ id, files: part.gone }));
  }
}
