import { modelPrompts, type ModelPrompts } from "../chat/prompts.ts";
import type { GuardedStore } from "../cache/guarded-store.ts";
import type { Preface } from "../chat/conversation.ts";
import type { Layer, Model } from "../chat/layers.ts";
import type { AnswerSchema, ModelRef } from "../chat/model.ts";
import { secretVariables } from "../config/auth-options.ts";
import type { Environment } from "../config/environment.ts";
import { type Folders, transcriptsFolder } from "../config/folders.ts";
import { noKeyring, systemKeyring } from "../config/keyring.ts";
import type { Key, KeyPlaces } from "../config/keys.ts";
import { changeSetting, type LoadedSettings, loadSettings } from "../config/load.ts";
import { aliasesOf, modelNames } from "../config/model-aliases.ts";
import { type NamedModel, readModelName } from "../config/model-name.ts";
import { hostVariables } from "../config/roles/host-variables.ts";
import type { NamedRole } from "../config/roles/role.ts";
import type { RoleShelf } from "../config/roles/role-shelf.ts";
import type { ConfigFile, Flags, Origin, ProviderConfig, SettingName, Settings } from "../config/schema.ts";
import type { Log } from "../diagnostics/log-file.ts";
import type { AppError } from "../errors.ts";
import { keyVariables as keyVariablesOf, providerNames } from "../providers/catalogue.ts";
import type { Connection } from "../providers/connection.ts";
import type { DemoServer } from "../providers/demo/server.ts";
import { closeAgents } from "../providers/http/agents.ts";
import { createTransport, type Transport } from "../providers/http/transport.ts";
import type { RateGate } from "../providers/resilience/rate-gate.ts";
import type { ModelFacts } from "../providers/model-table.ts";
import type { Language } from "../words/types.ts";
import type { Metering } from "./usage/cost-meter.ts";
import { openConnection } from "./connections.ts";
import type { ClockFacts } from "./credentials.ts";
import { failoverMistakes } from "./failover.ts";
import { type LogSource, startLog } from "./log.ts";
import {
  asksByItself,
  checkVariables,
  missingVariables,
  noPreface,
  prefaceOf,
  questionOf,
  type WrittenQuestion,
} from "./role.ts";
import type { OtherWire } from "./open-model.ts";
import { readSettings, type RunSettings, type SettingsSources } from "./run-settings.ts";
import type { ProjectContent, ProjectTrust, TrustQuestion } from "./trust/project-trust.ts";
import type { WebPages } from "./web/web-page.ts";

export interface EngineOptions extends SettingsSources, LogSource {
  /** Ends whatever is under way when it is aborted. */
  readonly stop: AbortSignal;
  /** The file that threads beside the program begin with; default: there are none. */
  readonly thread?: string | null;
  /** Of the prompts that the program itself writes; default `en`. */
  readonly language?: Language;
  /** Seconds that the waits between a request's attempts may take together where no setting says; default 60. */
  readonly maxWait?: number;
  /** What a key's origin is called where an error speaks of it; default: its name alone. */
  readonly originName?: (origin: Origin) => string;
  /** Called where a service's refusal tells that this machine's clock is wrong. */
  readonly onClock?: (facts: ClockFacts) => void;
  /** Asks whether a project's content may be used; default: what was not approved before is not. */
  readonly askTrust?: (engine: Engine, question: TrustQuestion) => Promise<boolean>;
}

/** What an editor or a pager is run with. */
export type ProgramContext = Pick<Engine, "environment" | "keyPlaces">;

/** What files and pipes are read with. */
export type InputContext = Pick<Engine, "environment" | "pages" | "stop" | "thread" | "workingFolder">;

