import type { ModelRef } from "../../chat/model.ts";
import { findingsOf, readFindings } from "../../config/capabilities.ts";
import { keyringName } from "../../config/keyring.ts";
import type { Origin } from "../../config/schema.ts";
import type { Probe } from "../../diagnostics/probe.ts";
import type { CheckFacts, Subject, SuccessorTrial } from "../../diagnostics/subject.ts";
import { AppError, asAppError } from "../../errors.ts";
import { offeredModels } from "../../providers/account.ts";
import { retiredModels } from "../../providers/catalogue.ts";
import type { Connection } from "../../providers/connection.ts";
import { proxyVariable } from "../../providers/http/proxy.ts";
import { reach } from "../../providers/connectivity.ts";
import { serviceNames } from "../../providers/services.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { successorsOf } from "../failover.ts";
import type { Credentials } from "../credentials.ts";
import { connectionTo, credentialsFor, type Endpoint, openEndpoint } from "../connections.ts";
import { authFacts } from "./auth-facts.ts";
import { hasNoList, onlyChatModel } from "../model-facts.ts";
import { openProbe } from "./probe-door.ts";
import { findService, normalisedAddress } from "../setup/service-address.ts";

/** The provider in use, as far as it can be opened; each step is taken once. */
export class InspectedService {
  readonly #engine: Engine;
  readonly #console: Console;
  /** Or why there is none. */
  readonly #endpoint: Endpoint | AppError;
  #credentials: Promise<Credentials> | null = null;
  #reached: ReturnType<typeof reach> | null = null;
  #probe: Promise<Probe> | null = null;
  /** The one model that the server offers, as its list says. */
  #onlyModel: string | null = null;

  private constructor(engine: Engine, console: Console, endpoint: Endpoint | AppError) {
    this.#engine = engine;
    this.#console = console;
    this.#endpoint = endpoint;
  }

  static async open(engine: Engine, console: Console): Promise<InspectedService> {
    const { provider } = engine.settings;
    try {
      const address = provider === "demo" ? (await engine.connect(provider)).baseUrl : null;
      return new InspectedService(engine, console, openEndpoint(engine, provider, address));
    } catch (error) {
      return new InspectedService(engine, console, asAppError(error));
    }
  }

  get #open(): Endpoint {
    if ("baseUrl" in this.#endpoint) return this.#endpoint;
    throw this.#endpoint;
  }

