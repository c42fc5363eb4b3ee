import type { Environment } from "../config/environment.ts";
import type { Folders } from "../config/folders.ts";
import { findKey, type Key, type KeyPlaces } from "../config/keys.ts";
import type { ConfigFile, Origin, ProviderConfig, Settings } from "../config/schema.ts";
import type { Log } from "../diagnostics/log-file.ts";
import { AppError } from "../errors.ts";
import { signWithBearer } from "../providers/auth/bearer.ts";
import { normalBaseUrl } from "../providers/http/base-url.ts";
import { findProvider, plainProvider, type Provider } from "../providers/catalogue.ts";
import type { Connection } from "../providers/connection.ts";
import type { ClockFacts, Credentials } from "./credentials.ts";
import { withVariables } from "./provider-variables.ts";
import type { Transport } from "../providers/http/transport.ts";
import { isLoopback } from "../providers/http/loopback.ts";
import { proxyFor, proxyVariable } from "../providers/http/proxy.ts";

/** What connections are made of; the engine is one. */
interface ConnectionSource {
  readonly file: ConfigFile;
  readonly settings: Settings;
  readonly environment: Environment;
  readonly folders: Folders;
  readonly keyPlaces: KeyPlaces;
  readonly transport: Transport;
  readonly log: Log | null;
  readonly stop: AbortSignal;
  readonly originName: (origin: Origin) => string;
  readonly onClock: (facts: ClockFacts) => void;
}

/** What stands in for the catalogue's address (the demo's) and the stored key (one just typed). */
interface Instead {
  readonly address: string | null;
  readonly key: Key | null;
  /** For the config file's entry: that of a service that is only being added. */
  readonly entry?: ProviderConfig;
}

/** A provider and its address. */
export interface Endpoint {
  readonly provider: Provider;
  readonly baseUrl: string;
  /** What set the address; null for the catalogue's and the config file's. */
  readonly origin: Origin | null;
  /** Secret values in the provider's rows. */
  readonly secrets: readonly string[];
}

/**
 * A provider with its key and address, once it is sure that the key may go there.
 *
 * @throws AppError `unknown_provider`, `bad_value`, as `keyFor`
 */
export async function openConnection(engine: ConnectionSource, name: string, instead: Instead): Promise<Connection> {
  const endpoint = openEndpoint(engine, name, instead.address, instead.entry);
  return connectionTo(engine, endpoint, await credentialsFor(engine, endpoint, instead.key));
}

/**
 * The key and the secrets that a provider's requests are signed with. What signs by anything but the key as a bearer token is loaded
 * for providers with an `auth` alone.
 *
 * @param typed stands in for the key that is kept
 * @throws AppError as `keyFor`; `no_secret`
 */
export async function credentialsFor(
  engine: ConnectionSource,
  endpoint: Endpoint,
  typed: Key | null,
): Promise<Credentials> {
  const { auth } = endpoint.provider;
  if (auth === null) {
    const key = await keyFor(engine, endpoint, typed);
    return { key, sign: signWithBearer, proofs: null, origins: [] };
  }
  const { authenticate } = await import("./authentication.ts");
  return await authenticate(engine, endpoint, auth, {
    findKey: async () => await keyFor(engine, endpoint, typed),
    mayGo: (origin) => mayGo(engine, endpoint, origin),
    connectTo: (url) => connectionTo(engine, tokenEndpoint(engine, endpoint, url), null),
  });
}

/** The service that gives out tokens: it is sent the client's secret, and nothing that is the provider's. */
function tokenEndpoint(engine: ConnectionSource, { provider: { name } }: Endpoint, url: string): Endpoint {
  const service = { provider: plainProvider(name, url), baseUrl: url, origin: null, secrets: [] };
  mayGo(engine, service, { kind: "file", name: engine.folders.configFile });
  return service;
}

/**
 * @param address stands in for the catalogue's
 * @param entry stands in for the config file's
 * @throws AppError `unknown_provider`, `bad_value`, `unset_variable`
 */
export function openEndpoint(
  { file, environment, settings }: Pick<ConnectionSource, "file" | "environment" | "settings">,
  name: string,
  address: string | null,
  entry?: ProviderConfig,
): Endpoint {
  const { providers = {} } = file;
  const found = findProvider(name, entry === undefined ? providers : { ...providers, [name]: entry });
  const { provider, secrets } = withVariables(found, environment.variables, settings.api_version ?? null);
  const elsewhere = provider.baseUrlVariable === null ? null : environment.get(provider.baseUrlVariable);
  const written = address ?? elsewhere?.value ?? provider.baseUrl;
  const baseUrl = provider.wire === "openai" ? normalBaseUrl(written) : written.trim();
  const { protocol = "", username = "", password = "" } = URL.parse(baseUrl) ?? {};
  // The key is the one password there is; another one would be shown wherever the address is.
  if (!/^https?:$/u.test(protocol) || username + password !== "") {
    const setting = provider.baseUrlVariable ?? "base_url";
    const value = baseUrl.replace(/(\/\/).*@/u, "$1…@");
    const isSocket = /^wss?:$/u.test(protocol);
    const expected = isSocket ? "wire: {type: websocket, …}, https://host/…" : "https://host/…";
    throw new AppError("bad_value", { name: setting, value, expected });
  }
  return { provider, baseUrl, origin: elsewhere?.origin ?? null, secrets };
}

