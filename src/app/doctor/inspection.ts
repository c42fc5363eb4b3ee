import type { Environment } from "../../config/environment.ts";
import { access, constants, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import manifest from "../../../package.json" with { type: "json" };
import type { ModelRef } from "../../chat/model.ts";
import { findingsOf, readFindings } from "../../config/capabilities.ts";
import { hasKeyring, keyringName } from "../../config/keyring.ts";
import type { Key } from "../../config/keys.ts";
import type { Origin } from "../../config/schema.ts";
import { Probe } from "../../diagnostics/probe.ts";
import type { CheckFacts, StoragePlace, Subject, SuccessorTrial, TranscriptFacts } from "../../diagnostics/subject.ts";
import { AppError, asAppError, systemReason } from "../../errors.ts";
import { offeredModels, readBalance } from "../../providers/account.ts";
import { retiredModels } from "../../providers/catalogue.ts";
import type { Connection } from "../../providers/connection.ts";
import { proxyVariable } from "../../providers/http/proxy.ts";
import { reach } from "../../providers/connectivity.ts";
import { findAbilities } from "../../terminal/capabilities.ts";
import { queryTerminal } from "../../terminal/capabilities-query.ts";
import { namesIn } from "../../transcripts/store/folder.ts";
import { listTranscripts } from "../../transcripts/store/read.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { successorsOf } from "../failover.ts";
import { connectionTo, type Endpoint, keyFor, openEndpoint } from "../connections.ts";
import { hasNoList, onlyChatModel } from "../model-facts.ts";
import { findService, normalisedAddress } from "../setup/service-address.ts";

/**
 * The program as `doctor` examines it. Nothing is asked of the network before a check does.
 *
 * @param probing whether the model is to be asked questions
 */
export async function subjectOf(engine: Engine, console: Console, probing: boolean): Promise<Subject> {
  const service = await Service.open(engine, console);
  return {
    program: programFacts(),
    terminal: console.terminal.outIsTerminal ? () => terminalFacts(engine.environment, console) : null,
    settings: await settingsFacts(engine, console),
    mistakes: [...engine.mistakes, ...mistakesIn(engine)],
    places: placesOf(engine),
    transcripts: () => transcriptFacts(engine),
    index: async () =>
      (await import("../../transcripts/search/health.ts")).indexHealth(engine.folders.cache, engine.transcripts),
    provider: () => service.facts(),
    mayBeReached: () => service.mayBeReached(),
    proxy: service.proxy(),
    key: () => service.keyFacts(),
    reach: () => service.reach(),
    models: () => service.models(),
    balance: async () => await readBalance(await service.connection(), engine.stop),
    failover: () => service.failover(),
    findings: () => service.findings(),
    probe: probing ? () => service.probe() : null,
  };
}

/** The provider in use, as far as it can be opened; each step is taken once. */
class Service {
  readonly #engine: Engine;
  readonly #console: Console;
  /** Or why there is none. */
  readonly #endpoint: Endpoint | AppError;
  #key: Promise<Key | null> | null = null;
  #reached: ReturnType<typeof reach> | null = null;
  #probe: Promise<Probe> | null = null;
  /** The one model that the server offers, as its list says. */
  #onlyModel: string | null = null;

  private constructor(engine: Engine, console: Console, endpoint: Endpoint | AppError) {
    this.#engine = engine;
    this.#console = console;
    this.#endpoint = endpoint;
  }

  static async open(engine: Engine, console: Console): Promise<Service> {
    const { provider } = engine.settings;
    try {
      const address = provider === "demo" ? (await engine.connect(provider)).baseUrl : null;
      return new Service(engine, console, openEndpoint(engine, provider, address));
    } catch (error) {
      return new Service(engine, console, asAppError(error));
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
    return { provider: provider.name, baseUrl, origin: this.#originText(origin), model: this.#model };
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

  #findKey(): Promise<Key | null> {
    return (this.#key ??= keyFor(this.#engine, this.#open, null));
  }

  async keyFacts(): Promise<CheckFacts["key"] | null> {
    const key = await this.#findKey();
    if (key === null) return null;
    const { keyFile, store, environment } = this.#engine.keyPlaces;
    const { name: provider } = this.#open.provider;
    const keyring = store !== "file" && (await hasKeyring(provider, environment.variables));
    return { provider, origin: this.#engine.originName(key.origin), store: keyring ? keyringName : keyFile };
  }

  /** Not a word goes to an address that was slipped in, or through a proxy that could read it, with a key or without. */
  async mayBeReached(): Promise<void> {
    await this.#findKey().catch((thrown: unknown) => {
      const error = asAppError(thrown);
      if (error.code === "untrusted_endpoint" || error.code === "insecure_proxy") throw error;
    });
  }

  async connection(): Promise<Connection> {
    return connectionTo(this.#engine, this.#open, await this.#findKey());
  }

  /** Also without a key: the way there is the same. */
  reach(): ReturnType<typeof reach> {
    this.#reached ??= this.#findKey()
      .catch(() => null)
      .then((key) => reach(connectionTo(this.#engine, this.#open, key), this.#engine.stop));
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
    const { askRaw } = await import("../../providers/wire/raw-request.ts");
    const connection = await this.connection();
    const { name: provider, thinking, prefix } = connection;
    const door = { provider, model: this.#model ?? "", thinking, prefix };
    return new Probe({
      ...door,
      ask: async ({ request, json, ...forms }) => {
        const more = json ? { response_format: { type: "json_object" } } : {};
        return await askRaw({ ...connection, ...forms }, request, more, this.#engine.stop);
      },
    });
  }
}

function programFacts(): CheckFacts["program"] {
  const { platform, arch, execPath: executable, versions } = process;
  return { version: manifest.version, node: versions.node, platform, arch, executable };
}

async function terminalFacts(environment: Environment, { terminal }: Console): Promise<CheckFacts["terminal"]> {
  const { variables } = environment;
  const { columns, rows, color, hyperlinks, unicode } = await findAbilities(terminal, variables);
  const said = await queryTerminal();
  const [term, program] = [variables["TERM"] ?? "", variables["TERM_PROGRAM"] ?? ""];
  return { term, program, columns, rows, colors: color, unicode, hyperlinks, ...said };
}

/** Longer values, such as system prompts, are cut. */
const longestValue = 60;

async function settingsFacts(
  { folders, settings, origins }: Pick<Engine, "folders" | "origins" | "settings">,
  { words }: Console,
): Promise<CheckFacts["settings"]> {
  const path = folders.configFile;
  const set = (Object.keys(origins) as (keyof typeof origins)[]).flatMap((name) => {
    const origin = origins[name];
    if (origin === undefined || origin.kind === "built-in") return [];
    const setting = settings[name];
    const text = (
      typeof setting === "object" && !Array.isArray(setting) ? JSON.stringify(setting) : String(setting)
    ).replace(/\s+/gu, " ");
    const value = text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
    return [{ name, value, origin: `${words.tables.origin[origin.kind]} ${origin.name}`.trim() }];
  });
  return { path, exists: await exists(path), set };
}

/** Mistakes that only show when a setting is used. */
function mistakesIn(engine: Pick<Engine, "failoverMistakes" | "system">): AppError[] {
  const { failoverMistakes } = engine;
  try {
    void engine.system;
    return [...failoverMistakes];
  } catch (error) {
    return [asAppError(error), ...failoverMistakes];
  }
}

function placesOf(engine: Pick<Engine, "file" | "folders" | "transcripts">): StoragePlace[] {
  const { folders, transcripts, file } = engine;
  // A config file is as public as its owner wants it, unless headers in it may be credentials.
  const secrets = Object.values(file.providers ?? {}).some(({ headers }) => headers !== undefined);
  const own = dirname(transcripts) === folders.data;
  return [
    { what: "config", path: folders.configFile, isPrivate: secrets },
    { what: "keys", path: folders.keyFile, isPrivate: true },
    { what: "data", path: folders.data, isPrivate: true },
    { what: "cache", path: folders.cache, isPrivate: true },
    { what: "transcripts", path: transcripts, isPrivate: own },
  ];
}

async function transcriptFacts({
  transcripts: folder,
  folders,
}: Pick<Engine, "folders" | "transcripts">): Promise<TranscriptFacts> {
  const listed = await listTranscripts(folder, folders.cache);
  const known = new Set(listed.map(({ path }) => path));
  const others = namesIn(folder)
    .map((name) => join(folder, name))
    .filter((path) => !known.has(path));
  const unreadable = await Promise.all(
    others.map(async (path) => {
      const reason = await access(path, constants.R_OK).then(() => null, systemReason);
      return reason === null ? [] : [{ path, reason }];
    }),
  );
  const bytes = listed.reduce((sum, { bytes: size }) => sum + size, 0);
  return { folder, count: listed.length, bytes, unreadable: unreadable.flat() };
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
