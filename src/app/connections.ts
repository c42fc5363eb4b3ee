import { findKey } from "../config/keys.ts";
import type { Origin } from "../config/schema.ts";
import { AppError } from "../errors.ts";
import { findProvider, type Provider } from "../providers/catalogue.ts";
import { type Connection, proxyFor } from "../providers/connection.ts";
import type { App } from "./app.ts";

/** What stands in for the catalogue's address (the demo's) and the stored key (one just typed). */
export interface Instead {
  readonly address: string | null;
  readonly key: string | null;
}

/**
 * A provider with its key and address, once it is sure that the key may go there.
 *
 * @throws AppError `unknown_provider`, `no_key`, `untrusted_endpoint`, `insecure_endpoint`
 */
export async function openConnection(app: App, name: string, instead: Instead): Promise<Connection> {
  const { environment, terminal, settings } = app;
  const provider = findProvider(name, app.file.providers ?? {});
  const elsewhere = provider.baseUrlVariable === null ? null : environment.get(provider.baseUrlVariable);
  const baseUrl = (instead.address ?? elsewhere?.value ?? provider.baseUrl).replace(/\/+$/u, "");
  if (URL.parse(baseUrl) === null) {
    throw new AppError("bad_value", {
      name: provider.baseUrlVariable ?? "base_url",
      value: baseUrl,
      expected: "https://…",
    });
  }
  const key =
    instead.key === null
      ? await findKey(
          { provider: name, variable: provider.keyVariable, command: provider.keyCommand },
          app.keyPlaces,
          app.stop,
        )
      : { value: instead.key, origin: { kind: "store", name: app.words.setup.typed } as const };
  if (key === null && provider.keyNeeded) {
    const variable = provider.keyVariable ?? `providers.${name}.key_variable`;
    throw new AppError("no_key", { provider: name, variable, hint: terminal.interactive ? "environment" : "setup" });
  }
  if (key !== null) app.log?.hide(key.value);
  if (key !== null) mayGo(provider, baseUrl, elsewhere?.origin ?? null, key.origin);
  return {
    ...provider,
    baseUrl,
    key: key?.value ?? null,
    keyOrigin: key === null ? "" : keyOriginOf(app, key.origin),
    proxy: proxyFor(baseUrl, environment.variables),
    transport: app.transport,
    silence: settings.timeout === undefined ? null : settings.timeout * 1000,
  };
}

/** Where a key came from, for a person; a keyring's name alone says little. */
function keyOriginOf({ words }: App, { kind, name }: Origin): string {
  return kind === "keyring" ? `${words.tables.origin.keyring} (${name})` : name;
}

/**
 * A key goes only where its owner sent it: a `.env` that came with somebody's project may bring a key of its own, but it
 * cannot send the person's key elsewhere, and no key goes over the network in the clear.
 */
function mayGo(provider: Provider, baseUrl: string, origin: Origin | null, keyOrigin: Origin): void {
  if (origin?.kind === "dotenv" && keyOrigin.kind !== "dotenv" && !sameOrigin(baseUrl, provider.baseUrl)) {
    const facts = { provider: provider.name, url: baseUrl, origin: origin.name, keyOrigin: keyOrigin.name };
    throw new AppError("untrusted_endpoint", facts);
  }
  const { protocol, hostname } = new URL(baseUrl);
  if (protocol !== "https:" && !isLoopback(hostname)) {
    throw new AppError("insecure_endpoint", { provider: provider.name, url: baseUrl });
  }
}

function sameOrigin(one: string, other: string): boolean {
  return URL.parse(one)?.origin === URL.parse(other)?.origin;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/u.test(host);
}
