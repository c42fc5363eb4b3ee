import type { Environment } from "../config/environment.ts";
import { readEnvironment } from "../config/environment.ts";
import { readConfigFile } from "../config/file.ts";
import type { Folders } from "../config/folders.ts";
import { findFolders, transcriptsFolder } from "../config/folders.ts";
import type { KeyPlaces } from "../config/keys.ts";
import type { LoadedSettings } from "../config/load.ts";
import { loadSettings } from "../config/load.ts";
import type { ConfigFile, Flags, Settings } from "../config/schema.ts";
import { AppError } from "../errors.ts";
import { findProvider, keyVariables as keyVariablesOf, providerNames, type Provider } from "../providers/catalogue.ts";
import type { Connection } from "../providers/connection.ts";
import type { DemoServer } from "../providers/demo/server.ts";
import { closeTransport, createTransport, type Transport } from "../providers/http.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { Words } from "../words/words.ts";
import { openConnection } from "./connections.ts";

export interface Invocation {
  readonly flags: Flags;
  readonly terminal: Terminal;
  readonly words: Words;
  /** Aborted when the program is to end: a signal, or nobody reads stdout any more. */
  readonly stop: AbortSignal;
}

export interface Sources {
  /** False leaves the config file alone, for the commands that mend it. */
  readonly configFile: boolean;
}

export interface FailoverRoute {
  readonly provider: string;
  readonly model: string;
  readonly prefix: Provider["prefix"];
  readonly open: () => Promise<Connection>;
}

/** The settings and the rooms of one run of the program. What crosses from one room to another goes through here. */
export class App {
  readonly terminal: Terminal;
  readonly words: Words;
  readonly stop: AbortSignal;
  readonly environment: Environment;
  readonly folders: Folders;
  readonly file: ConfigFile;
  readonly settings: Settings;
  readonly origins: LoadedSettings["origins"];
  readonly workingFolder = process.cwd();
  readonly transport: Transport;
  readonly #invocation: Invocation;
  #demo: Promise<DemoServer> | null = null;

  private constructor(
    invocation: Invocation,
    found: { environment: Environment; folders: Folders; file: ConfigFile },
    loaded: LoadedSettings,
  ) {
    this.#invocation = invocation;
    this.terminal = invocation.terminal;
    this.words = invocation.words;
    this.stop = invocation.stop;
    this.environment = found.environment;
    this.folders = found.folders;
    this.file = found.file;
    this.settings = loaded.settings;
    this.origins = loaded.origins;
    this.transport = createTransport(found.environment.variables);
  }

  /** @throws AppError for a broken config file or a setting that cannot be */
  static async open(invocation: Invocation, { configFile }: Sources = { configFile: true }): Promise<App> {
    const environment = await readEnvironment(process.cwd());
    const folders = findFolders(environment.variables);
    const file = configFile ? await readConfigFile(folders.configFile) : {};
    const providers = new Set(providerNames(file.providers ?? {}));
    const loaded = loadSettings(invocation.flags, environment, file, folders.configFile, providers);
    return new App(invocation, { environment, folders, file }, loaded);
  }

  /** The same run with what was changed on disk meanwhile, and with further flags. */
  async reopen(flags: Flags): Promise<App> {
    await this.close();
    return await App.open({ ...this.#invocation, flags: { ...this.#invocation.flags, ...flags } });
  }

  get transcripts(): string {
    return transcriptsFolder(this.settings.transcripts, this.folders, this.workingFolder);
  }

  /** Where a provider's key may be, and where a new one is stored. */
  get keyPlaces(): KeyPlaces {
    const { environment, folders, settings, file } = this;
    const keyVariables = keyVariablesOf(file.providers ?? {});
    return { environment, keyFile: folders.keyFile, store: settings.key_store, keyVariables };
  }

  /** The system prompt in force: the text, else the role's. */
  get system(): string | null {
    const { system, role } = this.settings;
    if (system !== undefined) return system || null;
    if (role === undefined) return null;
    return this.role(role);
  }

  /** @throws AppError `bad_value` for a role that the config file does not have */
  role(name: string): string {
    const roles = this.file.roles ?? {};
    const text = Object.hasOwn(roles, name) ? roles[name] : undefined;
    if (text !== undefined) return text;
    throw new AppError("bad_value", {
      name: "role",
      value: name,
      expected: Object.keys(roles).join(", ") || "roles.<name>",
    });
  }

  /** Everything needed to ask a provider; the demo's server is started here. */
  async connection(provider: string): Promise<Connection> {
    const demo = provider === "demo" ? await this.#startDemo() : null;
    return await openConnection(this, provider, { address: demo?.baseUrl ?? null, key: null });
  }

  /** The same with a key that is not stored yet. */
  async connectionWith(provider: string, key: string): Promise<Connection> {
    return await openConnection(this, provider, { address: null, key });
  }

  /**
   * The routes that the config file's `failover` names for a model, each connected when its turn comes.
   *
   * @throws AppError `unknown_provider`, `no_model`
   */
  failover(provider: string, model: string): FailoverRoute[] {
    const names = this.file.failover?.[`${provider}/${model}`] ?? this.file.failover?.[model] ?? [];
    const custom = this.file.providers ?? {};
    const providers = new Set(providerNames(custom));
    return names.map((name) => {
      const slash = providers.has(name) ? name.length : name.indexOf("/");
      const row = findProvider(name.slice(0, slash), custom);
      const id = name.slice(slash + 1) || row.model;
      if (id === null) throw new AppError("no_model", { provider: row.name });
      return { provider: row.name, model: id, prefix: row.prefix, open: () => this.connection(row.name) };
    });
  }

  /** Lets go of whatever would keep the program from ending. */
  async close(): Promise<void> {
    closeTransport(this.transport);
    (await this.#demo)?.close();
  }

  async #startDemo(): Promise<DemoServer> {
    this.#demo ??= import("../providers/demo/server.ts").then(({ startDemo }) => startDemo());
    return await this.#demo;
  }
}
