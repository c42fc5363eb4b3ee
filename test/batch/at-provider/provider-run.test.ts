import { mkdtempSync, existsSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { PartFolder } from "../../../src/batch/at-provider/part-folder.ts";
import {
  type ProviderRunOptions,
  type ProviderSummary,
  runAtProvider,
} from "../../../src/batch/at-provider/provider-run.ts";
import { customIdOf } from "../../../src/batch/at-provider/request-id.ts";
import type { BatchItem, ItemSource } from "../../../src/batch/item.ts";
import { AppError } from "../../../src/errors.ts";
import type { BatchService, ProviderBatch } from "../../../src/providers/batches/provider-batch.ts";

const root = mkdtempSync(join(tmpdir(), "deepseek-chat-parts-"));
afterAll(() => rmSync(root, { recursive: true }));

/** The program is gone. */
class Killed extends Error {}

/** What a service keeps, and what its batches lead to. */
class Service {
  readonly files = new Map<string, { readonly name: string; readonly text: string }>();
  readonly batches = new Map<string, { readonly batch: ProviderBatch; polls: number }>();
  /** Called twice in each call: before it has an effect, and after. */
  strike: () => void = () => {};
  /** How the line of an id is answered; null for no line. */
  line: (id: string) => object | null = (id) => ({
    custom_id: id,
    response: { status_code: 200, body: {} },
    error: null,
  });
  status = "completed";

  readonly #call = async <Result>(work: () => Result): Promise<Result> => {
    this.strike();
    const result = work();
    this.strike();
    return result;
  };

  readonly api: BatchService = {
    upload: async ({ path, name }, onSent) =>
      await this.#call(() => {
        const text = readFileSync(path, "utf8");
        onSent(text.length);
        const id = `file-${this.files.size}`;
        this.files.set(id, { name, text });
        return id;
      }),
    findUpload: async ({ name }) =>
      await this.#call(() => [...this.files].find(([, file]) => file.name === name)?.[0] ?? null),
    create: async (inputFile, label) =>
      await this.#call(() => {
        const batch: ProviderBatch = {
          id: `batch-${this.batches.size}`,
          status: "validating",
          isEnded: false,
          inputFile,
          label,
          counts: null,
          outputFile: null,
          errorFile: null,
          createdAt: new Date(),
          expiresAt: null,
          mistakes: [],
        };
        this.batches.set(batch.id, { batch, polls: 0 });
        return batch;
      }),
    findBatch: async (inputFile) =>
      await this.#call(
        () => [...this.batches.values()].find(({ batch }) => batch.inputFile === inputFile)?.batch ?? null,
      ),
    retrieve: async (id) =>
      await this.#call(() => {
        const known = this.batches.get(id);
        if (known === undefined) throw new AppError("batch_not_found", { provider: "test", id });
        if (known.polls++ < 1) return known.batch;
        return { ...known.batch, status: this.status, isEnded: true, outputFile: `out-${id}` };
      }),
    cancel: async () => await Promise.reject(new Error("Nobody cancels here.")),
    download: async (file, use) => {
      this.strike();
      const { batch } = this.batches.get(file.slice("out-".length))!;
      const lines = this.idsIn(batch.inputFile!).flatMap((id) => {
        const line = this.line(id);
        return line === null ? [] : [`${JSON.stringify(line)}\n`];
      });
      const strike = () => this.strike();
      async function* body() {
        for (const line of lines) {
          strike();
          yield Buffer.from(line);
        }
      }
      return await use(body());
    },
  };

  idsIn(file: string): string[] {
    const lines = this.files.get(file)!.text.trim().split("\n");
    return lines.map((line) => (JSON.parse(line) as { custom_id: string }).custom_id);
  }

  /** The ids of all batches, each as often as it is in one. */
  get ordered(): string[] {
    return [...this.batches.values()].flatMap(({ batch }) => this.idsIn(batch.inputFile!));
  }
}

