import { prefixOf } from "../../chat/message-text.ts";
import type { ChatRequest } from "../../chat/model.ts";
import type { Connection } from "../connection.ts";
import type { HttpResponse } from "../http/response.ts";
import { callOpenAI, type FetchedResponse } from "./openai-client.ts";
import { requestBody } from "./request-body.ts";

/**
 * Sends a question, once.
 *
 * @param more further fields of the body
 * @returns the response, its body unread
 * @throws AppError for a refusal and for the network; what `signal` was aborted with
 */
export async function requestCompletion(
  connection: Connection,
  request: ChatRequest,
  more: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const baseUrl = prefixOf(request.messages) !== null ? prefixUrl(connection) : connection.baseUrl;
  const body = { ...requestBody(request, connection), ...more };
  const response = await callOpenAI(connection, { baseUrl, model: request.model }, (client) =>
    client.chat.completions.create(body, { signal }).asResponse(),
  );
  return (response as unknown as FetchedResponse).http;
}

/** DeepSeek continues from a prefix only at `/beta`. */
function prefixUrl({ baseUrl, prefix }: Connection): string {
  return prefix === "beta" ? `${baseUrl.replace(/\/(?:v1\/?)?$/u, "")}/beta` : baseUrl;
}
