import { withoutKeys } from "../config/environment.ts";
import type { AppError } from "../errors.ts";
import { offeredModels } from "../providers/account.ts";
import type { Archive, Host, LineSource, SessionSettings } from "../repl/host.ts";
import { count } from "../terminal/summary.ts";
import { settingSchemas, type SettingName } from "../config/schema.ts";
import type { App } from "./app.ts";
import { findFiles, mentionedFiles, withFiles } from "./attachments.ts";
import type { Dialogue } from "./dialogue.ts";
import { editText } from "./editing.ts";
import { factsOf, learnFromList } from "./model-facts.ts";
import { archiveOf } from "./session-archive.ts";
import { answerWriter } from "./writers.ts";

/** What the session asks of the rest of the program. */
export class SessionHost implements Host {
  readonly #app: App;
  readonly dialogue: Dialogue;
  readonly settings: SessionSettings;
  readonly archive: Archive;
  #attached: readonly string[];
  #lines: LineSource | null = null;
  lastThinking = "";
  toldUnsaved: AppError | null = null;

  /** @param files go with the first question */
  constructor(app: App, dialogue: Dialogue, files: readonly string[]) {
    this.#app = app;
    this.dialogue = dialogue;
    this.settings = settingsOf(app);
    this.archive = archiveOf(app, dialogue, () => this.lines.release());
    this.#attached = files;
  }

  get terminal() {
    return this.#app.terminal;
  }

  get words() {
    return this.#app.words;
  }

  get showThinking() {
    return this.#app.settings.show_thinking;
  }

  get lines(): LineSource {
    return this.#lines!;
  }

  /** The lines need the host for completion, so they come after it. */
  useLines(lines: LineSource): void {
    this.#lines = lines;
  }

  get providers(): string[] {
    return this.#app.providers;
  }

  get roles(): Readonly<Record<string, string>> {
    return this.#app.file.roles ?? {};
  }

  get withoutKeys() {
    return withoutKeys(this.#app.environment.variables, this.#app.keyPlaces.keyVariables);
  }

  answerWriter = () => answerWriter(this.#app);

  attach = async (text: string) => {
    const { workingFolder } = this.#app;
    const files = [...this.#attached, ...(await mentionedFiles(text, workingFolder))];
    const question = await withFiles(text, files, workingFolder);
    this.#attached = [];
    return question;
  };

  addFile = async (path: string) => {
    const files = await findFiles(path, this.#app.workingFolder);
    this.#attached = [...this.#attached, ...files];
    return files.length;
  };

  parseModel = (text: string) => {
    const { providers } = this;
    if (providers.includes(text)) return { provider: text, model: null };
    const slash = text.indexOf("/");
    const named = slash > 0 ? text.slice(0, slash) : "";
    return providers.includes(named)
      ? { provider: named, model: text.slice(slash + 1) }
      : { provider: this.dialogue.provider, model: text };
  };

  prepare = () => {
    if (this.terminal.interactive) this.dialogue.prepare();
  };

  listModels = async () => {
    const { provider } = this.dialogue;
    const connection = await this.#app.connection(provider);
    const offered = await offeredModels(connection, this.#app.stop);
    await learnFromList(this.#app, connection, offered);
    return offered.map(({ id }) => ({ id, facts: this.#factsOf(provider, id) }));
  };

  editText = (text: string) => editText(this.#app, text);

  useLanguage = (language: "en" | "zh") => this.#app.useLanguage(language);

  #factsOf(provider: string, id: string): string {
    const { settings, words } = this.#app;
    const { context, rates } = factsOf(this.#app, provider, id);
    const price = rates?.[settings.currency];
    return [
      ...(context === undefined ? [] : [`${words.tables.context} ${count(context)}`]),
      ...(price === undefined ? [] : [`${settings.currency} ${price.cached} / ${price.input} / ${price.output}`]),
    ].join(" · ");
  }
}

/** Settings that `/set` knows: those that a question is put with. */
const changeable: readonly SettingName[] = [
  "temperature",
  "top_p",
  "top_k",
  "max_tokens",
  "frequency_penalty",
  "presence_penalty",
  "stop",
  "thinking",
  "effort",
  "history",
  "stream",
  "render",
  "show_thinking",
  "timeout",
  "retries",
  "continue_answers",
  "compact",
  "currency",
];

function settingsOf(app: App): SessionSettings {
  return {
    names: changeable,
    get(name) {
      const value = Object.hasOwn(settingSchemas, name) ? app.settings[name as SettingName] : undefined;
      if (value === undefined) return null;
      return typeof value === "string" ? value : JSON.stringify(value);
    },
    set: (name, value) => app.change(name, value, changeable),
  };
}
