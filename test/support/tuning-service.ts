import { type RawServer, type Received, type Reply, serve } from "./raw-server.ts";

/** A job as OpenAI documents it, whose state the test sets. */
export interface ServedJob {
  readonly id: string;
  readonly body: Record<string, unknown>;
  status: string;
  /** Steps that are done, of `steps`. */
  step: number;
  error: object | null;
}

export interface TuningServer extends RawServer {
  readonly jobs: ServedJob[];
  /** Names of uploaded files. */
  readonly files: string[];
}

const json = (body: object, status = 200): Reply => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

/** Steps of each job. */
export const steps = 40;

/** Training losses fall from 2; each tenth step is validated. */
export const lossAt = (step: number): number => 2 - step / 25;

function events({ step, status }: ServedJob): object[] {
  const event = (id: number, message: string, data: object | null = null) => ({
    object: "fine_tuning.job.event",
    id: `ftevent-${id}`,
    created_at: 1_790_000_000 + id,
    level: "info",
    message,
    type: data === null ? "message" : "metrics",
    ...(data !== null && { data }),
  });
  const trained = Array.from({ length: step }, (_, index) => {
    const at = index + 1;
    const data = {
      step: at,
      total_steps: steps,
      train_loss: lossAt(at),
      ...(at % 10 === 0 && { valid_loss: lossAt(at) + 0.25 }),
    };
    return event(at, `Step ${at}/${steps}: training loss=${lossAt(at).toFixed(2)}`, data);
  });
  const ended = status === "succeeded" ? [event(steps + 1, "The job has successfully completed")] : [];
  return [event(0, "Created fine-tuning job"), ...trained, ...ended].toReversed();
}

function documentOf({ id, body, status, error }: ServedJob): object {
  return {
    object: "fine_tuning.job",
    id,
    created_at: 1_790_000_000,
    model: body["model"],
    training_file: body["training_file"],
    validation_file: body["validation_file"] ?? null,
    status,
    fine_tuned_model:
      status === "succeeded" ? `ft:${body["model"] as string}:org:${(body["suffix"] ?? "") as string}:9abc` : null,
    trained_tokens: status === "succeeded" ? 500_000 : null,
    metadata: body["metadata"],
    error: error ?? {},
  };
}

function page(path: string, entries: readonly { readonly id?: string }[]): Reply {
  const query = new URL(path, "http://x").searchParams;
  const after = query.get("after");
  const from = after === null ? 0 : entries.findIndex(({ id }) => id === after) + 1;
  const to = from + Number(query.get("limit") ?? 20);
  return json({ object: "list", data: entries.slice(from, to), has_more: entries.length > to });
}

/**
 * A service in the form that OpenAI documents: `/files` and `/fine_tuning/jobs`.
 *
 * @param intercept answers in the service's place; null where the service answers. It is called after the service has acted
 */
export async function serveTuning(
  intercept: (request: Received, index: number) => Reply | null | Promise<Reply | null> = () => null,
): Promise<TuningServer> {
  const jobs: ServedJob[] = [];
  const files: string[] = [];
  const answer = ({ method, path, text, body }: Received): Reply => {
    const [place = ""] = path.split("?");
    if (place === "/v1/files" && method === "POST") {
      files.push(/filename="([^"]*)"/u.exec(text)?.[1] ?? "");
      return json({ id: `file-${files.length}`, object: "file" });
    }
    const uploads = files.map((filename, index) => ({ id: `file-${index + 1}`, filename }));
    if (place === "/v1/files") return page(path, uploads.toReversed());
    if (place === "/v1/fine_tuning/jobs" && method === "POST") {
      const job = { id: `ftjob-${jobs.length + 1}`, body: body!, status: "running", step: 0, error: null };
      jobs.push(job);
      return json(documentOf(job));
    }
    if (place === "/v1/fine_tuning/jobs") return page(path, jobs.map(documentOf).toReversed());
    const [, id, rest] = /jobs\/([^/]+)(\/.*)?$/u.exec(place) ?? [];
    const job = jobs.find((each) => each.id === id);
    if (job === undefined) return json({ error: { message: "No such job" } }, 404);
    if (rest === "/events") return page(path, events(job));
    if (rest === "/cancel") job.status = "cancelled";
    return json(documentOf(job));
  };
  const server = await serve(async (request, index) => {
    const own = answer(request);
    return (await intercept(request, index)) ?? own;
  });
  return { ...server, jobs, files, [Symbol.asyncDispose]: server[Symbol.asyncDispose] };
}
