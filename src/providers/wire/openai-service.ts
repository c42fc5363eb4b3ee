import type { OpenAI } from "openai/client";
import { AppError, type ServiceName } from "../../errors.ts";
import type { Connection } from "../connection.ts";
import type { HttpResponse } from "../http/response.ts";
import { withTimeout } from "../http/request-timeout.ts";
import { notAStream } from "./errors.ts";
import { isRecord, parseJson } from "./json.ts";
import { callOpenAI, type CallOptions } from "./openai-client.ts";
import { redactedJson } from "./redact.ts";

/** Entries of a list that are asked for at once, and pages that are looked at. */
export const pageSize = 100;
const maxPages = 20;
/** Milliseconds without a sign of life, of a small request. */
const smallTimeout = 60_000;
/** Statuses of services that have no such path. */
const routeless: ReadonlySet<number> = new Set([404, 405, 501]);

/** A call of the package, whose answer is read here. */
export type OpenAICall = (
  client: OpenAI,
  options: CallOptions & { readonly signal: AbortSignal },
) => { asResponse(): Promise<unknown> };

interface AskOptions {
  readonly stop: AbortSignal;
  /** Milliseconds without a sign of life; default: one minute. Bytes that the connection takes, and bytes of the answer, are one. */
  readonly timeout?: number;
  /** Called while a form goes out, with the bytes of it that the connection has taken. */
  readonly onSent?: (bytes: number) => void;
  /** Which model a refusal names; default: none. */
  readonly model?: string;
  /** Where the request goes; default: the connection's base URL. */
  readonly baseUrl?: string;
}

/** What a provider offers beside chat in OpenAI's form, asked by the `openai` package and answered by JSON documents. */
export class OpenAIService {
  readonly #connection: Connection;
  readonly #service: ServiceName;
  readonly #others: readonly string[];

  /**
   * @param service what a provider has not whose paths are missing
   * @param others providers that have it, named then
   */
  constructor(connection: Connection, service: ServiceName, others: readonly string[]) {
    this.#connection = connection;
    this.#service = service;
    this.#others = others;
  }

  /**
   * Sends a request that is answered by a document.
   *
   * @returns the document as it came: what is shown of it goes through `redactedJson` first
   * @throws AppError as for a question; `not_a_stream` for what is not JSON
   */
  async ask(call: OpenAICall, { stop, timeout = smallTimeout, onSent, ...target }: AskOptions): Promise<unknown> {
    return await withTimeout(this.#connection, stop, timeout, async (signal, alive) => {
      const heard = (bytes: number) => {
        alive();
        onSent?.(bytes);
      };
      const response = await this.open(call, signal, { ...target, onSent: heard });
      const text = await response.text(alive);
      try {
        return parseJson(text.trim());
      } catch (error) {
        throw notAStream(response, text, this.#connection, error);
      }
    });
  }

  /** The answer itself, its body unread. @throws AppError as for a question */
  async open(
    call: OpenAICall,
    signal: AbortSignal,
    { onSent, model = "", baseUrl = this.#connection.baseUrl }: Pick<AskOptions, "onSent" | "model" | "baseUrl"> = {},
  ): Promise<HttpResponse> {
    const run = async (client: OpenAI, options: CallOptions) => await call(client, { ...options, signal }).asResponse();
    const target = { baseUrl, model, ...(onSent && { onSent }) };
    return ((await callOpenAI(this.#connection, target, run)) as { readonly http: HttpResponse }).http;
  }

  /**
   * The entries of a list that are understood, page by page.
   *
   * @param list gets the parameter `after` of the next page, or nothing
   */
  async *listed<Entry extends { readonly id: string }>(
    list: (after: object) => OpenAICall,
    read: (json: unknown) => Entry | null,
    stop: AbortSignal,
  ): AsyncGenerator<Entry> {
    let after: string | undefined;
    for (let page = 0; page < maxPages; page++) {
      const call = list(after === undefined ? {} : { after });
      const { entries, hasMore } = this.known(await this.ask(call, { stop }), listIn);
      const understood = entries.flatMap((entry) => read(entry) ?? []);
      yield* understood;
      const last = understood.at(-1)?.id;
      if (!hasMore || last === undefined || last === after) return;
      after = last;
    }
  }

  /** What a document is. @throws AppError `service_unreadable` */
  known<Result>(json: unknown, read: (json: unknown) => Result | null): Result {
    const result = read(json);
    if (result !== null) return result;
    const { name: provider } = this.#connection;
    const start = JSON.stringify(redactedJson(json, this.#connection)).slice(0, 80);
    throw new AppError("service_unreadable", { provider, service: this.#service, start });
  }

  /** For `catch` of a request that any provider with the service takes. @throws AppError `not_offered`, or the error itself */
  readonly withoutRoute = (error: unknown): never => {
    if (!routeless.has(refusedStatus(error))) throw error;
    const details = { provider: this.#connection.name, service: this.#service, others: this.#others };
    throw new AppError("not_offered", details, { cause: error });
  };
}

/** HTTP's status of a refusal; 0 for any other error. */
export function refusedStatus(error: unknown): number {
  return error instanceof AppError && error.code === "request_refused"
    ? (error as AppError<"request_refused">).details.status
    : 0;
}

/** The entries of a list, and whether there are more behind them; null for what is none. */
function listIn(json: unknown): { entries: readonly unknown[]; hasMore: boolean } | null {
  if (!isRecord(json)) return null;
  const { data, has_more: hasMore } = isRecord(json["data"]) ? json["data"] : json;
  return Array.isArray(data) ? { entries: data, hasMore: hasMore === true } : null;
}
