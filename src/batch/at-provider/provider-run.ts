import { AppError, asAppError } from "../../errors.ts";
import type { BatchService, ProviderBatch } from "../../providers/batches/provider-batch.ts";
import type { BatchItem, ItemSource } from "../item.ts";
import { IndexSet } from "./index-set.ts";
import { type CollectedLine, type CollectedOutcome, PartCollector, type PartCount } from "./part-collector.ts";
import type { PartFolder } from "./part-folder.ts";
import { type PartLimits, PartWriter } from "./part-writer.ts";
import type { RequestPart, RequestLine } from "./part.ts";

/** What happens to the parts of a run. */
export type ProviderEvent =
  /** Of a file, so many bytes have gone out. */
  | { readonly type: "upload"; readonly part: RequestPart; readonly sent: number }
  | { readonly type: "created"; readonly part: RequestPart; readonly batch: ProviderBatch }
  /** What the service says of a batch has changed. */
  | { readonly type: "progress"; readonly part: RequestPart; readonly batch: ProviderBatch }
  | { readonly type: "collected"; readonly part: RequestPart; readonly batch: ProviderBatch; readonly count: PartCount }
  /** The service cannot be reached, or refuses for now. `until`: when it is asked again. */
  | { readonly type: "pause"; readonly error: AppError; readonly until: Date }
  | { readonly type: "resume" };

export interface ProviderRunOptions {
  readonly service: BatchService;
  readonly folder: PartFolder;
  readonly limits: PartLimits;
  /** An item as it goes out. */
  readonly request: (item: BatchItem) => Promise<RequestLine>;
  /** An item that is larger than any file may be. */
  readonly onTooLarge: (line: RequestLine) => void;
  /** A line of results, of an item that is still wanted or not. */
  readonly onLine: (line: CollectedLine, part: RequestPart, batch: ProviderBatch) => Promise<CollectedOutcome>;
  /** Resolves once the disk has all that `onLine` was given. */
  readonly flush: () => Promise<void>;
  readonly onEvent: (event: ProviderEvent) => void;
  /**
   * Milliseconds to wait after that many failures in a row; null where the error is final.
   *
   * @param isReached whether the service has answered in this run
   */
  readonly retryDelay: (error: unknown, failures: number, isReached: boolean) => number | null;
  /** Waits. @throws AppError `interrupted` */
  readonly wait: (delay: number, signal: AbortSignal) => Promise<void>;
}

/** What became of the items of a run. */
export interface ProviderSummary extends PartCount {
  readonly batches: readonly EndedBatch[];
}

interface EndedBatch extends PartCount, Pick<ProviderBatch, "id" | "status" | "mistakes"> {}

/** Milliseconds: a batch is asked about soon, and then more and more rarely. */
const firstPoll = 1_000;
const maxPoll = 60_000;
const slower = 1.5;

/**
 * Has a service answer items as batches, and waits for that. All that is known stands in the folder before each step: killed at any
 * moment, the next run goes on, and creates nothing for which there is a batch already.
 *
 * @throws AppError what the service says for good; `storage_failed`; `interrupted`: the batches run on
 */
export async function runAtProvider(
  source: ItemSource,
  options: ProviderRunOptions,
  signal: AbortSignal,
): Promise<ProviderSummary> {
  return await new ProviderRun(options, signal).run(source);
}

class ProviderRun {
  readonly #options: ProviderRunOptions;
  readonly #signal: AbortSignal;
  /** Items whose results are wanted. */
  readonly #wanted = new IndexSet();
  /** Whether the service has answered in this run: from then on the network is waited for, however long it takes. */
  #isReached = false;

