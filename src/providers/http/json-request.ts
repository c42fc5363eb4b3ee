import { AppError } from "../../errors.ts";
import type { Connection } from "../connection.ts";
import { watchedFetch } from "./fetch.ts";
import { fromNetwork } from "./network-errors.ts";
import { redact, redactedError, redactedJson } from "../wire/redact.ts";
import { fromRefusal, hostOf } from "../wire/errors.ts";

/** Milliseconds that such a small request may take, where nobody said. */
const patience = 20_000;

/**
 * A small request beside the questions, such as for the list of models, answered by one JSON document.
 *
 * @param address under the connection's base URL (`/models`), or a whole URL of the same origin
 * @param body sent as JSON with POST; null for GET
 * @returns the document, without keys
 * @throws AppError as for a question; `not_a_stream` for what is not JSON
 */
export async function requestJson(
  connection: Connection,
  address: string,
  signal: AbortSignal,
  body: object | null = null,
): Promise<unknown> {
  const limit = connection.idleTimeout ?? patience;
  const timer = AbortSignal.timeout(limit);
  try {
    return await request(connection, address, body, AbortSignal.any([signal, timer]));
  } catch (error) {
    if (signal.aborted) throw new AppError("interrupted", {}, { cause: error });
    if (timer.aborted) throw new AppError("timeout", { host: hostOf(connection.baseUrl), seconds: limit / 1000 });
    throw redactedError(fromNetwork(error, connection), connection);
  }
}

async function request(
  connection: Connection,
  address: string,
  body: object | null,
  signal: AbortSignal,
): Promise<unknown> {
  let refusal = "";
  const fetch = watchedFetch(connection.transport, {
    onBytes: () => {},
    onFailure: () => {},
    onRefusal: (text) => (refusal = text),
  });
  const headers: [string, string][] = [["accept", "application/json"], ...Object.entries(connection.headers)];
  if (connection.key !== null) headers.push(["authorization", `Bearer ${connection.key}`]);
  const post = body === null ? {} : { method: "POST", body: JSON.stringify(body) };
  if (body !== null) headers.push(["content-type", "application/json"]);
  const url = address.startsWith("/") ? `${connection.baseUrl.replace(/\/$/u, "")}${address}` : address;
  const response = await fetch(url, { ...post, headers, signal });
  if (!response.ok) {
    const header = (name: string) => response.headers.get(name);
    throw fromRefusal({ status: response.status, body: refusal, url, header }, connection, "");
  }
  const text = await response.text();
  try {
    // Redacted behind the parser: JSON may write any sign of a key as an escape.
    return redactedJson(JSON.parse(text.trim()), connection);
  } catch (error) {
    const contentType = response.headers.get("content-type")?.split(";")[0] ?? "no content type";
    const start = redact(text.slice(0, 4096), connection).slice(0, 80).replace(/\s+/gu, " ").trim() || "(empty)";
    throw new AppError("not_a_stream", { provider: connection.name, contentType, start }, { cause: error });
  }
}
