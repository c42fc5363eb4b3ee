import type { Model } from "../chat/model.ts";
import type { Connection } from "../providers/connection.ts";
import type { Route } from "../providers/continuity.ts";
import type { App } from "./app.ts";
import { openEndpoint } from "./connections.ts";
import { withFindings } from "./findings.ts";
import { logged } from "./logging.ts";

/** Milliseconds that the waits between attempts may take together. */
const patience = 120_000;

/**
 * A model as the settings want it: its provider first, then those that take over; each with retries; an answer that breaks
 * off gone on with.
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
  const route = (name: string, id: string, prefix: Route["prefix"], open: () => Promise<Connection>): Route => {
    let opened: Promise<Model> | null = null;
    return {
      provider: name,
      model: id,
      prefix,
      open: async () =>
        await (opened ??= open().then((found) =>
          logged(app, withRetries(connect(found), { retries, patience }), found),
        )),
    };
  };
  const first = withFindings(app, connection, model);
  const routes = [
    route(first.name, model, first.prefix, async () => first),
    ...app.failover(connection.name, model).map((next) => {
      const { provider: row, baseUrl } = openEndpoint(app, next.provider, null);
      const { prefix } = withFindings(app, { ...row, baseUrl }, next.model);
      return route(row.name, next.model, prefix, async () => withFindings(app, await next.open(), next.model));
    }),
  ];
  return withContinuity(routes, { automatic: continuing && retries > 0, goOn: app.words.answer.goOn });
}
