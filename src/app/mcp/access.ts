import { join } from "node:path";
import { replaceFile } from "../../atomic-file.ts";
import { AppError, systemReason } from "../../errors.ts";
import { readRegular } from "../../files.ts";
import manifest from "../../../package.json" with { type: "json" };
import { findProvider } from "../../providers/catalogue.ts";
import type { Connection } from "../../providers/connection.ts";
import { fetchOver } from "../../providers/http/fetch.ts";
import { isLoopback } from "../../providers/http/loopback.ts";
import type { McpAccess } from "../../tools/mcp/connection.ts";
import type { LoginStore, StoredLogin } from "../../tools/mcp/login.ts";
import type { McpServerConfig } from "../../tools/mcp/server-config.ts";
import { connectionTo } from "../connections.ts";
import type { Engine } from "../engine.ts";

/** Bytes of one response, and of the file of logins. */
const [maxResponse, maxLogins] = [64 * 1024 * 1024, 1024 * 1024];

/** How MCP servers are reached: by the program's own requests, with logins in a private file. */
export function mcpAccess(engine: Engine): McpAccess {
  return {
    identity: { name: manifest.name, version: manifest.version },
    fetch: (server) => fetchOver((url) => connectionFor(engine, server, url)),
    logins: (server) => loginsOf(engine, server),
  };
}

/**
 * The server's headers go to its own origin alone, not to where it sends a login. Plain http leaves this machine only for hosts of
 * `allow_http`.
 *
 * @throws AppError `insecure_endpoint`
 */
function connectionFor(engine: Engine, { name, way }: McpServerConfig, url: URL): Connection {
  const { protocol, hostname } = url;
  const isAllowed = protocol === "https:" || isLoopback(hostname) || engine.settings.allow_http?.includes(hostname);
  if (isAllowed !== true) throw new AppError("insecure_endpoint", { provider: name, url: url.href });
  const isOwn = way.kind !== "stdio" && way.url.origin === url.origin;
  const provider = { ...findProvider(name, { [name]: { base_url: url.href } }), name };
  const headers = isOwn ? way.headers : {};
  const connection = connectionTo(
    engine,
    { provider: { ...provider, headers }, baseUrl: url.href, origin: null, secrets: [] },
    null,
  );
  return { ...connection, maxAnswer: maxResponse };
}

/** Logins lie beside what else the program keeps of a person, by the server's address: no other one is sent them. */
function loginsOf({ folders }: Pick<Engine, "folders">, { way }: McpServerConfig): LoginStore {
  const path = join(folders.data, "mcp-logins.json");
  const key = way.kind === "stdio" ? "" : way.url.href;
  return {
    read: () => readLogins(path)[key] ?? {},
    write: (login) => replaceFile(path, `${JSON.stringify({ ...readLogins(path), [key]: login }, null, 2)}\n`),
  };
}

/** @throws AppError `storage_failed` */
function readLogins(path: string): Record<string, StoredLogin> {
  try {
    const text = readRegular(path, { maxBytes: maxLogins, noLinks: true, owner: "self" }).toString("utf8");
    const read: unknown = JSON.parse(text);
    return typeof read === "object" && read !== null ? (read as Record<string, StoredLogin>) : {};
  } catch (error) {
    if (systemReason(error) === "ENOENT" || error instanceof SyntaxError) return {};
    throw new AppError("storage_failed", { path, reason: systemReason(error) }, { cause: error });
  }
}
