import type { Folders } from "../config/folders.ts";
import { factsIn } from "../config/model-aliases.ts";
import { saveModelList } from "../config/model-lists.ts";
import type { ConfigFile } from "../config/schema.ts";
import { AppError, asAppError } from "../errors.ts";
import type { Connection } from "../providers/connection.ts";
import type { OfferedModel } from "../providers/model-list.ts";
import { modelFacts, type ModelFacts } from "../providers/model-table.ts";

/** Milliseconds that a server may take to tell of its model. */
const factsTimeout = 2_000;

/** What is known of models and where it is kept; the engine is one. */
interface FactSource {
  readonly file: ConfigFile;
  readonly folders: Pick<Folders, "cache">;
  readonly reported: Map<string, ModelFacts>;
  readonly stop: AbortSignal;
}

/** What is known of a model: the config file's word, else what its server reported in this run, else the table's. */
export function factsOf(
  { file, reported }: Pick<FactSource, "file" | "reported">,
  provider: string,
  model: string,
): ModelFacts {
  return modelFacts(provider, model, factsIn(file), reported.get(`${provider}/${model}`));
}

/**
 * Asks a server for the window of a model in use, once a run, where nobody knows it; a server that does not tell, or not in
 * time, is as good as one that knows nothing. To be called when no question waits: a local server may do one thing at a time.
 */
export async function learnFacts(engine: FactSource, connection: Connection, model: string): Promise<void> {
  const name = `${connection.name}/${model}`;
  if (engine.reported.has(name) || factsOf(engine, connection.name, model).context !== undefined) return;
  engine.reported.set(name, {});
  const found = await askServer(engine, connection, null, [model]);
  engine.reported.set(name, found.get(model) ?? {});
}

/** The same for all models of a list that was just read; keeps their ids for completion. */
export async function learnFromList(
  engine: FactSource,
  connection: Connection,
  rows: readonly OfferedModel[],
): Promise<void> {
  for (const { id, facts } of rows) engine.reported.set(`${connection.name}/${id}`, facts);
  const ids = rows.map(({ id }) => id);
  if (connection.name !== "demo") saveModelList(engine.folders.cache, connection.name, ids);
  const open = ids.filter((id) => factsOf(engine, connection.name, id).context === undefined);
  if (open.length === 0) return;
  const found = await askServer(engine, connection, rows, open);
  for (const [id, facts] of found) engine.reported.set(`${connection.name}/${id}`, facts);
}

/** Nothing where the server does not tell, or not in time. */
async function askServer(
  { stop }: FactSource,
  connection: Connection,
  rows: readonly OfferedModel[] | null,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ModelFacts>> {
  const { serverFacts } = await import("../providers/server-facts.ts");
  const signal = AbortSignal.any([stop, AbortSignal.timeout(factsTimeout)]);
  return await serverFacts(connection, rows, ids, signal).catch(() => new Map<string, ModelFacts>());
}

/**
 * The model of a provider where nobody named one: the provider's own, else the only one that its server offers.
 *
 * @throws AppError `no_model` where there are several, or none; as `offeredModels` where the server could not be asked
 */
export async function modelInUse({ stop }: Pick<FactSource, "stop">, connection: Connection): Promise<string> {
  if (connection.model !== null) return connection.model;
  const { offeredModels } = await import("../providers/account.ts");
  const offered = await offeredModels(connection, stop).catch((thrown: unknown) => {
    const error = asAppError(thrown);
    // A server without such a list is asked by name.
    if (hasNoList(error)) return [];
    throw error;
  });
  const only = onlyChatModel(offered);
  if (only === null) throw new AppError("no_model", { provider: connection.name });
  return only;
}

/** Whether an error says no more than that a service gives no list of models. */
export function hasNoList({ code, kind }: AppError): boolean {
  return kind === "refused" || code === "not_a_list" || code === "not_a_stream";
}

/** The one model that is for chat; null where it is not clear which. */
export function onlyChatModel(offered: readonly OfferedModel[]): string | null {
  const chat = offered.filter(({ chats }) => chats);
  return chat.length === 1 ? chat[0]!.id : null;
}