/**
 * The key that goes to an address; null for a provider that needs none and has none.
 *
 * @param typed stands in for the one that is kept
 * @throws AppError `no_key`, `untrusted_endpoint`, `insecure_endpoint`, `insecure_proxy`, as `findKey`
 */
async function keyFor(engine: ConnectionSource, endpoint: Endpoint, typed: Key | null): Promise<Key | null> {
  const { provider } = endpoint;
  const { name, keyVariable, keyCommand, keyNeeded } = provider;
  // Headers of the config file go along with any key, and with none: also where there is none, or none that could be found.
  mayGo(engine, endpoint, null);
  const key =
    typed ??
    (await findKey({ provider: name, variable: keyVariable, command: keyCommand }, engine.keyPlaces, engine.stop));
  if (key === null && keyNeeded) {
    const variable = keyVariable ?? `providers.${name}.key_variable`;
    throw new AppError("no_key", { provider: name, variable });
  }
  if (key !== null) engine.log?.hide(key.value);
  mayGo(engine, endpoint, key?.origin ?? null);
  return key;
}

/** Returns what a request needs; without credentials for a check of the connection only. */
export function connectionTo(
  engine: ConnectionSource,
  { provider, baseUrl, secrets }: Endpoint,
  credentials: Credentials | null,
): Connection {
  const { environment, settings, transport, originName } = engine;
  const { key = null, sign = signWithBearer, proofs = null, origins = [] } = credentials ?? {};
  const found = [...new Set(origins.map(({ origin }) => originName(origin)))].join(", ");
  for (const secret of secrets) engine.log?.hide(secret);
  return {
    ...provider,
    baseUrl,
    key: key?.value ?? null,
    keyOrigin: found || (key === null ? headerOrigin(provider) : originName(key.origin)),
    secrets,
    sign,
    proofs,
    proxy: proxyFor(baseUrl, environment.variables),
    transport,
    idleTimeout: idleTimeoutOf(settings),
    maxAnswer: maxAnswerOf(settings),
  };
}

/** Milliseconds without data after which the settings give a request up; null where they say nothing. */
export function idleTimeoutOf({ timeout }: Settings): number | null {
  return timeout === undefined ? null : timeout * 1000;
}

/** Bytes of the longest answer that the settings take. */
export function maxAnswerOf({ max_answer_size: megabytes }: Settings): number {
  return megabytes * 1024 * 1024;
}

/** Headers of the config file may be the key. */
function headerOrigin({ name, headers }: Provider): string {
  const isKey = Object.keys(headers).some((header) => /authorization|api-?key|token/iu.test(header));
  return isKey ? `providers.${name}.headers` : "";
}

/** Whether a provider's entry sends something of the person's own along: headers, parameters and fields may be keys. */
function sendsOwn({ headers, query, extra_body: extra, wire }: ProviderConfig = {}): boolean {
  return [headers, query, extra, wire === "openai" ? undefined : wire].some((row) => Object.keys(row ?? {}).length > 0);
}

/**
 * A key goes only where its owner sent it: a `.env` that came with somebody's project may bring a key of its own, but it
 * cannot send the person's key elsewhere, nor what stands in the config file and may be a key too; and no key goes over the
 * network in the clear, nor either of them through a proxy that could read it.
 */
function mayGo(engine: ConnectionSource, endpoint: Endpoint, keyOrigin: Origin | null): void {
  const { provider, baseUrl, origin, secrets } = endpoint;
  const { settings, file, folders, environment, originName } = engine;
  const { name } = provider;
  const strange = origin?.kind === "dotenv" && !sameOrigin(baseUrl, provider.baseUrl);
  const trusted = settings.trusted_endpoints?.some((endpoint) => sameOrigin(baseUrl, endpoint)) === true;
  const ownRows = sendsOwn(file.providers?.[name]) ? folders.configFile : null;
  const own = keyOrigin === null || keyOrigin.kind === "dotenv" ? ownRows : originName(keyOrigin);
  if (strange && !trusted && own !== null) {
    throw new AppError("untrusted_endpoint", { provider: name, url: baseUrl, origin: origin.name, keyOrigin: own });
  }
  const { protocol, hostname } = new URL(baseUrl);
  const allowed = protocol === "https:" || isLoopback(hostname) || settings.allow_http?.includes(hostname) === true;
  if ((keyOrigin !== null || secrets.length > 0) && !allowed)
    throw new AppError("insecure_endpoint", { provider: name, url: baseUrl });
  const proxy = protocol === "http:" ? proxyVariable(baseUrl, environment.variables) : null;
  if (proxy !== null && (keyOrigin !== null || ownRows !== null)) {
    throw new AppError("insecure_proxy", { provider: name, url: baseUrl, variable: proxy.name });
  }
}

function sameOrigin(one: string, other: string): boolean {
  return URL.parse(one)?.origin === URL.parse(other)?.origin;
}
