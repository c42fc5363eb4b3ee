import { afterAll, expect, test } from "vitest";
import type { ProviderConfig } from "../../../src/config/schema.ts";
import { AppError } from "../../../src/errors.ts";
import { FineTune } from "../../../src/providers/fine-tuning/fine-tune.ts";
import { tuningRulesOf } from "../../../src/providers/fine-tuning/rules.ts";
import type { TuningOrder } from "../../../src/providers/fine-tuning/tuning-job.ts";
import { closeAgents } from "../../../src/providers/http/agents.ts";
import { createTransport } from "../../../src/providers/http/transport.ts";
import { type RawServer, serve } from "../../support/raw-server.ts";
import { connection as bare } from "../wire/connection.ts";

const transport = createTransport({});
const forever = new AbortController().signal;
afterAll(() => closeAgents(transport));

function serviceAt({ url }: RawServer, entry: ProviderConfig["fine_tuning"] = "fine_tune"): FineTune {
  const rules = tuningRulesOf(entry, null);
  if (rules?.form !== "fine_tune") throw new Error("another form");
  return new FineTune({ ...bare, name: "gateway", baseUrl: `${url}/v1`, transport }, rules.rows, []);
}

const order: TuningOrder = {
  model: "m1",
  trainingFile: "file-1",
  validationFile: null,
  suffix: null,
  method: null,
  epochs: 3,
  batchSize: null,
  learningRate: 0.00002,
  seed: null,
  fields: { hyperparameters: { lora_r: 8 } },
  label: "label-1",
};

const json = (body: object, status = 200) => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

test("the older form: a request creates a job, another one tells how it is", async () => {
  await using server = await serve([
    json({ job_id: "ft 1", message: "ok" }),
    json({ status: "running", current_step: 20, total_steps: 40, loss: 1.5 }),
    json({ status: "Completed", fine_tuned_model: "m1-tuned", trained_tokens: 900 }),
    json({ error: "no such job" }, 404),
  ]);
  const service = serviceAt(server);
  expect(await service.create(order, forever)).toMatchObject({ id: "ft 1", status: "created", outcome: null });
  expect(server.body()).toEqual({
    model: "m1",
    training_file: "file-1",
    hyperparameters: { n_epochs: 3, learning_rate: 0.00002, lora_r: 8 },
  });
  const running = await service.retrieve("ft 1", forever);
  expect(running.loss).toEqual({ step: 20, steps: 40, train: 1.5, valid: null });
  const ended = await service.retrieve("ft 1", forever);
  expect(ended).toMatchObject({ id: "ft 1", outcome: "succeeded", tunedModel: "m1-tuned", trainedTokens: 900 });
  const failure: unknown = await service.retrieve("ft 1", forever).catch((error: unknown) => error);
  expect(failure instanceof AppError && failure.code).toBe("job_not_found");
  expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "POST /v1/fine_tune/create",
    ...Array<string>(3).fill("GET /v1/fine_tune/ft%201"),
  ]);
  expect([service.list, service.events, service.checkpoints, service.cancel]).toEqual(Array(4).fill(null));
});

test("paths, the request and the places of an answer are rows", async () => {
  await using server = await serve([
    json({ code: 0, result: { task: 7, phase: "wait" } }),
    json({ result: { phase: "broken", why: "bad line 3" } }),
    json({ result: { phase: "halted" } }),
  ]);
  const service = serviceAt(server, {
    form: "fine_tune",
    create: "/train?v=2",
    status: "/train/state?task=${id}",
    cancel: "/train/stop?task=${id}",
    request: { base: "${model}", data: "${training_file}", options: { lr: "${learning_rate}", name: "${suffix}" } },
    job: { id: "/result/task", status: "/result/phase", error: "/result/why" },
    failed: ["broken"],
    cancelled: ["halted"],
  });
  expect(await service.create({ ...order, fields: {} }, forever)).toMatchObject({ id: "7", status: "wait" });
  expect(server.body()).toEqual({ base: "m1", data: "file-1", options: { lr: 0.00002 } });
  expect(await service.retrieve("7", forever)).toMatchObject({ outcome: "failed", failure: { message: "bad line 3" } });
  expect(await service.cancel!("7", forever)).toMatchObject({ id: "7", outcome: "cancelled" });
  expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "POST /v1/train?v=2",
    "GET /v1/train/state?task=7",
    "POST /v1/train/stop?task=7",
  ]);
});

test("an answer without an id is told with its start", async () => {
  await using server = await serve([json({ message: "busy" })]);
  const failure: unknown = await serviceAt(server)
    .create(order, forever)
    .catch((error: unknown) => error);
  expect(failure instanceof AppError && failure.code).toBe("service_unreadable");
});