const ids = (count: number) =>
  Array.from({ length: count }, (_, index) => (index % 3 === 0 ? `项目\n${index}` : `item-${index}`));

/** The items that have no line yet. */
function sourceOf(all: readonly string[], done: ReadonlyMap<number, string>): ItemSource {
  const empty = { messages: [], sampling: {}, thinking: null, tools: [], toolChoice: null };
  return {
    total: all.length,
    missing: all.length - done.size,
    async *items() {
      for (const [index, id] of all.entries()) {
        if (!done.has(index))
          yield { index, id, model: index % 2 === 0 ? "even" : "odd", ...empty } satisfies BatchItem;
      }
    },
  };
}

let runs = 0;

/** One output with the program's runs for it. */
class Output {
  readonly path = join(root, `run-${runs++}.parts`);
  /** By index. */
  readonly done = new Map<number, string>();
  readonly doubled: number[] = [];
  readonly pauses: string[] = [];
  readonly service: Service;

  constructor(service: Service) {
    this.service = service;
  }

  async run(
    all: readonly string[],
    changes: Partial<ProviderRunOptions> = {},
    signal = new AbortController().signal,
  ): Promise<ProviderSummary> {
    const folder = PartFolder.find(this.path) ?? PartFolder.create(this.path, "test");
    const options: ProviderRunOptions = {
      service: this.service.api,
      folder,
      limits: { maxLines: 3, maxBytes: 300 },
      request: async ({ index, id, model }) => {
        const customId = customIdOf(id);
        return { index, id, customId, model: model!, text: JSON.stringify({ custom_id: customId, body: { model } }) };
      },
      onTooLarge: ({ index }) => void this.done.set(index, "too large"),
      onLine: async ({ item, isWanted, json }) => {
        if (json["error"] !== null) return "left";
        if (isWanted && this.done.has(item.index)) this.doubled.push(item.index);
        if (isWanted) this.done.set(item.index, item.id);
        return "answered";
      },
      flush: async () => {},
      admit: async () => true,
      release: () => {},
      onCut: () => {},
      onLeft: () => {},
      onEvent: (event) => event.type === "pause" && void this.pauses.push(event.why),
      retryDelay: (error) => (error instanceof AppError && error.kind === "service" ? 1 : null),
      wait: async () => {},
      ...changes,
    };
    const summary = await runAtProvider(sourceOf(all, this.done), options, signal);
    folder.remove();
    return summary;
  }
}

test("killed at any moments, runs that follow order each item once, and bring each result once", async () => {
  const moments = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 14 }), moments, async (count, kills) => {
      const service = new Service();
      const output = new Output(service);
      const all = ids(count);
      for (const moment of kills) {
        let calls = 0;
        service.strike = () => {
          if (++calls === moment) throw new Killed();
        };
        await output.run(all).catch((error: unknown) => {
          if (!(error instanceof Killed)) throw error;
        });
      }
      service.strike = () => {};
      await output.run(all);
      expect(service.ordered.toSorted()).toEqual(all.map(customIdOf).toSorted());
      expect([...output.done].toSorted(([one], [other]) => one - other)).toEqual([...all.entries()]);
      expect(output.doubled).toEqual([]);
      expect(existsSync(output.path)).toBe(false);
    }),
    { numRuns: 12 },
  );
});

test("files hold one model each, within the limits of lines and bytes; what fits into none is told", async () => {
  const service = new Service();
  const output = new Output(service);
  const all = ids(11);
  const long = "x".repeat(400);
  const request: ProviderRunOptions["request"] = async ({ index, id, model }) => {
    const body = { model, pad: index === 4 ? long : "y".repeat(90) };
    return {
      index,
      id,
      customId: customIdOf(id),
      model: model!,
      text: JSON.stringify({ custom_id: customIdOf(id), body }),
    };
  };
  const summary = await output.run(all, { request });
  expect(output.done.get(4)).toBe("too large");
  expect(summary).toMatchObject({ answered: 10, failed: 0, left: 0 });
  for (const { text } of service.files.values()) {
    const models = text
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { body: { model: string } }).body.model);
    expect(new Set(models).size).toBe(1);
    expect(models.length).toBeLessThanOrEqual(3);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(300);
  }
});

