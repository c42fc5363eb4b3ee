import type { Connection } from "../../providers/connection.ts";
import { Probe } from "../../diagnostics/probe.ts";

/** Questions to a model over a connection, which finds out what its service does with them. */
export async function openProbe(connection: Connection, model: string, stop: AbortSignal): Promise<Probe> {
  const { askRaw } = await import("../../providers/wire/raw-request.ts");
  const { name: provider, thinking, prefix, schema, streams } = connection;
  return new Probe({
    provider,
    model,
    thinking,
    prefix,
    schema,
    ask: async ({ request, json, ...forms }) => {
      const more = json ? { response_format: { type: "json_object" } } : {};
      return await askRaw({ ...connection, ...forms }, { ...request, stream: request.stream && streams }, more, stop);
    },
  });
}
