import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

const path = "/callback";

/** A port of this machine at which a browser comes back from a login. */
export interface RedirectListener extends AsyncDisposable {
  /** Where the browser is to be sent. */
  readonly url: string;
  /**
   * What it brought. A request that others made is answered with 404.
   *
   * @param isOwn whether the `state` is the one with which the browser was sent off
   */
  readonly answer: (isOwn: (state: string | null) => boolean) => Promise<URLSearchParams>;
}

/**
 * Listens before the browser is sent anywhere.
 *
 * @param port the one wanted; another one where that is taken, or null
 * @param pages what the browser shows
 */
export async function listenForRedirect(
  port: number | null,
  pages: { readonly granted: string; readonly refused: string },
): Promise<RedirectListener> {
  const came = Promise.withResolvers<URLSearchParams>();
  let isExpected: (state: string | null) => boolean = () => false;
  const server = createServer((request, response) => {
    const url = URL.parse(request.url ?? "", "http://127.0.0.1");
    const isOurs = request.method === "GET" && url?.pathname === path && isExpected(url.searchParams.get("state"));
    const page = isOurs ? (url.searchParams.has("code") ? pages.granted : pages.refused) : "";
    response.writeHead(isOurs ? 200 : 404, { "content-type": "text/plain; charset=utf-8", connection: "close" });
    response.end(page);
    if (isOurs) came.resolve(url.searchParams);
  });
  await listen(server, port ?? 0).catch(() => listen(server, 0));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    answer: async (isOwn) => {
      isExpected = isOwn;
      return await came.promise;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
}