  get #model(): string | null {
    return this.#engine.settings.model ?? this.#open.provider.model ?? this.#onlyModel;
  }

  facts(): CheckFacts["provider"] {
    const { provider, baseUrl, origin } = this.#open;
    const services = serviceNames.filter((name) => provider[name] !== null);
    return { provider: provider.name, baseUrl, origin: this.#originText(origin), model: this.#model, services };
  }

  #originText(origin: Origin | null): string {
    const { file, settings } = this.#engine;
    const { words } = this.#console;
    if (origin !== null) return `${words.tables.origin[origin.kind]} ${origin.name}`;
    return file.providers?.[settings.provider]?.base_url === undefined ? "" : words.tables.origin.file;
  }

  proxy(): Subject["proxy"] {
    const { variables } = this.#engine.environment;
    const certificates = variables["NODE_EXTRA_CA_CERTS"] || null;
    if (!("baseUrl" in this.#endpoint)) return { proxy: null, variable: null, value: null, certificates };
    const { proxy } = connectionTo(this.#engine, this.#endpoint, null);
    const named = proxyVariable(this.#endpoint.baseUrl, variables);
    return { proxy, variable: named?.name ?? null, value: named?.value ?? null, certificates };
  }

  #findCredentials(): Promise<Credentials> {
    return (this.#credentials ??= credentialsFor(this.#engine, this.#open, null));
  }

  async keyFacts(): Promise<CheckFacts["key"] | null> {
    const { key, origins } = await this.#findCredentials();
    const { name: provider, auth } = this.#open.provider;
    if (key === null && (auth === null || auth.type === "none")) return null;
    const { originName, keyPlaces } = this.#engine;
    const { keyFile, keyring } = keyPlaces;
    const store = (await keyring(provider)) === null ? keyFile : keyringName;
    const secrets = origins.map(({ name, origin }) => ({ name, origin: originName(origin) }));
    const origin = key === null ? secrets.map((secret) => secret.origin).join(", ") : originName(key.origin);
    return { provider, origin, store, auth: auth === null ? null : authFacts(auth, secrets) };
  }

  /** Not a word goes to an address that was slipped in, or through a proxy that could read it, with a key or without. */
  async mayBeReached(): Promise<void> {
    await this.#findCredentials().catch((thrown: unknown) => {
      const error = asAppError(thrown);
      if (error.code === "untrusted_endpoint" || error.code === "insecure_proxy") throw error;
    });
  }

  async connection(): Promise<Connection> {
    return connectionTo(this.#engine, this.#open, await this.#findCredentials());
  }

  /** Also without a key: the way there is the same. */
  reach(): ReturnType<typeof reach> {
    this.#reached ??= this.#findCredentials()
      .catch(() => null)
      .then((credentials) => reach(connectionTo(this.#engine, this.#open, credentials), this.#engine.stop));
    return this.#reached;
  }

  async models(): ReturnType<Subject["models"]> {
    const connection = await this.connection();
    const offered = await offeredModels(connection, this.#engine.stop).catch(async (thrown: unknown) => {
      throw (await this.#elsewhere(connection, asAppError(thrown))) ?? thrown;
    });
    this.#onlyModel = onlyChatModel(offered);
    const ids = offered.map(({ id }) => id);
    const model = this.#model;
    const successor = model !== null && this.#open.provider.name === "deepseek" ? retiredModels.get(model) : undefined;
    return { ids, model, successor: successor ?? null };
  }

  /** What is wrong with the base URL, where the service is at another one: without the endpoint, or with `/v1`. */
  async #elsewhere(connection: Connection, error: AppError): Promise<AppError | null> {
    if (!hasNoList(error)) return null;
    const { provider, baseUrl, origin } = this.#open;
    const address = normalisedAddress(baseUrl);
    if (address === null) return null;
    const open = (url: string) => ({ ...connection, baseUrl: url });
    const { offered, baseUrl: better } = await findService(address, open, this.#engine.stop);
    if (offered === null || better === baseUrl) return null;
    const setting = origin === null ? `providers.${provider.name}.base_url` : (provider.baseUrlVariable ?? "base_url");
    return new AppError("wrong_base_url", { provider: provider.name, url: baseUrl, better, setting });
  }

  async failover(): ReturnType<Subject["failover"]> {
    const model = this.#model;
    if (model === null) return [];
    const successors = successorsOf(this.#engine.file, { provider: this.#open.provider.name, model });
    return await Promise.all(successors.map(async (next) => await this.#trySuccessor(next)));
  }

  async #trySuccessor({ provider, model }: ModelRef): Promise<SuccessorTrial> {
    const name = `${provider}/${model}`;
    try {
      const offered = await offeredModels(await this.#engine.connect(provider), this.#engine.stop);
      return { name, provider, model, error: null, listed: offered.some(({ id }) => id === model) };
    } catch (thrown) {
      const error = asAppError(thrown);
      if (error.code === "interrupted") throw error;
      return { name, provider, model, error: hasNoList(error) ? null : error, listed: null };
    }
  }

  findings(): ReturnType<Subject["findings"]> {
    const { provider, baseUrl } = this.#open;
    const model = this.#model;
    if (model === null) return null;
    return findingsOf(readFindings(this.#engine.folders.cache), { provider: provider.name, baseUrl, model });
  }

  probe(): Promise<Probe> {
    return (this.#probe ??= this.#startProbe());
  }

  async #startProbe(): Promise<Probe> {
    return await openProbe(await this.connection(), this.#model ?? "", this.#engine.stop);
  }
}
