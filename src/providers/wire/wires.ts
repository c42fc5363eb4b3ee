import type { Connection } from "../connection.ts";
import { httpSource } from "./chunk-source.ts";
import { traceId } from "./errors.ts";
import { requestCompletion } from "./openai-client.ts";
import type { Wire } from "./wire-exchange.ts";

/** How a provider is asked. What that needs is loaded here. */
export async function wireOf({ wire }: Pick<Connection, "wire">): Promise<Wire> {
  if (wire === "openai") {
    await import("openai/client");
    return chatCompletions;
  }
  if (wire.type === "envelope") return (await import("./envelope.ts")).envelope;
  return (await import("./web-socket-exchange.ts")).webSocketExchange;
}

const chatCompletions: Wire = async (connection, request, more, onBytes, signal) => {
  const response = await requestCompletion(connection, request, more, signal);
  return {
    traceId: traceId((name) => response.header(name)),
    chunks: httpSource(response, connection, onBytes),
    misfit: () => null,
  };
};
