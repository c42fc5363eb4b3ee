import { findKey, type Key } from "../config/keys.ts";
import type { Origin, ProviderConfig, Settings } from "../config/schema.ts";
import { AppError } from "../errors.ts";
import { normalBaseUrl } from "../providers/http/base-url.ts";
import { findProvider, type Provider } from "../providers/catalogue.ts";
import type { Connection } from "../providers/connection.ts";
import { isLoopback } from "../providers/http/loopback.ts";
import { proxyFor, proxyVariable } from "../providers/http/proxy.ts";
import type { App } from "./app.ts";

/** What stands in for the catalogue's address (the demo's) and the stored key (one just typed). */
export interface Instead {
  readonly address: string | null;
  readonly key: string | null;
  /** For the config file's entry: that of a service that is only being added. */
  readonly entry?: ProviderConfig;
}

/** A provider and its address. */
export interface Endpoint {
  readonly provider: Provider;
  readonly baseUrl: string;
  /** What set the address; null for the catalogue's and the config file's. */
  readonly origin: Origin | null;
}

/**
 * A provider with its key and address, once it is sure that the key may go there.
 *
 * @throws AppError `unknown_provider`, `bad_value`, as `keyFor`
 */
export async function openConnection(app: App, name: string, instead: Instead): Promise<Connection> {
  const endpoint = openEndpoint(app, name, instead.address, instead.entry);
  return connectionTo(app, endpoint, await keyFor(app, endpoint, instead.key));
}

/**
 * @param address stands in for the catalogue's
 * @param entry stands in for the config file's
 * @throws AppError `unknown_provider`, `bad_value`
 */
export function openEndpoint(app: App, name: string, address: string | null, entry?: ProviderConfig): Endpoint {
  const { providers = {} } = app.file;
  const provider = findProvider(name, entry === undefined ? providers : { ...providers, [name]: entry });
  const elsewhere = provider.baseUrlVariable === null ? null : app.environment.get(provider.baseUrlVariable);
  const baseUrl = normalBaseUrl(address ?? elsewhere?.value ?? provider.baseUrl);
  const { protocol = "", username = "", password = "" } = URL.parse(baseUrl) ?? {};
  // The key is the one password there is; another one would be shown wherever the address is.
  if (!/^https?:$/u.test(protocol) || username + password !== "") {
    const setting = provider.baseUrlVariable ?? "base_url";
    const value = baseUrl.replace(/(\/\/).*@/u, "$1…@");
    throw new AppError("bad_value", { name: setting, value, expected: "https://host/…" });
  }
  return { provider, baseUrl, origin: elsewhere?.origin ?? null };
}

/**
 * The key that goes to an address; null for a provider that needs none and has none.
 *
 * @param typed stands in for the one that is kept
 * @throws AppError `no_key`, `untrusted_endpoint`, `insecure_endpoint`, `insecure_proxy`, as `findKey`
 */
export async function keyFor(app: App, endpoint: Endpoint, typed: string | null): Promise<Key | null> {
  const { provider } = endpoint;
  const { name, keyVariable, keyCommand, keyNeeded } = provider;
  // Headers of the config file go along with any key, and with none: also where there is none, or none that could be found.
  mayGo(app, endpoint, null);
  const key =
    typed === null
      ? await findKey({ provider: name, variable: keyVariable, command: keyCommand }, app.keyPlaces, app.stop)
      : { value: typed, origin: { kind: "store", name: app.words.setup.typed } as const };
  if (key === null && keyNeeded) {
    const variable = keyVariable ?? `providers.${name}.key_variable`;
    throw new AppError("no_key", { provider: name, variable });
  }
  if (key !== null) app.log?.hide(key.value);
  mayGo(app, endpoint, key?.origin ?? null);
  return key;
}

/** What is needed to ask; without a key for whoever looks no further than the door. */
export function connectionTo(app: App, { provider, baseUrl }: Endpoint, key: Key | null): Connection {
  const { environment, settings } = app;
  return {
    ...provider,
    baseUrl,
    key: key?.value ?? null,
    keyOrigin: key === null ? headerOrigin(provider) : keyOriginOf(app, key.origin),
    proxy: proxyFor(baseUrl, environment.variables),
    transport: app.transport,
    idleTimeout: idleTimeoutOf(settings),
  };
}

/** Milliseconds without data after which the settings give a request up; null where they say nothing. */
export function idleTimeoutOf({ timeout }: Settings): number | null {
  return timeout === undefined ? null : timeout * 1000;
}

/** Headers of the config file may be the key. */
function headerOrigin({ name, headers }: Provider): string {
  const isKey = Object.keys(headers).some((header) => /authorization|api-?key|token/iu.test(header));
  return isKey ? `providers.${name}.headers` : "";
}

/** Where a key came from, for a person; a keyring's name alone says little. */
export function keyOriginOf({ words }: App, { kind, name }: Origin): string {
  return kind === "keyring" ? `${words.tables.origin.keyring} (${name})` : name;
}

/**
 * A key goes only where its owner sent it: a `.env` that came with somebody's project may bring a key of its own, but it
 * cannot send the person's key elsewhere, nor headers of the config file, which may be keys too; and no key goes over the
 * network in the clear, nor either of them through a proxy that could read it.
 */
function mayGo(app: App, { provider, baseUrl, origin }: Endpoint, keyOrigin: Origin | null): void {
  const { settings, file, folders, environment } = app;
  const { name } = provider;
  const strange = origin?.kind === "dotenv" && !sameOrigin(baseUrl, provider.baseUrl);
  const trusted = settings.trusted_endpoints?.some((endpoint) => sameOrigin(baseUrl, endpoint)) === true;
  const ownHeaders = Object.keys(file.providers?.[name]?.headers ?? {}).length > 0 ? folders.configFile : null;
  const own = keyOrigin === null || keyOrigin.kind === "dotenv" ? ownHeaders : keyOriginOf(app, keyOrigin);
  if (strange && !trusted && own !== null) {
    throw new AppError("untrusted_endpoint", { provider: name, url: baseUrl, origin: origin.name, keyOrigin: own });
  }
  const { protocol, hostname } = new URL(baseUrl);
  const allowed = protocol === "https:" || isLoopback(hostname) || settings.allow_http?.includes(hostname) === true;
  if (keyOrigin !== null && !allowed) throw new AppError("insecure_endpoint", { provider: name, url: baseUrl });
  const proxy = protocol === "http:" ? proxyVariable(baseUrl, environment.variables) : null;
  if (proxy !== null && (keyOrigin !== null || ownHeaders !== null)) {
    throw new AppError("insecure_proxy", { provider: name, url: baseUrl, variable: proxy.name });
  }
}

function sameOrigin(one: string, other: string): boolean {
  return URL.parse(one)?.origin === URL.parse(other)?.origin;
}
