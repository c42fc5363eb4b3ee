import type { ClientOptions, OpenAI } from "openai/client";
import type { CompletionCreateParams } from "openai/resources/completions";
import { prefixOf } from "../../chat/message-text.ts";
import type { ChatRequest } from "../../chat/model.ts";
import type { Connection, OutgoingBody } from "../connection.ts";
import type { HttpResponse } from "../http/response.ts";
import { send } from "../http/send.ts";
import { refusalOf } from "./errors.ts";
import { schemaFormOf } from "./answer-form.ts";
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
  if (request.suffix !== undefined) return await requestFillIn(connection, request, more, signal);
  const continues = prefixOf(request.messages) !== null && connection.prefix === "beta";
  const isBeta = continues || schemaFormOf(request, connection) === "strict_tool";
  const baseUrl = isBeta ? betaUrl(connection) : connection.baseUrl;
  const body = { ...requestBody(request, connection), ...more };
  const response = await callOpenAI(connection, { baseUrl, model: request.model }, (client, options) =>
    client.chat.completions.create(body, { ...options, signal }).asResponse(),
  );
  return (response as unknown as FetchedResponse).http;
}

/** As `requestCompletion`, for a gap that is to be filled: at `/completions`. */
async function requestFillIn(
  connection: Connection,
  request: ChatRequest,
  more: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const { Completions } = await import("openai/resources/completions");
  const baseUrl = connection.fillIn === "beta" ? betaUrl(connection) : connection.baseUrl;
  const body = { ...requestBody(request, connection), ...more } as unknown as CompletionCreateParams;
  const response = await callOpenAI(connection, { baseUrl, model: request.model }, (client, options) =>
    new Completions(client).create(body, { ...options, signal }).asResponse(),
  );
  return (response as unknown as FetchedResponse).http;
}

/** DeepSeek continues from a prefix, and takes strict tools, only at `/beta`. */
function betaUrl({ baseUrl }: Connection): string {
  return `${baseUrl.replace(/\/(?:v1\/?)?$/u, "")}/beta`;
}

interface CallTarget {
  /** Where the requests go. */
  readonly baseUrl: string;
  /** Which model a refusal names; empty where none is asked for. */
  readonly model: string;
  /** Called while a form goes out, with the bytes of it that the connection has taken. */
  readonly onSent?: (bytes: number) => void;
}

/** One call of the package, which comes along to `fetch`. */
interface Call {
  readonly connection: Connection;
  readonly target: CallTarget;
  /** What the service or the network said; null for nothing yet. */
  failure: unknown;
}

/** Options for the package that a call has to pass on with its request. */
export interface CallOptions {
  readonly fetchOptions: NonNullable<ClientOptions["fetchOptions"]>;
}

/** By base URL: a client knows nothing else of whom it asks, and making one takes longer than its part in a request. */
const clients = new Map<string, Promise<OpenAI>>();

/**
 * Runs one call of the `openai` package, whose requests go out by `send`.
 *
 * @param call what to do with the client, and the options that its request is to have
 * @throws AppError for what the service or the network said, which the package would put in its own words
 */
export async function callOpenAI<Result>(
  connection: Connection,
  target: CallTarget,
  call: (client: OpenAI, options: CallOptions) => Promise<Result>,
): Promise<Result> {
  const { baseUrl } = target;
  const client = clients.get(baseUrl) ?? newClient(baseUrl);
  clients.set(baseUrl, client);
  const own: Call = { connection, target, failure: null };
  try {
    return await call(await client, { fetchOptions: { call: own } as NonNullable<ClientOptions["fetchOptions"]> });
  } catch (error) {
    throw own.failure ?? error;
  }
}

async function newClient(baseUrl: string): Promise<OpenAI> {
  const { OpenAI: Client } = await import("openai/client");
  return new Client({
    baseURL: baseUrl,
    // The package wants one that is not empty; `send` signs.
    apiKey: "none",
    defaultHeaders: { Authorization: null },
    organization: null,
    project: null,
    webhookSecret: null,
    adminAPIKey: null,
    // Ours are visible, can be stopped, and know when nothing came; see retry.ts.
    maxRetries: 0,
    // Ours ends when no data comes, not at the headers; see idle-timeout.ts.
    timeout: 86_400_000,
    logLevel: "off",
    fetch: fetchByCall as unknown as ClientOptions["fetch"],
  });
}

/** Answers as `fetch` does, for the call that its request belongs to. */
async function fetchByCall(url: string, { call, ...init }: FetchOptions): Promise<object> {
  const { connection, target } = call;
  try {
    const response = await sendFetch(connection, url, init, target.onSent);
    if (!response.isSuccess) throw await refusalOf(response, connection, target.model);
    return fetched(response);
  } catch (error) {
    call.failure = error;
    throw error;
  }
}

// By this the package finds out whether forms are encoded.
Object.defineProperty(fetchByCall, "Response", { get: () => Response });

/** What the package gives to `fetch`. */
interface FetchOptions {
  readonly call: Call;
  readonly method?: string;
  readonly headers?: Iterable<[string, string]>;
  readonly body?: RequestInit["body"];
  readonly signal?: AbortSignal;
}

async function sendFetch(
  connection: Connection,
  url: string,
  init: Omit<FetchOptions, "call">,
  onSent: CallTarget["onSent"],
): Promise<HttpResponse> {
  const { method = "GET", headers = [], body: given = null, signal = new AbortController().signal } = init;
  const { body, type } = await encoded(given);
  const own = { ...Object.fromEntries(ownHeaders(headers)), ...(type !== null && { "content-type": type }) };
  const request = { method: method.toUpperCase(), url, headers: own, body, ...(onSent && { onSent }) };
  return await send(connection, request, signal);
}

/**
 * The headers without what the package says of itself and of this machine (`X-Stainless-OS`, `-Arch`, `-Runtime-Version` …): no
 * service needs that.
 */
function ownHeaders(headers: Iterable<[string, string]>): [string, string][] {
  return [...headers]
    .map(([name, value]): [string, string] => [name.toLowerCase(), value])
    .filter(([name]) => !name.startsWith("x-stainless-") && name !== "user-agent");
}

/** A body as it goes out, with the type that its encoding has. What encodes forms is loaded where there is one. */
async function encoded(given: RequestInit["body"]): Promise<{ body: OutgoingBody | null; type: string | null }> {
  if (given === null || given === undefined) return { body: null, type: null };
  if (typeof given === "string") return { body: Buffer.from(given), type: null };
  if (!(given instanceof FormData)) throw new Error("This kind of body is not sent.");
  return (await import("../http/form-body.ts")).formBody(given);
}

/** A response as far as the package reads one; `asResponse()` gives it back. */
interface FetchedResponse {
  readonly http: HttpResponse;
}

function fetched(response: HttpResponse): FetchedResponse & Record<string, unknown> {
  const { status, url, body } = response;
  return {
    http: response,
    ok: true,
    status,
    statusText: "",
    url,
    headers: new Headers(response.headers),
    body,
    text: async () => await response.text(),
    json: async () => JSON.parse(await response.text()) as unknown,
  };
}
