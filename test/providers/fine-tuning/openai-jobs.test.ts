import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LLMock } from "@copilotkit/aimock";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { AppError } from "../../../src/errors.ts";
import { OpenAITuning } from "../../../src/providers/fine-tuning/openai-jobs.ts";
import type { TuningOrder } from "../../../src/providers/fine-tuning/tuning-job.ts";
import { closeAgents } from "../../../src/providers/http/agents.ts";
import { createTransport } from "../../../src/providers/http/transport.ts";
import { serve } from "../../support/raw-server.ts";
import { connection as bare } from "../wire/connection.ts";

const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-tuning-"));
const mock = new LLMock({ port: 0, logLevel: "silent" });
const transport = createTransport({});
const forever = new AbortController().signal;

beforeAll(async () => void (await mock.start()));
afterEach(() => mock.reset());
afterAll(async () => {
  closeAgents(transport);
  await mock.stop();
  rmSync(folder, { recursive: true });
});

function serviceAt(baseUrl: string): OpenAITuning {
  return new OpenAITuning({ ...bare, name: "gateway", baseUrl, transport }, ["other"]);
}

const order: TuningOrder = {
  model: "m1",
  trainingFile: "file-1",
  validationFile: null,
  suffix: "mine",
  method: null,
  epochs: 3,
  batchSize: null,
  learningRate: "auto",
  seed: null,
  fields: {},
  label: "label-1",
};

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => null,
    (error: unknown) => (error instanceof AppError ? { code: error.code, details: error.details } : error),
  );
}

const json = (body: object, status = 200) => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

test("a file becomes a job, which is listed, watched to its end, and known by its label", async () => {
  const service = serviceAt(`${mock.url}/v1`);
  const path = join(folder, "train.jsonl");
  const text = '{"messages": []}\n';
  writeFileSync(path, text);
  const file = { path, name: "train.0123456789abcdef.jsonl", size: Buffer.byteLength(text) };
  expect(await service.findUpload(file, forever)).toBeNull();
  const sent: number[] = [];
  const id = await service.upload(file, (bytes) => sent.push(bytes), forever);
  expect(sent.at(-1)).toBeGreaterThan(file.size);
  expect(await service.findUpload(file, forever)).toBe(id);
  expect(await service.findUpload({ ...file, size: 1 }, forever)).toBeNull();
  const job = await service.create({ ...order, trainingFile: id }, forever);
  expect(job).toMatchObject({ outcome: null, baseModel: "m1", trainingFile: id });
  const listed = [];
  for await (const each of service.list(forever)) listed.push(each.id);
  expect(listed).toEqual([job.id]);
  const statuses = [];
  for (let poll = 0; poll < 3; poll++) statuses.push((await service.retrieve(job.id, forever)).status);
  expect(statuses).toEqual(["queued", "running", "succeeded"]);
  const ended = await service.retrieve(job.id, forever);
  expect(ended).toMatchObject({ outcome: "succeeded", tunedModel: expect.stringMatching(/^ft:m1:/u) as string });
  const events = await service.events!(job.id, () => false, forever);
  expect(events.map(({ message }) => message).at(-1)).toContain("Training complete");
  expect(await service.events!(job.id, (event) => event !== events.at(-1)!.id, forever)).toEqual([events.at(-1)]);
  expect(await failureOf(service.cancel!(job.id, forever))).toMatchObject({ code: "request_refused" });
});

test("what there is not is told apart from a service that tunes nothing", async () => {
  const service = serviceAt(`${mock.url}/v1`);
  const missing = { code: "job_not_found", details: { provider: "gateway", id: "ftjob-x" } };
  expect(await failureOf(service.retrieve("ftjob-x", forever))).toEqual(missing);
  expect(await failureOf(service.cancel!("ftjob-x", forever))).toEqual(missing);
  await using plain = await serve([{ status: 404, headers: { "content-type": "text/plain" }, body: "not found" }]);
  expect(await failureOf(serviceAt(plain.url).create(order, forever))).toMatchObject({
    code: "not_offered",
    details: { service: "fineTuning", others: ["other"] },
  });
});

test("a request has hyperparameters where the method wants them, and fields of the person's over all", async () => {
  await using server = await serve([json({ id: "ftjob-1", status: "queued" })]);
  const service = serviceAt(server.url);
  await service.create({ ...order, fields: { hyperparameters: { lora_r: 16 }, integrations: [] } }, forever);
  expect(server.body()).toEqual({
    model: "m1",
    training_file: "file-1",
    suffix: "mine",
    hyperparameters: { n_epochs: 3, learning_rate_multiplier: "auto", lora_r: 16 },
    integrations: [],
    metadata: { deepseek_chat: "label-1" },
  });
  await service.create(
    { ...order, method: "dpo", fields: { method: { dpo: { hyperparameters: { beta: 0.1 } } } } },
    forever,
  );
  expect(server.body()["method"]).toEqual({
    type: "dpo",
    dpo: { hyperparameters: { n_epochs: 3, learning_rate_multiplier: "auto", beta: 0.1 } },
  });
  expect(server.body()).not.toHaveProperty("hyperparameters");
});

const event = (id: number, message: string, data: object | null = null) => ({
  id: `e${id}`,
  created_at: 1_790_000_000 + id,
  level: "info",
  message,
  ...(data !== null && { data }),
});

test("events are read page by page up to the known ones, with losses from data or from words", async () => {
  await using server = await serve([
    json({
      data: [
        event(4, "Step 30/40: training loss=0.5, validation loss=0.75"),
        event(3, "x", { step: 20, train_loss: 1 }),
      ],
      has_more: true,
    }),
    json({ data: [event(2, "Steps are counted from 1"), event(1, "Created")], has_more: true }),
  ]);
  const events = await serviceAt(server.url).events!("ftjob-1", (id) => id === "e1", forever);
  expect(events.map(({ id, loss }) => [id, loss])).toEqual([
    ["e2", null],
    ["e3", { step: 20, steps: null, train: 1, valid: null }],
    ["e4", { step: 30, steps: 40, train: 0.5, valid: 0.75 }],
  ]);
  expect(server.requests.map(({ path }) => path)).toEqual([
    "/fine_tuning/jobs/ftjob-1/events?limit=100",
    "/fine_tuning/jobs/ftjob-1/events?limit=100&after=e3",
  ]);
});

test("where the oldest events come first, the known ones end nothing", async () => {
  await using server = await serve([
    json({ data: [event(1, "a"), event(2, "b")], has_more: true }),
    json({ data: [event(3, "c")], has_more: false }),
  ]);
  const events = await serviceAt(server.url).events!("ftjob-1", (id) => id !== "e3", forever);
  expect(events.map(({ id }) => id)).toEqual(["e3"]);
});

test("a key that a service quotes is shown in no event", async () => {
  await using server = await serve([json({ data: [event(1, `refused: ${bare.key!}`)] })]);
  const [told] = await serviceAt(server.url).events!("ftjob-1", () => false, forever);
  expect(told!.message).toBe("refused: [key]");
});
