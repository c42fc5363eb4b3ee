import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { AppError } from "../../src/errors.ts";
import { JobShelf } from "../../src/finetune/job-shelf.ts";
import { type JobOrderOptions, type OrderedJob, orderJob } from "../../src/finetune/job-order.ts";
import { Persistence } from "../../src/finetune/persistence.ts";
import type { TuningJob, TuningService } from "../../src/providers/fine-tuning/tuning-job.ts";

const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-order-"));
afterAll(() => rmSync(folder, { recursive: true }));
const forever = new AbortController().signal;

/** What happens at a request: it is answered; its answer is lost; it never arrives; the program dies before or after the service acts. */
const fates = ["answered", "lost", "unsent", "killed", "killed_after"] as const;
type Fate = (typeof fates)[number];

class Killed extends Error {}

/** A service whose jobs and files are in memory. `keepsLabels`: whether it tells what a job was named by. */
class MemoryService {
  readonly jobs: TuningJob[] = [];
  readonly files: { name: string; id: string }[] = [];
  readonly #keepsLabels: boolean;
  fates: Fate[] = [];

  constructor(keepsLabels: boolean) {
    this.#keepsLabels = keepsLabels;
  }

  async #meet<Result>(act: () => Result): Promise<Result> {
    const fate = this.fates.shift() ?? "answered";
    if (fate === "killed") throw new Killed();
    if (fate === "unsent") throw new AppError("timeout", { host: "x", seconds: 1 });
    const result = act();
    if (fate === "killed_after") throw new Killed();
    if (fate === "lost") throw new AppError("service_failed", { provider: "p", status: 502, reason: "" });
    return result;
  }

  readonly service = (hasList = true): TuningService => ({
    upload: async ({ name }) =>
      await this.#meet(() => {
        const file = { name, id: `file-${this.files.length + 1}` };
        this.files.push(file);
        return file.id;
      }),
    findUpload: async ({ name }) => await this.#meet(() => this.files.find((file) => file.name === name)?.id ?? null),
    create: async ({ label, trainingFile, model }) =>
      await this.#meet(() => {
        const job = jobOf(`job-${this.jobs.length + 1}`, trainingFile, this.#keepsLabels ? label : null, model);
        this.jobs.unshift(job);
        return job;
      }),
    list: hasList ? this.#list : null,
    retrieve: async () => await Promise.reject(new Error("not asked")),
    events: null,
    checkpoints: null,
    cancel: null,
  });

  readonly #list = async function* (this: MemoryService): AsyncGenerator<TuningJob> {
    yield* await this.#meet(() => [...this.jobs]);
  }.bind(this);
}

function jobOf(id: string, trainingFile: string, label: string | null, model: string): TuningJob {
  const nothing = { tunedModel: null, validationFile: null, trainedTokens: null, createdAt: null, finishedAt: null };
  return {
    id,
    status: "running",
    outcome: null,
    baseModel: model,
    trainingFile,
    label,
    ...nothing,
    expectedAt: null,
    failure: null,
    loss: null,
  };
}

let shelves = 0;
const newShelf = () => new JobShelf(join(folder, String(shelves++)));

async function order(
  service: TuningService,
  shelf: JobShelf,
  {
    key = "order",
    mayRepeat = async () => false,
  }: { readonly key?: string; readonly mayRepeat?: JobOrderOptions["mayRepeat"] } = {},
): Promise<OrderedJob | null> {
  const retryDelay = (error: unknown, failures: number) =>
    error instanceof AppError && error.kind === "service" && failures < 50 ? 0 : null;
  const persistence = new Persistence({ retryDelay, onPause: () => {}, onResume: () => {} }, forever);
  const wanted = {
    model: "m",
    suffix: null,
    method: null,
    epochs: null,
    batchSize: null,
    learningRate: null,
    seed: null,
    fields: {},
  };
  const training = { path: "/x/train.jsonl", name: "train.abc.jsonl", size: 3 };
  const upload = async (file: typeof training) => await service.upload(file, () => {}, forever);
  const ordered = await orderJob(
    {
      service,
      shelf,
      persistence,
      order: key,
      training,
      validation: null,
      wanted,
      upload,
      onReuse: () => {},
      mayRepeat,
    },
    forever,
  );
  if (ordered === null) return null;
  shelf.add({
    provider: "p",
    id: ordered.job.id,
    model: "m",
    training: null,
    suffix: null,
    at: new Date().toISOString(),
  });
  shelf.end(key);
  return ordered;
}

test("however often the program dies or an answer is lost, there is one file and one job", async () => {
  const lives = fc.array(fc.array(fc.constantFrom(...fates), { maxLength: 8 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(lives, fc.boolean(), async (all, keepsLabels) => {
      const memory = new MemoryService(keepsLabels);
      const shelf = newShelf();
      for (const life of [...all, []]) {
        memory.fates = [...life];
        const ordered = await order(memory.service(), shelf).catch((error: unknown) => {
          if (!(error instanceof Killed)) throw error;
          return null;
        });
        if (ordered !== null) break;
      }
      expect([memory.files.length, memory.jobs.length]).toEqual([1, 1]);
      expect(shelf.jobs().map(({ id }) => id)).toEqual(["job-1"]);
    }),
    { numRuns: 60 },
  );
});

test("another job of the same file is created only if that is wanted, and is told from the one before", async () => {
  const memory = new MemoryService(false);
  const shelf = newShelf();
  expect((await order(memory.service(), shelf))?.job.id).toBe("job-1");
  const asked: string[][] = [];
  const mayRepeat = (answer: boolean) => async (ids: readonly string[]) => {
    asked.push([...ids]);
    return answer;
  };
  expect(await order(memory.service(), shelf, { mayRepeat: mayRepeat(false) })).toBeNull();
  // Upload looked for, others looked for, the job created: its answer is lost.
  memory.fates = ["answered", "answered", "lost"];
  const second = await order(memory.service(), shelf, { mayRepeat: mayRepeat(true) });
  expect([second?.job.id, second?.isFound]).toEqual(["job-2", true]);
  expect(asked).toEqual([["job-1"], ["job-1"]]);
  expect(memory.jobs).toHaveLength(2);
});

test("where jobs cannot be looked for, a request without an answer is not repeated unasked", async () => {
  const memory = new MemoryService(true);
  const shelf = newShelf();
  memory.fates = ["answered", "answered", "lost"];
  await expect(order(memory.service(false), shelf)).rejects.toMatchObject({ code: "service_failed" });
  const asked: string[][] = [];
  const mayRepeat = async (ids: readonly string[]) => {
    asked.push([...ids]);
    return false;
  };
  expect(await order(memory.service(false), shelf, { mayRepeat })).toBeNull();
  expect([asked, memory.jobs.length]).toEqual([[[]], 1]);
});

test("what the service refuses leaves nothing to look for", async () => {
  const memory = new MemoryService(true);
  const shelf = newShelf();
  const refusal = new AppError("key_rejected", { provider: "p", status: 401, origin: "X", reason: "" });
  const service = { ...memory.service(), create: async () => await Promise.reject(refusal) };
  await expect(order(service, shelf)).rejects.toBe(refusal);
  expect(shelf.openOrder("order")).toBeNull();
});
