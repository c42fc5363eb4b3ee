import { AppError } from "../../errors.ts";
import { withFields } from "../../field-tree.ts";
import type { Connection } from "../connection.ts";
import { type OpenAICall, OpenAIService, pageSize, refusedStatus } from "../wire/openai-service.ts";
import { isRecord } from "../wire/json.ts";
import { redact, redactedJson } from "../wire/redact.ts";
import { labelField, readCheckpoint, readEvent, readJob } from "./job-reader.ts";
import type { TuningCheckpoint, TuningEvent, TuningJob, TuningOrder, TuningService } from "./tuning-job.ts";
import { uploadsBy } from "./upload.ts";

/** Pages of events that are looked at: a million steps have no more. */
const maxEventPages = 10_000;

/** Fine-tuning at a service that has OpenAI's `/files` and `/fine_tuning/jobs`, by the `openai` package. */
export class OpenAITuning implements TuningService {
  readonly upload: TuningService["upload"];
  readonly findUpload: TuningService["findUpload"];
  readonly #connection: Connection;
  readonly #service: OpenAIService;

  /** @param others providers that tune models, named where this one turns out not to */
  constructor(connection: Connection, others: readonly string[]) {
    this.#connection = connection;
    this.#service = new OpenAIService(connection, "fineTuning", others);
    const { upload, findUpload } = uploadsBy(this.#service);
    [this.upload, this.findUpload] = [upload, findUpload];
  }

  readonly create: TuningService["create"] = async (order, stop) => {
    const { Jobs } = await import("openai/resources/fine-tuning/jobs/jobs");
    // Services take fields that the package does not know.
    const body = bodyOf(order) as unknown as Parameters<InstanceType<typeof Jobs>["create"]>[0];
    const create: OpenAICall = (client, options) => new Jobs(client).create(body, options);
    const json = await this.#service.ask(create, { stop, model: order.model }).catch(this.#service.withoutRoute);
    return this.#jobIn(json);
  };

  readonly list = async function* (this: OpenAITuning, stop: AbortSignal): AsyncGenerator<TuningJob> {
    const { Jobs } = await import("openai/resources/fine-tuning/jobs/jobs");
    const list = (after: object): OpenAICall => {
      return (client, options) => new Jobs(client).list({ limit: pageSize, ...after }, options);
    };
    try {
      for await (const job of this.#service.listed(list, readJob, stop)) yield this.#shown(job);
    } catch (error) {
      this.#service.withoutRoute(error);
    }
  }.bind(this);

  readonly retrieve: TuningService["retrieve"] = async (id, stop) => {
    const { Jobs } = await import("openai/resources/fine-tuning/jobs/jobs");
    const retrieve: OpenAICall = (client, options) => new Jobs(client).retrieve(id, options);
    return this.#jobIn(await this.#service.ask(retrieve, { stop }).catch(this.#withoutId(id)));
  };

  readonly events: TuningService["events"] = async (id, isKnown, stop) => {
    const { Jobs } = await import("openai/resources/fine-tuning/jobs/jobs");
    const found = new Map<string, TuningEvent>();
    let after: string | undefined;
    for (let page = 0; page < maxEventPages; page++) {
      const query = { limit: pageSize, ...(after !== undefined && { after }) };
      const list: OpenAICall = (client, options) => new Jobs(client).listEvents(id, query, options);
      const json = await this.#service.ask(list, { stop }).catch(withoutPath);
      const events = entriesOf(json).flatMap((entry) => this.#eventIn(entry) ?? []);
      for (const event of events) if (!isKnown(event.id)) found.set(event.id, event);
      const last = events.at(-1);
      // The newest come first, so that behind a known one there are no others; where they come last, all pages are read.
      const isNewestFirst = (events[0]?.at?.getTime() ?? 0) >= (last?.at?.getTime() ?? 0);
      const isOver = isNewestFirst && events.some((event) => isKnown(event.id));
      if (isOver || last === undefined || last.id === after || !isRecord(json) || json["has_more"] !== true) break;
      after = last.id;
    }
    return inOrder([...found.values()]);
  };

  readonly checkpoints: TuningService["checkpoints"] = async (id, stop) => {
    const { Checkpoints } = await import("openai/resources/fine-tuning/jobs/checkpoints");
    const list = (after: object): OpenAICall => {
      return (client, options) => new Checkpoints(client).list(id, { limit: pageSize, ...after }, options);
    };
    try {
      const all: TuningCheckpoint[] = [];
      for await (const checkpoint of this.#service.listed(list, readCheckpoint, stop)) all.push(checkpoint);
      return all.sort((one, other) => (one.step ?? 0) - (other.step ?? 0));
    } catch (error) {
      return this.#withoutId(id)(error);
    }
  };

  readonly cancel: TuningService["cancel"] = async (id, stop) => {
    const { Jobs } = await import("openai/resources/fine-tuning/jobs/jobs");
    const cancel: OpenAICall = (client, options) => new Jobs(client).cancel(id, options);
    return this.#jobIn(await this.#service.ask(cancel, { stop }).catch(this.#withoutId(id)));
  };

  #jobIn(json: unknown): TuningJob {
    return this.#shown(this.#service.known(json, readJob));
  }

  /** Words of the service are shown; its ids and what follows from its status are not to be changed by that. */
  #shown(job: TuningJob): TuningJob {
    // OpenAI's own words are no keys, though a header may have one of them for its value.
    const status = /^[a-z_]+$/u.test(job.status) ? job.status : redact(job.status, this.#connection);
    return { ...job, status, failure: redactedJson(job.failure, this.#connection) as TuningJob["failure"] };
  }

  #eventIn(json: unknown): TuningEvent | null {
    const event = readEvent(json);
    if (event === null) return null;
    return { ...event, message: redact(event.message, this.#connection), level: redact(event.level, this.#connection) };
  }

  #withoutId(id: string): (error: unknown) => never {
    return (error) => {
      if (refusedStatus(error) !== 404) throw error;
      throw new AppError("job_not_found", { provider: this.#connection.name, id }, { cause: error });
    };
  }
}

/** A job as it is asked for; hyperparameters go beside the method where none is named, as services other than OpenAI want them. */
function bodyOf(order: TuningOrder): Record<string, unknown> {
  const { epochs, batchSize, learningRate, method, suffix, seed, validationFile } = order;
  const numbers = {
    ...(epochs !== null && { n_epochs: epochs }),
    ...(batchSize !== null && { batch_size: batchSize }),
    ...(learningRate !== null && { learning_rate_multiplier: learningRate }),
  };
  const hyperparameters = Object.keys(numbers).length === 0 ? {} : { hyperparameters: numbers };
  const body = {
    model: order.model,
    training_file: order.trainingFile,
    ...(validationFile !== null && { validation_file: validationFile }),
    ...(suffix !== null && { suffix }),
    ...(seed !== null && { seed }),
    ...(method === null ? hyperparameters : { method: { type: method, [method]: hyperparameters } }),
    metadata: { [labelField]: order.label },
  };
  return withFields(body, order.fields);
}

function entriesOf(json: unknown): readonly unknown[] {
  const data = isRecord(json) ? json["data"] : null;
  return Array.isArray(data) ? (data as unknown[]) : [];
}

/** The oldest first; those of the same second by their steps, as they came. */
function inOrder(newestFirst: readonly TuningEvent[]): TuningEvent[] {
  const isNewestFirst = (newestFirst[0]?.at?.getTime() ?? 0) >= (newestFirst.at(-1)?.at?.getTime() ?? 0);
  const events = isNewestFirst ? newestFirst.toReversed() : [...newestFirst];
  return events.sort((one, other) => (one.at?.getTime() ?? 0) - (other.at?.getTime() ?? 0));
}

/** A service may know jobs and tell no events of them. */
function withoutPath(error: unknown): null {
  if ([404, 405, 501].includes(refusedStatus(error))) return null;
  throw error;
}
