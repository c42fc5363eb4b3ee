import { AppError } from "../../errors.ts";
import { plainProvider } from "../catalogue.ts";
import type { Connection } from "../connection.ts";
import type { AddressGuard } from "./address-guard.ts";
import { proxyFor } from "./proxy.ts";
import { withTimeout } from "./request-timeout.ts";
import type { HttpResponse } from "./response.ts";
import { send } from "./send.ts";
import type { Transport } from "./transport.ts";

/** How pages are requested. */
export interface PageRequestOptions {
  /** Of its own: connections that other requests opened are not guarded. */
  readonly transport: Transport;
  readonly guard: AddressGuard;
  /** How redirects to another origin are followed; default: as the first request. */
  readonly elsewhere?: Pick<PageRequestOptions, "transport" | "guard">;
  /** Milliseconds that all of it may take. */
  readonly timeout: number;
  /** Bytes of the page, decompressed. */
  readonly maxBytes: number;
}

export interface ReceivedPage {
  /** After redirects. */
  readonly url: string;
  /** The header, with its parameters; empty where there is none. */
  readonly contentType: string;
  readonly bytes: Buffer;
}

const maxRedirects = 5;
/** A body that is no JSON may have a sixteenth of the longest answer before its first blank line; see `limits.ts`. */
const eventShare = 16;

const accepted = "text/markdown, text/html;q=0.9, application/xhtml+xml;q=0.9, text/plain;q=0.8, */*;q=0.5";

/**
 * Gets a web page over http or https, without key, cookies or credentials. Each redirect is looked at as the first URL is.
 *
 * @param stop the person's wish, or the end of the program
 * @throws AppError `url_unreadable`, `no_connection`, `timeout`, `interrupted`
 */
export async function requestPage(text: string, options: PageRequestOptions, stop: AbortSignal): Promise<ReceivedPage> {
  const first = pageUrl(text);
  const { timeout } = options;
  return await withTimeout({ ...peerOf(first, options), idleTimeout: null }, stop, timeout, async (signal) => {
    let url = first;
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      const isOwn = url.origin === first.origin;
      const response = await requestOnce(url, isOwn ? options : { ...options, ...options.elsewhere }, signal);
      const next = redirectOf(response, url);
      if (next === null) return await received(response, url, options);
      // Read, so that the connection is free.
      await response.refusal();
      url = next;
    }
    throw new AppError("url_unreadable", { url: first.href, reason: "redirects", detail: String(maxRedirects) });
  });
}

/**
 * A URL that may be asked for a page.
 *
 * @throws AppError `url_unreadable`
 */
function pageUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base);
  if (url === null) throw new AppError("url_unreadable", { url: text, reason: "malformed" });
  if (!/^https?:$/u.test(url.protocol)) throw new AppError("url_unreadable", { url: text, reason: "scheme" });
  if (url.username + url.password !== "") {
    throw new AppError("url_unreadable", { url: `${url.protocol}//…@${url.host}`, reason: "credentials" });
  }
  url.hash = "";
  return url;
}

async function requestOnce(url: URL, options: PageRequestOptions, signal: AbortSignal): Promise<HttpResponse> {
  const peer = peerOf(url, options);
  options.guard.check(url);
  if (peer.proxy !== null) await options.guard.resolve(url, peer.proxy);
  const headers = { accept: accepted, "accept-encoding": "gzip, br" };
  return await send(peer, { method: "GET", url: url.href, headers, body: null }, signal);
}

/** Where a response leads; null where it is the page, or a refusal. */
function redirectOf(response: HttpResponse, url: URL): URL | null {
  const location = response.header("location");
  return [301, 302, 303, 307, 308].includes(response.status) && location !== null ? pageUrl(location, url) : null;
}

async function received(
  response: HttpResponse,
  { href }: URL,
  { maxBytes }: PageRequestOptions,
): Promise<ReceivedPage> {
  if (!response.isSuccess) {
    throw new AppError("url_unreadable", { url: href, reason: "status", detail: String(response.status) });
  }
  const tooLarge = () =>
    new AppError("url_unreadable", {
      url: href,
      reason: "too_large",
      detail: `${Math.round(maxBytes / 1_048_576)} MiB`,
    });
  if (Number(response.header("content-length")) > maxBytes) throw tooLarge();
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of response.body) {
    size += piece.length;
    if (size > maxBytes) throw tooLarge();
    pieces.push(piece);
  }
  return { url: href, contentType: response.header("content-type") ?? "", bytes: Buffer.concat(pieces) };
}

/** A host as `send` wants it: nothing is known of it, and nothing but the request goes there. */
function peerOf(url: URL, { transport, maxBytes }: PageRequestOptions): Connection {
  return {
    ...plainProvider(url.host, url.origin),
    key: null,
    keyOrigin: "",
    secrets: [],
    sign: () => ({}),
    proofs: null,
    proxy: proxyFor(url.href, transport.variables),
    transport,
    idleTimeout: null,
    maxAnswer: maxBytes * eventShare,
  };
}