test("a network that is lost for long is waited for, at every step", async () => {
  const service = new Service();
  const output = new Output(service);
  let calls = 0;
  service.strike = () => {
    if (++calls % 11 < 4) throw new AppError("service_failed", { provider: "test", status: 503, reason: "away" });
  };
  const summary = await output.run(ids(5));
  expect(summary).toMatchObject({ answered: 5, left: 0 });
  expect(service.ordered.toSorted()).toEqual(ids(5).map(customIdOf).toSorted());
  expect(output.pauses.length).toBeGreaterThan(10);
});

test("unknown, repeated and torn lines are counted, and items without a result are left for the next run", async () => {
  const service = new Service();
  const output = new Output(service);
  const all = ids(6);
  const answered = { response: { status_code: 200, body: {} }, error: null };
  service.line = (id) =>
    id === "item-1"
      ? null
      : id === "item-2"
        ? { custom_id: id, error: { code: "batch_expired" } }
        : { custom_id: id, ...answered };
  service.status = "expired";
  const download: BatchService["download"] = async (file, use, signal) =>
    await service.api.download(
      file,
      async (body) => {
        async function* odd() {
          for await (const line of body) {
            yield line;
            yield line;
          }
          yield Buffer.from(`${JSON.stringify({ custom_id: "nobody", ...answered })}\n{"custom_id": "item-`);
        }
        return await use(odd());
      },
      signal,
    );
  const summary = await output.run(all, { service: { ...service.api, download } });
  expect(summary).toMatchObject({ answered: 4, failed: 0, left: 2, unknown: 2, doubled: 5, unreadable: 2, gone: 0 });
  expect([...output.done.keys()].toSorted((one, other) => one - other)).toEqual([0, 3, 4, 5]);
  service.line = (id) => ({ custom_id: id, ...answered });
  const rest = await output.run(all);
  expect(rest).toMatchObject({ answered: 2, left: 0 });
  expect(service.ordered).toHaveLength(8);
});

test("a limit of costs asks as much as it allows, more once that is answered, and nothing of an earlier run that was not begun", async () => {
  const service = new Service();
  const output = new Output(service);
  const all = ids(10);
  let spent = 0;
  const reserved = new Set<number>();
  const cuts: number[] = [];
  const purse = (limit: number): Partial<ProviderRunOptions> => ({
    admit: async ({ index }, isAsked) => {
      if (!isAsked && spent + 2 * reserved.size + 2 > limit) return false;
      reserved.add(index);
      return true;
    },
    release: ({ index }) => void reserved.delete(index),
    onCut: (items) => void cuts.push(items),
    onLine: async ({ item, isWanted }) => {
      if (isWanted) output.done.set(item.index, item.id);
      spent++;
      reserved.delete(item.index);
      return "answered";
    },
  });
  // Five could cost ten; each costs one, so that there is room for two more, for one, for one, and for none.
  const summary = await output.run(all, purse(10));
  expect(cuts).toEqual([5, 2, 1, 1]);
  expect(summary).toMatchObject({ answered: 9, isCut: true });
  expect(output.done.size).toBe(9);
  // Killed before anything was uploaded: what was written is not sent by a run that may spend less.
  const lost = new AppError("service_failed", { provider: "test", status: 503, reason: "" });
  const upload: BatchService["upload"] = async () => await Promise.reject(lost);
  const cutShort = { ...purse(14), service: { ...service.api, upload }, retryDelay: () => null };
  await expect(output.run(all, cutShort)).rejects.toBe(lost);
  reserved.clear();
  const nothing = await output.run(all, purse(9));
  expect(nothing).toMatchObject({ answered: 0, isCut: true });
  expect(service.ordered).toHaveLength(9);
  expect(reserved.size).toBe(0);
});
