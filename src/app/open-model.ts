import { type Admission, type Layer, layered, type Model } from "../chat/layers.ts";
import type { AnswerSchema, ModelRef } from "../chat/model.ts";
import type { ModelPrompts } from "../chat/prompts.ts";
import type { Folders } from "../config/folders.ts";
import type { LoadedSettings } from "../config/load.ts";
import type { ConfigFile, Settings } from "../config/schema.ts";
import type { Log } from "../diagnostics/log-file.ts";
import type { Learnt, OwnField } from "../providers/http/transport.ts";
import type { Connection } from "../providers/connection.ts";
import type { ModelFacts } from "../providers/model-table.ts";
import type { ConnectedRoute } from "../providers/resilience/failover.ts";
import type { RateGate } from "../providers/resilience/rate-gate.ts";
import type { GuardedStore } from "../cache/guarded-store.ts";
import { idleTimeoutOf, maxAnswerOf } from "./connections.ts";
import { successorsOf } from "./failover.ts";
import { keepStreamUsage, withFindings } from "./capabilities.ts";
import { withPictures } from "./images/picture-layer.ts";
import { logLayers } from "./log.ts";
import type { BudgetedModel } from "../usage/budget-layer.ts";
import type { Metering } from "./usage/cost-meter.ts";
import type { WebPages } from "./web/web-page.ts";

/** What models are made of; the engine is one. */
interface ModelSource {
  readonly settings: Settings;
  readonly origins: LoadedSettings["origins"];
  readonly file: ConfigFile;
  readonly folders: Folders;
  readonly log: Log | null;
  readonly prompts: ModelPrompts;
  /** The form that answers are to have; null for free text. */
  readonly schema: AnswerSchema | null;
  /** Seconds. */
  readonly maxWait: number;
  readonly reported: Map<string, ModelFacts>;
  readonly pages: () => Promise<WebPages>;
  readonly connect: (provider: string) => Promise<Connection>;
  /** What requests to a provider pass; null where nothing limits them. */
  readonly rateGate: (provider: string) => Promise<RateGate | null>;
  /** Where answers are stored; null where none are, whatever the settings say. */
  readonly answers: (() => Promise<GuardedStore>) | null;
}

/** A model that is no chat model: how one attempt goes out, and the layers around an answer as a whole, the outermost first. */
export interface OtherWire {
  readonly model: (connection: Connection) => Model;
  readonly layers: readonly Layer[];
}

/** Milliseconds for which a model that is being loaded is waited for, where no timeout is set. */
const defaultLoadingTimeout = 300_000;

/**
 * Opens a model as the settings want it: cache → gate → budget → failover over its provider and those that `failover` names for it, each of them
 * log → retry → adaptation → limit → wire. A layer for an answer as a whole goes around the failover, one for each request of a provider
 * into `connectRoute`. Only the first provider is connected; another one is when its turn comes.
 *
 * @param model the id that the first provider knows
 * @param metering what its requests are booked by; null where none is
 * @param gate what an answer's requests pass before they are sent; null for nothing
 * @param other null for a chat model
 * @throws AppError as the ledger, where there is a budget and it cannot be opened
 */
export async function openModel(
  engine: ModelSource,
  connection: Connection,
  model: string,
  metering: Metering | null,
  gate: Layer | null,
  other: OtherWire | null = null,
): Promise<Model> {
  const { withFailover } = await import("../providers/resilience/failover.ts");
  const { retries, continue_answers: continueNext } = engine.settings;
  const asked = { provider: connection.name, model };
  const routes = [
    { to: asked, connect: once(async () => await connectRoute(engine, connection, asked, other)) },
    // Others are asked in the form of chats.
    ...(other === null ? successorsOf(engine.file, asked) : []).map((to) => ({
      to,
      connect: once(async () => await connectRoute(engine, await engine.connect(to.provider), to, null)),
    })),
  ];
  const failover = (admit: Admission | null) =>
    withFailover(routes, {
      continueSame: continueNext && retries > 0,
      continueNext,
      prompt: engine.prompts.continueAnswer,
      admit,
    });
  const named = routes.map(({ to }) => to);
  const budgeted = metering === null ? null : await budgetAround(engine, connection, named, metering);
  const layers = other === null ? await answerLayers(engine, connection, model, gate) : other.layers;
  const pictures = withPictures(engine, connection);
  return layered([...layers, pictures], budgeted === null ? failover(null) : budgeted(failover));
}

