import { AppError } from "../../errors.ts";
import type { BatchService, ProviderBatch } from "../../providers/batches/provider-batch.ts";
import type { OnBatchEvent } from "../events.ts";
import type { BatchItem, ItemSource } from "../item.ts";
import { IndexSet } from "./index-set.ts";
import { type CollectedLine, type CollectedOutcome, PartCollector, type PartCount } from "./part-collector.ts";
import type { PartFolder } from "./part-folder.ts";
import { type PartLimits, PartWriter } from "./part-writer.ts";
import type { PartItem, RequestLine, RequestPart } from "./part.ts";

export interface ProviderRunOptions {
  readonly service: BatchService;
  readonly folder: PartFolder;
  readonly limits: PartLimits;
  /** An item as it goes out; null for one that has its answer already. */
  readonly request: (item: BatchItem) => Promise<RequestLine | null>;
  /**
   * Sets aside what an item can cost at most.
   *
   * @param isAsked whether a batch has it already, so that it may cost that in any case
   * @returns whether it may be asked
   */
  readonly admit: (item: BatchItem, isAsked: boolean) => Promise<boolean>;
  /** Gives back what was set aside for an item that is not asked. */
  readonly release: (item: PartItem) => void;
  /** The limit of costs lets go out so many items for now; the others follow once those are answered. */
  readonly onCut: (items: number) => void;
  /** An item that is larger than any file may be. */
  readonly onTooLarge: (line: RequestLine) => void;
  /** A line of results, of an item that is still wanted or not. */
  readonly onLine: (line: CollectedLine, part: RequestPart, batch: ProviderBatch) => Promise<CollectedOutcome>;
  /** An item whose batch ended without a result of it. */
  readonly onLeft: (item: PartItem, part: RequestPart, batch: ProviderBatch) => void;
  /** Resolves once the disk has all that `onLine` was given. */
  readonly flush: () => Promise<void>;
  readonly onEvent: OnBatchEvent;
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
  /** Whether items were not asked, as they could cost more than may be spent. */
  readonly isCut: boolean;
}

interface EndedBatch extends PartCount, Pick<ProviderBatch, "id" | "status" | "mistakes"> {}

/** A part of an earlier run. */
interface EarlierPart {
  readonly part: RequestPart;
  /** Of its items. */
  readonly indexes: IndexSet;
  /** Whether the service has a batch of it, or may have. */
  readonly isAsked: boolean;
  /** Its items without a result. */
  readonly items: PartItem[];
  isRefused: boolean;
}

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
  /** Items that were looked at and are not to be asked again in this run. */
  readonly #tried = new IndexSet();
  /** Whether the service has answered in this run: from then on the network is waited for, however long it takes. */
  #isReached = false;

  constructor(options: ProviderRunOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  /** Where the limit of costs keeps items back, what is answered may leave enough for them. */
  async run(source: ItemSource): Promise<ProviderSummary> {
    const { folder, onCut } = this.#options;
    folder.clean();
    const ended: EndedBatch[] = [];
    while (true) {
      const isCut = await this.#split(source);
      const parts = open(folder);
      if (isCut && parts.length > 0) onCut(parts.reduce((sum, { lines }) => sum + lines, 0));
      ended.push(...(await this.#collectAll()));
      if (!isCut || parts.length === 0) return { ...sum(ended), batches: ended, isCut };
    }
  }

  /** Writes what no part has, and hands each file over as soon as it is full. @returns whether the limit of costs keeps items back */
  async #split(source: ItemSource): Promise<boolean> {
    const { folder, limits, request, admit, onTooLarge } = this.#options;
    const earlier = open(folder).map((part) => earlierPart(folder, part));
    const writer = new PartWriter(folder, limits);
    let isCut = false;
    for await (const item of source.items(this.#signal)) {
      if (this.#tried.has(item.index)) continue;
      const part = earlier.find(({ indexes }) => indexes.has(item.index));
      if (part !== undefined) {
        part.items.push({ index: item.index, id: item.id });
        part.isRefused = !(await admit(item, part.isAsked)) || part.isRefused;
        continue;
      }
      // What earlier parts have may come behind it.
      if (isCut) {
        if (earlier.length === 0) break;
        continue;
      }
      const line = await request(item);
      if (line !== null && writer.fits(line)) {
        isCut = !(await admit(item, false));
        if (isCut) continue;
        this.#begin(item);
        const full = writer.add(line);
        if (full !== null) await this.#submit(full);
      } else {
        this.#tried.add(item.index);
        if (line !== null) onTooLarge(line);
      }
    }
    for (const part of earlier) if (!(await this.#resume(part))) isCut ||= part.isRefused;
    for (const part of writer.end()) await this.#submit(part);
    return isCut;
  }

  /** Goes on with a part of an earlier run, unless nothing of it is wanted or may be paid, and no batch has it. @returns whether it goes on */
  async #resume({ part, isAsked, isRefused, items }: EarlierPart): Promise<boolean> {
    const { folder, release } = this.#options;
    if (!isAsked && (isRefused || items.length === 0)) {
      for (const item of items) release(item);
      folder.drop(part);
      return false;
    }
    for (const item of items) this.#begin(item);
    await this.#submit(part);
    return true;
  }

  #begin({ index, id }: PartItem): void {
    this.#tried.add(index);
    this.#wanted.add(index);
    this.#options.onEvent({ type: "start", item: { index, id } });
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
  async #collectAll(): Promise<EndedBatch[]> {
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
      if (open(folder).length === 0) return ended;
      await this.#options.wait(delay, this.#signal);
    }
  }

  async #collect(part: RequestPart, batch: ProviderBatch): Promise<EndedBatch> {
    const { folder, service, onLine, onLeft, flush, onEvent } = this.#options;
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
    for (const item of collector.left()) if (this.#wanted.delete(item.index)) onLeft(item, part, batch);
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
        onEvent({ type: "pause", why: "disconnected", until: new Date(Date.now() + delay) });
        await wait(delay, this.#signal);
      }
    }
  }
}

/** A service keeps files for a time. */
function isGone(error: unknown): boolean {
  return error instanceof AppError && error.code === "batch_not_found";
}

function earlierPart(folder: PartFolder, part: RequestPart): EarlierPart {
  const indexes = new IndexSet();
  for (const index of folder.indexesOf(part)) indexes.add(index);
  const isAsked = part.stage === "creating" || part.stage === "waiting";
  return { part, indexes, isAsked, items: [], isRefused: false };
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
