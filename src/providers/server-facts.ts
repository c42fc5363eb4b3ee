import { offeredModels } from "./account.ts";
import type { localProviders } from "./catalogue.ts";
import type { Connection } from "./connection.ts";
import { factsOfRow, type OfferedModel, readModelList, rowsAt, tokensOf, valueAt } from "./model-list.ts";
import type { ModelFacts } from "./model-table.ts";
import { requestJson } from "./http/json-request.ts";
import { isRecord } from "./wire/json.ts";

/** Asks one kind of server in its own way about one model. */
type Source = (ask: Ask, id: string) => Promise<ModelFacts>;
/** A request to the server's own endpoints, outside of `/v1`. */
type Ask = (path: string, body?: object) => Promise<unknown>;

/** More models than this are not asked about one by one. */
const maxModels = 64;
/** How many of them at the same time. */
const atOnce = 8;

/**
 * What a server reports of models beyond OpenAI's list: window, longest answer, whether they see. Its list is read first;
 * what that leaves open is asked of the server's own endpoints, where it is of this machine or its network, or says what it is.
 *
 * @param listed its list of models, where that is known already
 * @param wanted the ids that matter
 * @returns what is known; nothing for a model that nothing is said of
 */
export async function serverFacts(
  connection: Connection,
  listed: readonly OfferedModel[] | null,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, ModelFacts>> {
  const offered = listed ?? (await offeredModels(connection, signal).catch(() => []));
  const found = new Map<string, ModelFacts>();
  for (const { id, facts } of offered) if (wanted.includes(id)) found.set(id, facts);
  const sources = sourcesFor(connection);
  const open = wanted.filter((id) => found.get(id)?.context === undefined).slice(0, maxModels);
  if (sources.length === 0 || open.length === 0) return found;
  const root = connection.baseUrl.replace(/\/+$/u, "").replace(/\/v\d+$/u, "");
  const ask = once((path, body) => requestJson(connection, `${root}${path}`, signal, body));
  const queue = [...open];
  const work = async () => {
    for (let id = queue.shift(); id !== undefined && !signal.aborted; id = queue.shift()) {
      const reported = await Promise.all(sources.map(async (source) => await source(ask, id).catch(() => ({}))));
      found.set(id, Object.assign({}, ...reported.toReversed(), found.get(id)) as ModelFacts);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, queue.length) }, work));
  return found;
}

/** The same question is put once. */
function once(ask: Ask): Ask {
  const asked = new Map<string, Promise<unknown>>();
  return (path, body) => {
    const name = `${path} ${JSON.stringify(body ?? null)}`;
    const answer = asked.get(name) ?? ask(path, body);
    asked.set(name, answer);
    return answer;
  };
}

/** llama.cpp: GET /props (tools/server/README.md). */
const llamacpp: Source = async (ask) => {
  const props = await ask("/props");
  const context = tokensOf(valueAt(props, "default_generation_settings.n_ctx"));
  const vision = valueAt(props, "modalities.vision");
  return { ...(context !== null && { context }), ...(typeof vision === "boolean" && { vision }) };
};

/**
 * Ollama: GET /api/ps reports the window that a loaded model has; POST /api/show the `num_ctx` it was made with, and, as
 * `model_info.<architecture>.context_length`, the longest possible (docs/api.md).
 */
const ollama: Source = async (ask, id) => {
  const shown = await ask("/api/show", { model: id });
  const running = await ask("/api/ps").catch(() => null);
  const row = rowsAt(running, "models").find(({ name, model }) => name === id || model === id);
  const parameters = valueAt(shown, "parameters");
  const made = typeof parameters === "string" ? /^num_ctx\s+(\d{1,10})\s*$/mu.exec(parameters)?.[1] : null;
  const about = valueAt(shown, "model_info");
  const longest = isRecord(about) ? Object.keys(about).find((name) => name.endsWith(".context_length")) : undefined;
  const context =
    tokensOf(valueAt(row, "context_length")) ??
    tokensOf(made) ??
    (longest === undefined ? null : tokensOf((about as Record<string, unknown>)[longest]));
  const { vision } = isRecord(shown) ? factsOfRow({ capabilities: shown["capabilities"] }) : {};
  return { ...(context !== null && { context }), ...(vision !== undefined && { vision }) };
};

/** LM Studio: GET /api/v0/models (lmstudio.ai/docs/developer/rest). */
const lmstudio: Source = async (ask, id) =>
  readModelList(await ask("/api/v0/models"))?.find((row) => row.id === id)?.facts ?? {};

/** LiteLLM: GET /model/info (docs.litellm.ai, proxy/model_management). */
const litellm: Source = async (ask, id) => {
  // `id` is the deployment's there; people name the model by `model_name`.
  const row = rowsAt(await ask("/model/info"), "data").find(({ model_name: name }) => name === id);
  return row === undefined ? {} : factsOfRow(row);
};

const ownSources: Readonly<Record<(typeof localProviders)[number], readonly Source[]>> = {
  ollama: [ollama],
  lmstudio: [lmstudio],
  llamacpp: [llamacpp],
  vllm: [],
};

/** A server of one's own may be any of them; of a service elsewhere only LiteLLM's endpoint is asked, which is the proxy's. */
function sourcesFor({ name, baseUrl, isCustom }: Connection): readonly Source[] {
  if (Object.hasOwn(ownSources, name)) return ownSources[name as keyof typeof ownSources];
  if (!isCustom) return [];
  return isNear(new URL(baseUrl).hostname) ? [llamacpp, ollama, lmstudio, litellm] : [litellm];
}

/** Of this machine or of a private network (RFC 1918, RFC 4193, `.local`). */
function isNear(host: string): boolean {
  return (
    /^(?:127|10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.[\d.]+$/u.test(host) ||
    /^\[(?:::1|f[cd][\da-f:]*)\]$/iu.test(host) ||
    /(?:^|\.)(?:localhost|local|lan|internal)$/iu.test(host) ||
    !host.includes(".")
  );
}
