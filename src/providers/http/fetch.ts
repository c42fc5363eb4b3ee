import type { Connection } from "../connection.ts";
import { send } from "./send.ts";

/** The web's `fetch`, as far as packages use it that take one. */
export type Fetch = (input: string | URL, init?: RequestInit) => Promise<Response>;

/** Statuses of responses that have no body. */
const bodiless = new Set([204, 205, 304]);

/**
 * A `fetch` whose requests go out as all others of the program do: with its proxies, certificates, log and bounds. It follows no
 * redirect.
 *
 * @param connectTo what a request to a URL goes out with
 */
export function fetchOver(connectTo: (url: URL) => Connection): Fetch {
  return async (input, init = {}) => {
    const url = new URL(input);
    const { method = "GET", headers, body, signal } = init;
    const request = {
      method,
      url: url.href,
      headers: namesAndValues(headers),
      body: body === undefined || body === null ? null : bytesOf(body),
    };
    const response = await send(connectTo(url), request, signal ?? new AbortController().signal);
    const { status } = response;
    const content = bodiless.has(status) ? null : streamOf(response.body);
    const lines = Object.entries(response.headers).flatMap(([name, value]) =>
      [value].flat().map((each): [string, string] => [name, each]),
    );
    return new Response(content, { status, headers: lines.filter(([name]) => !encoding.has(name)) });
  };
}

function streamOf(body: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await pieces.return?.();
    },
  });
}

/** What the body no longer is once it has been read. */
const encoding = new Set(["content-encoding", "content-length", "transfer-encoding"]);

/** Names in small letters, as `send` takes them. */
function namesAndValues(headers: RequestInit["headers"]): Record<string, string> {
  if (headers === undefined) return {};
  const isList = Symbol.iterator in headers;
  const entries = isList ? [...(headers as Iterable<[string, string]>)] : Object.entries(headers);
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
}

/** Text and forms alone are sent. */
function bytesOf(body: NonNullable<RequestInit["body"]>): Uint8Array {
  if (typeof body !== "string" && !(body instanceof URLSearchParams)) throw new Error("This kind of body is not sent.");
  return Buffer.from(String(body));
}