/** The settings of one run and what follows from them: providers, keys, models. It knows no terminal and no words. */
export class Engine {
  readonly stop: AbortSignal;
  readonly thread: string | null;
  readonly environment: Environment;
  readonly folders: Folders;
  readonly file: ConfigFile;
  readonly roles: RoleShelf;
  origins: LoadedSettings["origins"];
  /** What is wrong in settings, where the engine was opened `tolerant`; else empty. */
  readonly mistakes: readonly AppError[];
  /** Entries of the config file's `failover` that name no model; they are left out. */
  readonly failoverMistakes: readonly AppError<"config_misfit">[];
  /** As they are now: a session may change some of them for itself. */
  settings: Settings;
  /** The form that answers are to have; null for free text. */
  schema: AnswerSchema | null = null;
  language: Language;
  /** What servers reported of their models in this run, by `provider/id`. */
  readonly reported = new Map<string, ModelFacts>();
  readonly workingFolder: string;
  readonly transport: Transport;
  /** Null where none is asked for. */
  readonly log: Log | null;
  /** Seconds that the waits between a request's attempts may take together where no setting says. */
  readonly maxWait: number;
  readonly originName: (origin: Origin) => string;
  readonly onClock: (facts: ClockFacts) => void;
  readonly #options: EngineOptions;
  #transcripts: string | null = null;
  #demo: Promise<DemoServer> | null = null;
  #answers: Promise<GuardedStore> | null = null;
  #trust: Promise<ProjectTrust> | null = null;
  #gates: Promise<{ readonly of: (provider: string) => RateGate }> | null = null;
  #pages: Promise<WebPages> | null = null;
  readonly #held: Disposable[] = [];
  /** Settings that the session changed, as they were typed. */
  readonly #changes = new Map<SettingName, string | null>();
  /** Whether the role was chosen in the session. */
  #hasSessionRole = false;

  private constructor(options: EngineOptions, read: RunSettings, log: Log | null) {
    this.#options = options;
    this.stop = options.stop;
    this.thread = options.thread ?? null;
    this.language = options.language ?? "en";
    this.maxWait = options.maxWait ?? 60;
    this.onClock = options.onClock ?? (() => {});
    this.originName = options.originName ?? (({ name }) => name);
    this.environment = read.environment;
    this.folders = read.folders;
    this.file = read.file;
    this.roles = read.roles;
    this.settings = read.settings;
    this.origins = read.origins;
    this.mistakes = read.mistakes;
    this.failoverMistakes = failoverMistakes(read.file, read.folders.configFile);
    this.workingFolder = read.workingFolder;
    this.log = log;
    const onExchange = log === null ? null : (exchange: object) => log.write("info", "http", { ...exchange });
    this.transport = createTransport(read.environment.variables, onExchange);
  }

  /** @throws AppError as `readSettings`, and where the log that the settings name cannot be opened */
  static async open(options: EngineOptions): Promise<Engine> {
    const read = await readSettings(options);
    const log = await startLog(options, read.settings, options.tolerant ? read.mistakes : null);
    return await new Engine(options, read, log).#withRole();
  }

  /** The same run with what was changed on disk meanwhile, and with further flags; this one is closed. */
  async reopen(flags: Flags): Promise<Engine> {
    await this.close();
    return await this.beside(flags);
  }

  /** The same with this one left open; whoever asks for it closes it. @throws AppError as `open` */
  async beside(flags: Flags): Promise<Engine> {
    const before = this.#options;
    const options = {
      ...before,
      flags: { ...before.flags, ...flags },
      configFile: true,
      config: null,
      tolerant: false,
    };
    const read = await readSettings(options);
    return await new Engine(options, read, this.log ?? (await startLog(options, read.settings, null))).#withRole();
  }

