import type { Model } from "../chat/model.ts";
import type { Connection } from "../providers/connection.ts";
import type { Route } from "../providers/continuity.ts";
import type { App } from "./app.ts";
import { silenceOf } from "./connections.ts";
import { successorsOf } from "./failover.ts";
import { withFindings } from "./findings.ts";
import { logged } from "./logging.ts";

/** Milliseconds that the waits between attempts may take together. */
const patience = 120_000;

/**
 * A model as the settings want it: its provider first, then those that take over; each with retries; an answer that breaks
 * off gone on with. Nothing is opened but the first provider's connection, which is open already.
 *
 * @param model the id that the first provider knows
 */
export async function openModel(app: App, connection: Connection, model: string): Promise<Model> {
  const [{ connect }, { withRetries }, { withContinuity }] = await Promise.all([
    import("../providers/connect.ts"),
    import("../providers/retry.ts"),
    import("../providers/continuity.ts"),
  ]);
  const { retries, continue_answers: continuing } = app.settings;
  const route = (provider: string, id: string, connected: () => Promise<Connection>): Route => ({
    provider,
    model: id,
    open: async () => {
      // As the settings are now: a session may have changed the timeout since it connected.
      const found = { ...withFindings(app, await connected(), id), silence: silenceOf(app.settings) };
      const ask = await logged(app, withRetries(connect(found), { retries, patience }), found);
      return { ask, prefix: found.prefix };
    },
  });
  const routes = [
    route(connection.name, model, async () => connection),
    ...successorsOf(app.file, connection.name, model).map((next) =>
      route(next.provider, next.model, async () => await app.connection(next.provider)),
    ),
  ];
  const again = continuing && retries > 0;
  return withContinuity(routes, { again, takeover: continuing, goOn: app.words.answer.goOn });
}
