import { filled, filledText } from "../../template.ts";
import type { EnvelopeConfig } from "../../config/wire-schema.ts";
import type { Connection } from "../connection.ts";
import { send } from "../http/send.ts";
import { AnswerReader } from "./answer-reader.ts";
import { documentSource } from "./chunk-source.ts";
import { refusalOf, traceId } from "./errors.ts";
import type { Wire } from "./wire-exchange.ts";
import { requestVariables } from "./request-variables.ts";

/** Puts a question in a body of the service's own form, and reads the answer by the rows of the config file. */
export const envelope: Wire = async (connection, request, more, onBytes, signal) => {
  const wire = connection.wire as EnvelopeConfig;
  const values = requestVariables(connection, request, more);
  const body = Buffer.from(JSON.stringify(filled(wire.request, values)));
  const url = addressOf(connection, wire.path, values);
  const headers = { "content-type": "application/json" };
  const response = await send(connection, { method: "POST", url, headers, body }, signal);
  if (!response.isSuccess) throw await refusalOf(response, connection, request.model);
  const reader = new AnswerReader(wire.answer, connection);
  const { source, isWhole } = await documentSource(response, connection, onBytes);
  return {
    traceId: traceId((name) => response.header(name)),
    chunks: reader.read(source, isWhole),
    misfit: () => reader.misfit(),
  };
};

/** The address of a request: the base URL with a path behind it, whose variables are written as URLs want them. */
export function addressOf(
  { baseUrl }: Pick<Connection, "baseUrl">,
  path: string | undefined,
  values: Readonly<Record<string, unknown>>,
): string {
  if (path === undefined) return baseUrl;
  const encoded = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === "string" ? encodeURIComponent(value.toWellFormed()) : value,
  ]);
  return baseUrl + filledText(path, Object.fromEntries(encoded) as Record<string, unknown>);
}