  constructor(options: ProviderRunOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  async run(source: ItemSource): Promise<ProviderSummary> {
    const { folder } = this.#options;
    folder.clean();
    for (const part of open(folder)) await this.#submit(part);
    await this.#split(source);
    return await this.#collectAll();
  }

  /** Writes what no part has, and hands each file over as soon as it is full. */
  async #split(source: ItemSource): Promise<void> {
    const { folder, limits, request, onTooLarge } = this.#options;
    const placed = new IndexSet();
    for (const part of open(folder)) for (const index of folder.indexesOf(part)) placed.add(index);
    const writer = new PartWriter(folder, limits);
    for await (const item of source.items(this.#signal)) {
      this.#wanted.add(item.index);
      if (placed.has(item.index)) continue;
      const line = await request(item);
      if (!writer.fits(line)) {
        onTooLarge(line);
        continue;
      }
      const full = writer.add(line);
      if (full !== null) await this.#submit(full);
    }
    for (const part of writer.end()) await this.#submit(part);
  }

  /** Sees to it that there is a batch of a part. */
  async #submit(part: RequestPart): Promise<void> {
    await this.#persist(async () => {
      // What the folder says, as an attempt before may have come further than it knew.
      const known = this.#options.folder.parts.find(({ number }) => number === part.number)!;
      await this.#create(await this.#upload(known));
    });
  }

  async #upload(part: RequestPart): Promise<RequestPart> {
    const { folder, service, onEvent } = this.#options;
    if (part.stage !== "written" && part.stage !== "uploading") return part;
    const file = { path: folder.requestsOf(part), name: `${folder.nameOf(part)}.jsonl`, size: part.bytes };
    const there = part.stage === "uploading" ? await service.findUpload(file, this.#signal) : null;
    folder.update({ ...part, stage: "uploading" });
    const onSent = (sent: number) => onEvent({ type: "upload", part, sent });
    const id = there ?? (await service.upload(file, onSent, this.#signal));
    const uploaded = { ...part, stage: "uploaded", file: id } as const;
    folder.update(uploaded);
    return uploaded;
  }

  async #create(part: RequestPart): Promise<void> {
    const { folder, service, onEvent } = this.#options;
    const { file } = part;
    if (file === null || (part.stage !== "uploaded" && part.stage !== "creating")) return;
    const label = folder.nameOf(part);
    const since = new Date(part.writtenAt);
    const there = part.stage === "creating" ? await service.findBatch(file, label, since, this.#signal) : null;
    folder.update({ ...part, stage: "creating" });
    const batch = there ?? (await service.create(file, label, this.#signal));
    const created = { ...part, stage: "waiting", batch: batch.id } as const;
    folder.update(created);
    onEvent({ type: "created", part: created, batch });
  }

  /** Asks about the batches until all have ended, and fetches the results of each that has. */
  async #collectAll(): Promise<ProviderSummary> {
    const { folder, service, onEvent } = this.#options;
    const ended: EndedBatch[] = [];
    const said = new Map<string, string>();
    for (let delay = firstPoll; ; delay = Math.min(delay * slower, maxPoll)) {
      for (const part of open(folder)) {
        const batch = await this.#persist(async () => await service.retrieve(part.batch!, this.#signal));
        const what = JSON.stringify([batch.status, batch.counts]);
        if (said.get(batch.id) !== what) onEvent({ type: "progress", part, batch });
        said.set(batch.id, what);
        if (batch.isEnded) ended.push(await this.#collect(part, batch));
      }
      if (open(folder).length === 0) return { ...sum(ended), batches: ended };
      await this.#options.wait(delay, this.#signal);
    }
  }

  async #collect(part: RequestPart, batch: ProviderBatch): Promise<EndedBatch> {
    const { folder, service, onLine, flush, onEvent } = this.#options;
    const collector = new PartCollector(folder.itemsOf(part), this.#wanted, (line) => onLine(line, part, batch), flush);
    for (const file of [batch.outputFile, batch.errorFile]) {
      if (file === null) continue;
      const read = async (body: AsyncIterable<Uint8Array>) => await collector.read(body);
      const isThere = await this.#persist(async () => {
        await service.download(file, read, this.#signal);
        return true;
      }, isGone);
      if (!isThere) collector.gone();
    }
    await flush();
    folder.update({ ...part, stage: "collected" });
    const count = collector.count();
    onEvent({ type: "collected", part, batch, count });
    const { id, status, mistakes } = batch;
    return { id, status, mistakes, ...count };
  }

  /**
   * Repeats a step as long as its failure may pass.
   *
   * @param isEnough for an error that does not: whether the run goes on without the step
   * @returns false where it does
   */
  async #persist<Result>(step: () => Promise<Result>): Promise<Result>;
  async #persist<Result>(step: () => Promise<Result>, isEnough: (error: unknown) => boolean): Promise<Result | false>;
  async #persist<Result>(
    step: () => Promise<Result>,
    isEnough: (error: unknown) => boolean = () => false,
  ): Promise<Result | false> {
    const { retryDelay, onEvent, wait } = this.#options;
    for (let failures = 0; ;) {
      try {
        const result = await step();
        if (failures > 0) onEvent({ type: "resume" });
        this.#isReached = true;
        return result;
      } catch (error) {
        if (this.#signal.aborted) throw new AppError("interrupted", {}, { cause: error });
        if (isEnough(error)) return false;
        const delay = retryDelay(error, ++failures, this.#isReached);
        if (delay === null) throw error;
        onEvent({ type: "pause", error: asAppError(error), until: new Date(Date.now() + delay) });
        await wait(delay, this.#signal);
      }
    }
  }
}

/** A service keeps files for a time. */
function isGone(error: unknown): boolean {
  return error instanceof AppError && error.code === "batch_not_found";
}

/** Parts whose results are not here yet. */
function open({ parts }: PartFolder): RequestPart[] {
  return parts.filter(({ stage }) => stage !== "collected");
}

function sum(counts: readonly PartCount[]): PartCount {
  const total = (of: (count: PartCount) => number) => counts.reduce((so, count) => so + of(count), 0);
  return {
    answered: total(({ answered }) => answered),
    failed: total(({ failed }) => failed),
    left: total(({ left }) => left),
    unknown: total(({ unknown }) => unknown),
    doubled: total(({ doubled }) => doubled),
    unreadable: total(({ unreadable }) => unreadable),
    gone: total(({ gone }) => gone),
  };
}
