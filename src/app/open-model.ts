import type { Model } from "../chat/layers.ts";
import type { ModelPrompts } from "../chat/prompts.ts";
import type { Folders } from "../config/folders.ts";
import type { LoadedSettings } from "../config/load.ts";
import type { ConfigFile, Settings } from "../config/schema.ts";
import type { Log } from "../diagnostics/log-file.ts";
import type { Learnt, OwnField } from "../providers/http/transport.ts";
import type { Connection } from "../providers/connection.ts";
import type { Route } from "../providers/resilience/failover.ts";
import { idleTimeoutOf } from "./connections.ts";
import { successorsOf } from "./failover.ts";
import { keepStreamUsage, withFindings } from "./capabilities.ts";
import { logged } from "./log.ts";

/** What models are made of; the engine is one. */
interface ModelSource {
  readonly settings: Settings;
  readonly origins: LoadedSettings["origins"];
  readonly file: ConfigFile;
  readonly folders: Folders;
  readonly log: Log | null;
  readonly prompts: ModelPrompts;
  /** Seconds. */
  readonly maxWait: number;
  readonly connect: (provider: string) => Promise<Connection>;
}

/** Milliseconds for which a model that is being loaded is waited for, where no timeout is set. */
const loadingLimit = 300_000;

/**
 * A model as the settings want it: its provider first, then those that take over; each with retries; an answer that breaks
 * off gone on with. Nothing is opened but the first provider's connection, which is open already.
 *
 * @param model the id that the first provider knows
 */
export async function openModel(engine: ModelSource, connection: Connection, model: string): Promise<Model> {
  const [{ connect }, { withAdaptation }, { withRetries }, { withContinuity }] = await Promise.all([
    import("../providers/wire/chat-completions.ts"),
    import("../providers/resilience/adaptation.ts"),
    import("../providers/resilience/retry.ts"),
    import("../providers/resilience/failover.ts"),
  ]);
  const { retries, continue_answers: continuing, max_wait: maxWait = engine.maxWait } = engine.settings;
  const patience = maxWait * 1000;
  const route = (provider: string, id: string, connected: () => Promise<Connection>): Route => ({
    provider,
    model: id,
    open: async () => {
      // As the settings are now: a session may have changed the timeout since it connected.
      const found = { ...withFindings(engine, await connected(), id), idleTimeout: idleTimeoutOf(engine.settings) };
      const adapting = withAdaptation(found, {
        connect,
        learnt: learntOf(found),
        chosen: chosenFields(engine, provider),
        onRefused: (field) => void (field === "stream_options" && keepStreamUsage(engine.folders, found, id)),
      });
      const loading = found.idleTimeout ?? loadingLimit;
      const ask = await logged(engine.log, withRetries({ retries, patience, loading })(adapting), found);
      return { ask, prefix: found.prefix };
    },
  });
  const routes = [
    route(connection.name, model, async () => connection),
    ...successorsOf(engine.file, connection.name, model).map((next) =>
      route(next.provider, next.model, async () => await engine.connect(next.provider)),
    ),
  ];
  const again = continuing && retries > 0;
  return withContinuity(routes, { again, takeover: continuing, goOn: engine.prompts.continueAnswer });
}

function learntOf({ transport, name, baseUrl }: Connection): Learnt {
  const about = `${name} ${baseUrl}`;
  const learnt = transport.learnt.get(about) ?? { baseUrl: null, without: new Set() };
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
