import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An MCP service over streamable HTTP behind an OAuth server of its own, which lets everybody in. */
export interface McpService extends AsyncDisposable {
  /** Of the MCP endpoint. */
  readonly url: string;
  /** Paths asked for, in order. */
  readonly asked: string[];
  /** Makes the access tokens that were given out worthless; they can be refreshed. */
  readonly expire: () => void;
}

type Answer = readonly [status: number, body: object | null, headers?: Readonly<Record<string, string>>];

/** The protocol's answer to a message; null for a notification. */
function result({ id, method }: { readonly id?: number; readonly method: string }): object | null {
  if (id === undefined) return null;
  const results: Readonly<Record<string, object>> = {
    initialize: {
      protocolVersion: "2025-06-18",
      capabilities: { tools: {} },
      serverInfo: { name: "service", version: "1" },
    },
    "tools/list": { tools: [{ name: "lookup", description: "Looks up", inputSchema: { type: "object" } }] },
  };
  return { jsonrpc: "2.0", id, result: results[method] ?? {} };
}

/** Starts one; its authorisation page sends the browser back at once. */
export async function serveMcp(): Promise<McpService> {
  const asked: string[] = [];
  let generation = 0;
  let [challenge, redirect] = ["", ""];
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const metadata = {
    issuer: base,
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    registration_endpoint: `${base}/register`,
    response_types_supported: ["code"],
    grant_types_supported: ["authorization_code", "refresh_token"],
    code_challenge_methods_supported: ["S256"],
    token_endpoint_auth_methods_supported: ["none"],
  };
  const tokens = (): Answer => [
    200,
    { access_token: `access-${generation}`, token_type: "Bearer", refresh_token: "refresh", expires_in: 3600 },
  ];
  const answers: Readonly<Record<string, (request: IncomingMessage, url: URL, body: string) => Answer>> = {
    "/mcp": (request, _, body) => {
      const wanted = `Bearer resource_metadata="${base}/.well-known/oauth-protected-resource"`;
      if (request.headers.authorization !== `Bearer access-${generation}`)
        return [401, {}, { "www-authenticate": wanted }];
      if (request.method !== "POST") return [405, {}];
      const answer = result(JSON.parse(body) as { id?: number; method: string });
      return [answer === null ? 202 : 200, answer];
    },
    "/.well-known/oauth-protected-resource": () => [200, { resource: `${base}/mcp`, authorization_servers: [base] }],
    "/.well-known/oauth-authorization-server": () => [200, metadata],
    "/register": (_, __, body) => [201, { ...(JSON.parse(body) as object), client_id: "client" }],
    "/authorize": (_, { searchParams }) => {
      [challenge, redirect] = [searchParams.get("code_challenge") ?? "", searchParams.get("redirect_uri") ?? ""];
      const location = `${redirect}?${new URLSearchParams({ code: "code", state: searchParams.get("state") ?? "" }).toString()}`;
      return [302, null, { location }];
    },
    "/token": (_, __, body) => {
      const form = new URLSearchParams(body);
      if (form.get("grant_type") === "refresh_token")
        return form.get("refresh_token") === "refresh" ? tokens() : [400, {}];
      const verified =
        createHash("sha256")
          .update(form.get("code_verifier") ?? "")
          .digest("base64url") === challenge;
      return verified && form.get("redirect_uri") === redirect ? tokens() : [400, { error: "invalid_grant" }];
    },
  };
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "", base);
    asked.push(url.pathname);
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const [status, body, headers = {}] = answers[url.pathname]?.(request, url, Buffer.concat(pieces).toString()) ?? [
      404,
      {},
    ];
    response.writeHead(status, { ...(body !== null && { "content-type": "application/json" }), ...headers });
    response.end(body === null ? undefined : JSON.stringify(body));
  };
  server.on("request", (request: IncomingMessage, response: ServerResponse) => void respond(request, response));
  return {
    url: `${base}/mcp`,
    asked,
    expire: () => void generation++,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
