import type { Connection } from "../connection.ts";
import { notAStream, refusalOf } from "../wire/errors.ts";
import { parseJson } from "../wire/json.ts";
import { redactedJson } from "../wire/redact.ts";
import { withTimeout } from "./request-timeout.ts";
import { send } from "./send.ts";

/** Milliseconds that such a small request may take, where nobody said. */
const defaultTimeout = 20_000;

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
  stop: AbortSignal,
  body: object | null = null,
): Promise<unknown> {
  const url = address.startsWith("/") ? `${connection.baseUrl.replace(/\/$/u, "")}${address}` : address;
  const request =
    body === null
      ? { method: "GET", url, headers: {}, body }
      : {
          method: "POST",
          url,
          headers: { "content-type": "application/json" },
          body: Buffer.from(JSON.stringify(body)),
        };
  return await withTimeout(connection, stop, defaultTimeout, async (signal) => {
    const response = await send(connection, request, signal);
    if (!response.isSuccess) throw await refusalOf(response, connection, "");
    const text = await response.text();
    try {
      // Redacted behind the parser: JSON may write any sign of a key as an escape.
      return redactedJson(parseJson(text.trim()), connection);
    } catch (error) {
      throw notAStream(response, text, connection, error);
    }
  });
}
