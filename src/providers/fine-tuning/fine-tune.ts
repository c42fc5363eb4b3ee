import { AppError } from "../../errors.ts";
import { withFields } from "../../field-tree.ts";
import { filled, filledText } from "../../template.ts";
import type { Connection } from "../connection.ts";
import { requestJson } from "../http/json-request.ts";
import { parsePlaces, placedAt } from "../wire/json-pointer.ts";
import { OpenAIService, refusedStatus } from "../wire/openai-service.ts";
import { countIn, numberIn, textIn } from "../wire/document-fields.ts";
import type { FineTuneRows } from "./rules.ts";
import type { LossPoint, TuningJob, TuningOrder, TuningService } from "./tuning-job.ts";
import { uploadsBy } from "./upload.ts";

/**
 * Fine-tuning in the older form: a request creates a job, another one says how it is. Paths, the request and the places of an answer are
 * rows; files go by OpenAI's `/files`.
 */
export class FineTune implements TuningService {
  readonly upload: TuningService["upload"];
  readonly findUpload: TuningService["findUpload"];
  /** Jobs are known by their ids alone, and what is said of one is its status. */
  readonly list = null;
  readonly events = null;
  readonly checkpoints = null;
  readonly cancel: TuningService["cancel"];
  readonly #connection: Connection;
  readonly #rows: FineTuneRows;
  readonly #service: OpenAIService;

  /** @param others providers that tune models, named where this one turns out not to */
  constructor(connection: Connection, rows: FineTuneRows, others: readonly string[]) {
    [this.#connection, this.#rows] = [connection, rows];
    this.#service = new OpenAIService(connection, "fineTuning", others);
    const { upload, findUpload } = uploadsBy(this.#service);
    [this.upload, this.findUpload] = [upload, findUpload];
    this.cancel = rows.cancel === null ? null : async (id, stop) => await this.#about(rows.cancel!, id, stop, {});
  }

  readonly create: TuningService["create"] = async (order, stop) => {
    const { create, request } = this.#rows;
    const body = withFields(filled(request, valuesOf(order)) as Record<string, unknown>, order.fields);
    const json = await requestJson(this.#connection, create, stop, body).catch(this.#service.withoutRoute);
    return this.#jobIn(json, null);
  };

  readonly retrieve: TuningService["retrieve"] = async (id, stop) =>
    await this.#about(this.#rows.status, id, stop, null);

  async #about(path: string, id: string, stop: AbortSignal, body: object | null): Promise<TuningJob> {
    const address = filledText(path, { id: encodeURIComponent(id) });
    try {
      return this.#jobIn(await requestJson(this.#connection, address, stop, body), id);
    } catch (error) {
      if (refusedStatus(error) !== 404) throw error;
      throw new AppError("job_not_found", { provider: this.#connection.name, id }, { cause: error });
    }
  }

  /** @param id where it is known: a status need not repeat it. @throws AppError `service_unreadable` */
  #jobIn(json: unknown, id: string | null): TuningJob {
    return this.#service.known(json, (document) => readRows(document, this.#rows, id));
  }
}

/** A job by the rows; null where there is no id, or no status of a job that has one. */
function readRows(document: unknown, { job, ...rows }: FineTuneRows, known: string | null): TuningJob | null {
  const at = (name: keyof typeof job) => placedAt(document, parsePlaces(job[name]));
  const given = at("id");
  const id = known ?? (typeof given === "number" ? String(given) : textIn(given));
  const said = at("status");
  // The answer to a request for a job may name it and no more.
  const status = typeof said === "number" ? String(said) : (textIn(said) ?? (known === null ? "created" : null));
  if (id === null || status === null) return null;
  const outcome = (["succeeded", "failed", "cancelled"] as const).find((each) =>
    rows[each].some((word) => word.toLowerCase() === status.toLowerCase()),
  );
  const error = textIn(at("error"));
  return {
    id,
    status,
    outcome: outcome ?? null,
    baseModel: textIn(at("base_model")),
    tunedModel: textIn(at("model")),
    trainingFile: null,
    validationFile: null,
    trainedTokens: countIn(at("trained_tokens")),
    createdAt: null,
    finishedAt: null,
    expectedAt: null,
    label: null,
    failure: error === null ? null : { code: "", message: error },
    loss: lossOf(at),
  };
}

function lossOf(at: (name: keyof FineTuneRows["job"]) => unknown): LossPoint | null {
  const [step, train, valid] = [countIn(at("step")), numberIn(at("train_loss")), numberIn(at("valid_loss"))];
  if (step === null || (train === null && valid === null)) return null;
  return { step, steps: countIn(at("steps")), train, valid };
}

/** Fields without a value are left out of the request. */
function valuesOf(order: TuningOrder): Record<string, unknown> {
  const { model, trainingFile, validationFile, suffix, method, epochs, batchSize, learningRate, seed, label } = order;
  const all = {
    model,
    training_file: trainingFile,
    validation_file: validationFile,
    suffix,
    method,
    epochs,
    batch_size: batchSize,
    learning_rate: learningRate,
    seed,
    label,
  };
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, value ?? undefined]));
}