  /** Asks whether the project's role that a flag names may be used, and takes over what it sets. */
  async #withRole(): Promise<this> {
    const { environment, file, folders, roles } = this;
    roles.approve = async (content) => await this.trust.approves({ kind: "role", ...content });
    const { flags = {} } = this.#options;
    const role = flags.role?.value;
    if (typeof role !== "string" || !roles.isUnapproved(role)) return this;
    await roles.load(role);
    const loaded = loadSettings(flags, environment, roles.joined(file), folders.configFile, this.providers);
    [this.settings, this.origins] = [loaded.settings, loaded.origins];
    return this;
  }

  /** Found once: a `transcripts` folder that appears or vanishes here later does not change where this run saves. */
  get transcripts(): string {
    return (this.#transcripts ??= transcriptsFolder(this.settings.transcripts, this.folders, this.workingFolder));
  }

  /** Where a provider's key may be, and where a new one is stored. */
  get keyPlaces(): KeyPlaces {
    const { environment, folders, settings, file } = this;
    const { providers = {} } = file;
    const keyVariables = [...keyVariablesOf(providers), ...secretVariables(providers)];
    const keyring = settings.key_store === "file" ? noKeyring : systemKeyring(environment.variables);
    return { environment, keyring, keyFile: folders.keyFile, store: settings.key_store, keyVariables };
  }

  /** Names of all providers, the config file's too. */
  get providers(): string[] {
    return providerNames(this.file.providers ?? {});
  }

  get prompts(): ModelPrompts {
    return modelPrompts[this.language];
  }

  /**
   * Changes a setting for the rest of the run.
   *
   * @param text as it is typed; null unsets it
   * @throws AppError `bad_value` for a value that does not fit
   */
  change(name: SettingName, text: string | null): void {
    this.settings = changeSetting(this.settings, name, text);
    this.#changes.set(name, text);
  }

  /**
   * The system prompt in force: the text, else the role's, which has its examples too.
   *
   * @throws AppError `bad_value` for a role or a variable that there is not; `missing_variable`; what is wrong in the role's file
   */
  get preface(): Preface {
    const { system, role, vars = {} } = this.settings;
    const given = Object.keys(this.#givenVariables);
    if (!this.#hasSessionRole && given.length > 0) {
      checkVariables(role === undefined ? null : this.roles.get(role), this.hostVariables, given);
    }
    if (system !== undefined) return { system: system || null, examples: [] };
    return role === undefined ? noPreface : prefaceOf(this.roles.get(role), this.hostVariables, vars);
  }

  /** The role in use; null where there is none, or the settings have a system prompt in its place. */
  get role(): NamedRole | null {
    const { system, role } = this.settings;
    return role === undefined || system !== undefined ? null : this.roles.get(role);
  }

  /** A question as the role in use words it; empty where nothing is asked. @throws AppError `missing_variable` */
  questionOf(written: WrittenQuestion): string {
    const { role } = this;
    const isEmpty = written.words.trim() === "" && written.piped.trim() === "";
    if (isEmpty && !asksByItself(role)) return "";
    return questionOf(role, this.hostVariables, this.settings.vars ?? {}, written);
  }

  /** Variables that every role has. */
  get hostVariables(): Readonly<Record<string, string>> {
    return hostVariables(this.environment.variables, this.language);
  }

  /** Variables of roles as flags gave them. */
  get #givenVariables(): Readonly<Record<string, string>> {
    return (this.#options.flags?.vars?.value ?? {}) as Readonly<Record<string, string>>;
  }

  /** Variables of a role that a session would have to give values. @throws AppError `bad_value`; what is wrong in its file */
  async missingVariables(role: string, option: string): Promise<string[]> {
    const given = { ...this.hostVariables, ...this.file.vars, ...this.#givenVariables };
    return missingVariables(await this.roles.find(role, option), given);
  }

  /**
   * The settings with another role, which was loaded, for the rest of a session; what was changed in it stays so.
   *
   * @param role null for none, also not the one that the settings name
   * @param vars values of its variables beside those that flags gave
   */
  settingsWith(role: string | null, vars: Readonly<Record<string, string>>): LoadedSettings {
    const { environment, file, folders } = this;
    const { system: _system, role: _role, ...flags } = this.#options.flags ?? {};
    const given: Flags = {
      ...flags,
      ...(role === null ? { system: { value: "", flag: "/role" } } : { role: { value: role, flag: "/role" } }),
      vars: { value: { ...this.#givenVariables, ...vars }, flag: "/role" },
    };
    const loaded = loadSettings(given, environment, this.roles.joined(file), folders.configFile, this.providers);
    const changes = [...this.#changes];
    return {
      ...loaded,
      settings: changes.reduce((all, [name, text]) => changeSetting(all, name, text), loaded.settings),
    };
  }

  /** Takes over what `settingsWith` returned. */
  useSettings({ settings, origins }: LoadedSettings): void {
    this.settings = settings;
    this.origins = origins;
    this.#hasSessionRole = true;
  }

  /** What a text names: `provider/id`, `provider`, `id`, or an alias of one of them. Nobody is asked. */
  readModel(text: string): NamedModel {
    return readModelName(text, modelNames(this.file, this.providers), null);
  }

  /** The config file's aliases of models, each with the text that it stands for. */
  get aliases(): Readonly<Record<string, string>> {
    return aliasesOf(this.file);
  }

  /**
   * The model that a text names: `provider/id`, `provider`, `id` of the provider in the settings, or an alias. A provider without a
   * model of its own is asked for the only one it has.
   *
   * @throws AppError `no_model` where there is not one alone; as `connect`
   */
  async resolve(text: string): Promise<ModelRef> {
    const named = this.readModel(text);
    const provider = named.provider ?? this.settings.provider;
    if (named.model !== null) return { provider, model: named.model };
    const { modelInUse } = await import("./model-facts.ts");
    return { provider, model: await modelInUse(this, await this.connect(provider)) };
  }

  /**
   * A model with all that the settings want of it: retries, failover, the log.
   *
   * @param connection to its provider, where there is one already
   * @param metering what its requests are booked by; null where none is
   * @param gate what an answer's requests pass before they are sent; null for nothing
   * @param other null for a chat model
   * @throws AppError as `connect`
   */
  async openModel(
    { provider, model }: ModelRef,
    connection: Connection | null = null,
    metering: Metering | null = null,
    gate: Layer | null = null,
    other: OtherWire | null = null,
  ): Promise<Model> {
    const { openModel } = await import("./open-model.ts");
    return await openModel(this, connection ?? (await this.connect(provider)), model, metering, gate, other);
  }

  /**
   * Everything needed to ask a provider; the demo's server is started here.
   *
   * @throws AppError `unknown_provider`, `no_key`, and what else keeps a key from going there
   */
  async connect(provider: string): Promise<Connection> {
    const demo = provider === "demo" ? await this.#startDemo() : null;
    const connection = await openConnection(this, provider, { address: demo?.baseUrl ?? null, key: null });
    // It is in this very program: no proxy is asked to reach it.
    return demo === null ? connection : { ...connection, proxy: null, transport: { ...this.transport, variables: {} } };
  }

  /** The same with a key that is not stored yet, and an entry that the config file does not have yet. */
  async connectWith(provider: string, key: Key | null, entry?: ProviderConfig): Promise<Connection> {
    return await openConnection(this, provider, { address: null, key, ...(entry && { entry }) });
  }

  /** Where answers are stored; one store for the whole run. */
  readonly answers = async (): Promise<GuardedStore> => {
    this.#answers ??= import("./answer-cache.ts").then(async ({ guardedStore }) => this.hold(await guardedStore(this)));
    return await this.#answers;
  };

  /** What requests to a provider pass; null where nothing limits them. One for the whole run. */
  readonly rateGate = async (provider: string): Promise<RateGate | null> => {
    const { limits = {} } = this.file;
    if (this.#gates === null && !Object.hasOwn(limits, provider)) return null;
    this.#gates ??= import("./rate-gates.ts").then(({ fixedGates }) => fixedGates(limits));
    return (await this.#gates).of(provider);
  };

  /** Lets all requests of the run pass others: before the first model is opened. */
  useGates(gates: { readonly of: (provider: string) => RateGate }): void {
    this.#gates = Promise.resolve(gates);
  }

  /** What of a project may be used. */
  readonly trust = {
    /**
     * Whether a person approved that very content, before or now.
     *
     * @throws AppError `storage_failed`
     */
    approves: async (content: ProjectContent): Promise<boolean> => {
      this.#trust ??= import("./trust/project-trust.ts").then(
        ({ ProjectTrust }) =>
          new ProjectTrust(this.folders, async (question) => (await this.#options.askTrust?.(this, question)) ?? false),
      );
      return await (await this.#trust).approves(content);
    },
  };

  /** Fetches web pages; one reader for the whole run. */
  readonly pages = async (): Promise<WebPages> => {
    this.#pages ??= import("./web/page-reader.ts").then(({ PageReader: Reader }) => this.hold(new Reader(this)));
    return await this.#pages;
  };

  /** An engine for a session in memory: with one connection and folders of its own, and no log. */
  inMemory(settings: Settings, folders: Folders, connection: Connection): Engine {
    const { environment, file, origins, roles, workingFolder } = this;
    const read = { environment, file, origins, roles, workingFolder, settings, folders, mistakes: [] };
    const engine = new Engine({ ...this.#options, stop: new AbortController().signal }, read, null);
    engine.connect = async () => connection;
    return engine;
  }

  /** Keeps something open until the end of the run. */
  hold<Held extends Disposable>(held: Held): Held {
    this.#held.push(held);
    return held;
  }

  /** Lets go of whatever would keep the program from ending. */
  async close(): Promise<void> {
    for (const held of this.#held.splice(0)) held[Symbol.dispose]();
    closeAgents(this.transport);
    (await this.#demo)?.close();
  }

  async #startDemo(): Promise<DemoServer> {
    this.#demo ??= import("../providers/demo/server.ts").then(({ startDemo }) => startDemo());
    return await this.#demo;
  }
}
