import { nearestTo } from "../config/expectation.ts";
import type { Environment } from "../config/environment.ts";
import { readEnvironment } from "../config/environment.ts";
import { readConfigFile, readDespiteMistakes } from "../config/file.ts";
import type { Folders } from "../config/folders.ts";
import { findFolders, transcriptsFolder } from "../config/folders.ts";
import type { KeyPlaces } from "../config/keys.ts";
import type { LoadedSettings } from "../config/load.ts";
import { changeSetting, loadSettings } from "../config/load.ts";
import {
  type ConfigFile,
  type Flags,
  type ProviderConfig,
  type SettingName,
  type Settings,
  settingSchemas,
} from "../config/schema.ts";
import { AppError, systemReason } from "../errors.ts";
import type { Log } from "../diagnostics/log-file.ts";
import { keyVariables as keyVariablesOf, providerNames } from "../providers/catalogue.ts";
import { closeAgents } from "../providers/http/agents.ts";
import type { Connection } from "../providers/connection.ts";
import type { DemoServer } from "../providers/demo/server.ts";
import { createTransport, type Transport } from "../providers/http/transport.ts";
import type { ModelFacts } from "../providers/prices.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { loadWords } from "../words/load.ts";
import type { Language, Words } from "../words/types.ts";
import { openConnection } from "./connections.ts";
import { tellIgnored } from "./settings-notice.ts";
import { startLog } from "./log.ts";

export interface Invocation {
  /** The name of the command, for the log. */
  readonly command: string;
  readonly flags: Flags;
  readonly terminal: Terminal;
  readonly words: Words;
  /** Aborted when the program is to end: a signal, or nobody reads stdout any more. */
  readonly stop: AbortSignal;
  /** The file that threads beside the program begin with; null where there are none. */
  readonly thread: URL | null;
}

export interface Sources {
  /** False leaves the config file alone, for the commands that mend it. */
  readonly configFile: boolean;
  /** Where given, takes the mistakes in settings instead of their being thrown; what is mistaken counts as not set. */
  readonly mistakes?: AppError[];
}

/** The settings and the rooms of one run of the program. What crosses from one room to another goes through here. */
export class App {
  readonly terminal: Terminal;
  /** In the language in use, which a session may change. */
  words: Words;
  readonly stop: AbortSignal;
  readonly thread: URL | null;
  readonly environment: Environment;
  readonly folders: Folders;
  readonly file: ConfigFile;
  /** As they are now: a session may change some of them for itself. */
  settings: Settings;
  readonly origins: LoadedSettings["origins"];
  /** What servers told of their models in this run, by `provider/id`. */
  readonly reported = new Map<string, ModelFacts>();
  readonly workingFolder = workingFolder();
  readonly transport: Transport;
  /** Null where none is asked for. */
  readonly log: Log | null;
  readonly #invocation: Invocation;
  #demo: Promise<DemoServer> | null = null;
  readonly #held: Disposable[] = [];

  private constructor(
    invocation: Invocation,
    found: { environment: Environment; folders: Folders; file: ConfigFile },
    loaded: LoadedSettings,
    log: Log | null,
  ) {
    this.#invocation = invocation;
    this.terminal = invocation.terminal;
    this.words = invocation.words;
    this.stop = invocation.stop;
    this.thread = invocation.thread;
    this.environment = found.environment;
    this.folders = found.folders;
    this.file = found.file;
    this.settings = loaded.settings;
    this.origins = loaded.origins;
    this.transport = createTransport(
      found.environment.variables,
      log === null ? null : (exchange) => log.write("info", "http", { ...exchange }),
    );
    this.log = log;
  }