/** Connects at the first call; after a failure at the next one. */
function once(connect: () => Promise<ConnectedRoute>): () => Promise<ConnectedRoute> {
  let connected: Promise<ConnectedRoute> | null = null;
  return async () => {
    connected ??= connect();
    try {
      return await connected;
    } catch (error) {
      connected = null;
      throw error;
    }
  };
}

/** What keeps budgets is loaded where there is one; null where there is none. */
async function budgetAround(
  engine: ModelSource,
  connection: Connection,
  routes: readonly ModelRef[],
  metering: Metering,
): Promise<BudgetedModel | null> {
  if (engine.file.budget === undefined && engine.settings.max_cost === undefined) return null;
  return await (await import("./usage/budget-layers.ts")).budgetOf(engine, connection, routes, metering);
}

/** The layers around an answer as a whole, the outermost first. What stores answers is loaded where somebody wants it. */
async function answerLayers(
  engine: ModelSource,
  connection: Connection,
  model: string,
  gate: Layer | null,
): Promise<readonly Layer[]> {
  const { settings } = engine;
  const layers: Layer[] = [];
  if (settings.cache !== undefined || settings.refresh_cache !== undefined) {
    layers.push(...(await (await import("./answer-cache.ts")).cacheLayers(engine, connection, model)));
  }
  if (gate !== null) layers.push(gate);
  return layers;
}

/** Connects one provider's model: the wire, and the layers around it, the outermost first. */
async function connectRoute(
  engine: ModelSource,
  connected: Connection,
  { provider, model }: ModelRef,
  other: OtherWire | null,
): Promise<ConnectedRoute> {
  const [{ chatModel }, { withAdaptation }, { withRetries }] = await Promise.all([
    import("../providers/wire/chat-completions.ts"),
    import("../providers/resilience/adaptation.ts"),
    import("../providers/resilience/retry.ts"),
  ]);
  const adaptation = () =>
    withAdaptation(connection, {
      learnt: learntOf(connection),
      chosen: chosenFields(engine, provider),
      onRefused: (field) => {
        if (field === "stream_options") keepStreamUsage(engine.folders, connection, model);
      },
    });
  const { settings } = engine;
  // As the settings are now: a session may have changed the timeout since it connected.
  const connection = {
    ...withFindings(engine, connected, model),
    idleTimeout: idleTimeoutOf(settings),
    maxAnswer: maxAnswerOf(settings),
  };
  const layers: readonly Layer[] = [
    ...(await logLayers(engine.log, connection)),
    withRetries({
      provider,
      retries: settings.retries,
      maxWait: (settings.max_wait ?? engine.maxWait) * 1000,
      loadingTimeout: connection.idleTimeout ?? defaultLoadingTimeout,
    }),
    ...(other === null ? [adaptation()] : []),
    ...(await limitLayers(engine, provider)),
    ...(engine.schema === null || other !== null
      ? []
      : [(await import("../providers/wire/answer-tool.ts")).withAnswerTool(connection)]),
  ];
  return {
    model: layered(layers, other === null ? chatModel(connection) : other.model(connection)),
    prefix: connection.prefix,
    fillsGaps: connection.fillIn !== null,
  };
}

/** What keeps limits is loaded where there are some. */
async function limitLayers(engine: ModelSource, provider: string): Promise<readonly Layer[]> {
  const gate = await engine.rateGate(provider);
  return gate === null ? [] : [(await import("../providers/resilience/rate-limit.ts")).withRateLimit(gate)];
}

function learntOf({ transport, name, baseUrl, streams }: Connection): Learnt {
  const about = `${name} ${baseUrl}`;
  const without = new Set<OwnField>(streams ? [] : ["stream"]);
  const learnt = transport.learnt.get(about) ?? { baseUrl: null, without, schema: null };
  transport.learnt.set(about, learnt);
  return learnt;
}

function chosenFields({ file, origins }: ModelSource, provider: string): Set<OwnField> {
  const { stream_usage: usage } = file.providers?.[provider] ?? {};
  const isStreamSet = origins.stream !== undefined && origins.stream.kind !== "built-in";
  return new Set([
    ...(usage === true ? (["stream_options"] as const) : []),
    ...(isStreamSet ? (["stream"] as const) : []),
  ]);
}