  /**
   * @param before the same run, opened earlier
   * @throws AppError for a broken config file or a setting that cannot be
   */
  static async open(
    invocation: Invocation,
    { configFile, mistakes }: Sources = { configFile: true },
    before: App | null = null,
  ): Promise<App> {
    const environment = await readEnvironment(workingFolder());
    const folders = findFolders(environment.variables);
    const file = configFile ? await readFileOf(folders, mistakes) : {};
    const providers = new Set(providerNames(file.providers ?? {}));
    const loaded = loadSettings(invocation.flags, environment, file, folders.configFile, providers, mistakes);
    const log = before?.log ?? (await startLog(invocation, loaded.settings, mistakes));
    const app = new App(invocation, { environment, folders, file }, loaded, log);
    if (before === null) tellIgnored(app, invocation.command);
    return app;
  }

  /** The same run with what was changed on disk meanwhile, and with further flags. */
  async reopen(flags: Flags): Promise<App> {
    await this.close();
    const invocation = { ...this.#invocation, flags: { ...this.#invocation.flags, ...flags } };
    return await App.open(invocation, { configFile: true }, this);
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

  /** Names of all providers, the config file's too. */
  get providers(): string[] {
    return providerNames(this.file.providers ?? {});
  }

  async useLanguage(language: Language): Promise<void> {
    this.words = await loadWords(language);
  }

  /**
   * Changes a setting for the rest of the run.
   *
   * @param text as it is typed; null unsets it
   * @param names which settings may be changed
   * @throws AppError `unknown_setting`; `bad_value` for one that may not be changed, or a value that does not fit
   */
  change(name: string, text: string | null, names: readonly SettingName[]): void {
    if (!Object.hasOwn(settingSchemas, name)) {
      throw new AppError("unknown_setting", { name, nearest: nearestTo(name, names) });
    }
    const known = names.find((candidate) => candidate === name);
    if (known === undefined) throw new AppError("bad_value", { name: "/set", value: name, expected: names.join(", ") });
    this.settings = changeSetting(this.settings, known, text);
  }

  /** The system prompt in force: the text, else the role's. */
  get system(): string | null {
    const { system, role } = this.settings;
    if (system !== undefined) return system || null;
    if (role === undefined) return null;
    return this.role(role);
  }

  /**
   * @param option what the name was given with, for the error
   * @throws AppError `bad_value` for a role that the config file does not have
   */
  role(name: string, option = "role"): string {
    const roles = this.file.roles ?? {};
    const text = Object.hasOwn(roles, name) ? roles[name] : undefined;
    if (text !== undefined) return text;
    const names = Object.keys(roles);
    const expected = names.join(", ") || "roles.<name>";
    throw new AppError("bad_value", { name: option, value: name, expected, nearest: nearestTo(name, names) });
  }

  /** Everything needed to ask a provider; the demo's server is started here. */
  async connection(provider: string): Promise<Connection> {
    const demo = provider === "demo" ? await this.#startDemo() : null;
    const connection = await openConnection(this, provider, { address: demo?.baseUrl ?? null, key: null });
    // It is in this very program: no proxy is asked to reach it.
    return demo === null ? connection : { ...connection, proxy: null, transport: { ...this.transport, variables: {} } };
  }

  /** The same with a key that is not stored yet, and an entry that the config file does not have yet. */
  async connectionWith(provider: string, key: string | null, entry?: ProviderConfig): Promise<Connection> {
    return await openConnection(this, provider, { address: null, key, ...(entry && { entry }) });
  }

  /** The last line of the log: how the command ended. */
  logEnd(error: { readonly code: string; readonly exitCode: number } | null): void {
    if (this.log === null) return;
    const facts = error === null ? { exitCode: 0 } : { code: error.code, exitCode: error.exitCode };
    this.log.write(error === null ? "info" : "error", "end", facts);
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

async function readFileOf({ configFile }: Folders, mistakes: AppError[] | undefined): Promise<ConfigFile> {
  if (mistakes === undefined) return await readConfigFile(configFile);
  const found = await readDespiteMistakes(configFile);
  mistakes.push(...found.mistakes);
  return found.file;
}

/** @throws AppError `no_working_folder` where it was removed */
function workingFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw systemReason(error) === "ENOENT" ? new AppError("no_working_folder", {}, { cause: error }) : error;
  }
}
