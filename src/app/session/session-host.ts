import { resolve } from "node:path";
import { withoutKeys } from "../../config/variables.ts";
import { shownCache } from "../../config/cache-options.ts";
import { nearestTo } from "../../config/expectation.ts";
import { type SettingName, settingSchemas } from "../../config/schema.ts";
import { AppError, asAppError } from "../../errors.ts";
import type { OnEvent } from "../../chat/events.ts";
import type { ImagePart, UserMessage } from "../../chat/messages.ts";
import type {
  Archive,
  EditedFile,
  Host,
  LineSource,
  SessionRoles,
  SessionServers,
  SessionSettings,
  SessionTools,
  TypedQuestion,
} from "../../repl/host.ts";
import { pastedPictures, pictureLabel } from "../../repl/editor/paste.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { samplingNames } from "../../chat/sampling.ts";
import { count } from "../../terminal/figures.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { attachOptions, maySend, tellReading } from "../conversation/attachment-consent.ts";
import { type Attachment, onceEach } from "../conversation/attachment.ts";
import { attach, attachmentsOf, type AttachOptions, withAttachments } from "../conversation/attachments.ts";
import type { PictureChanges } from "../../pictures/outgoing-picture.ts";
import { pictureAttachment } from "../conversation/picture-content.ts";
import type { ChatSession } from "../conversation/chat-session.ts";
import { readClipboard } from "./clipboard-content.ts";
import { editText } from "../external-editor.ts";
import { tellError } from "../startup.ts";
import { ModelLists } from "../model-lists.ts";
import { factsOf } from "../model-facts.ts";
import { estimateLine, mayAfford } from "../usage/consent.ts";
import { modelPrice } from "../usage/model-price.ts";
import { readMentions } from "../conversation/mentions.ts";
import { PicturePlaces } from "../images/picture-places.ts";
import { answerNotice } from "../answer-notice.ts";
import { archiveOf } from "./archive.ts";
import { rolesOf } from "./session-roles.ts";
import { resourceReader } from "../mcp/resources.ts";
import { serversOf } from "../mcp/session-servers.ts";
import { toolsOf } from "./session-tools.ts";
import { answerWriter } from "../conversation/answer-writer.ts";

/** What the session asks of the rest of the program. */
export class SessionHost implements Host {
  readonly #engine: Engine;
  readonly #console: Console;
  readonly dialogue: ChatSession;
  readonly settings: SessionSettings;
  readonly archive: Archive;
  readonly roles: SessionRoles;
  readonly tools: SessionTools;
  readonly servers: SessionServers;
  readonly asksNothing: boolean;
  readonly #lists: ModelLists;
  #attached: readonly Attachment[];
  #lines: LineSource | null = null;
  lastThinking = "";
  reportedUnsaved: AppError | null = null;
  /** What was done to pictures of the clipboard; said when they are attached. */
  readonly #changes = new WeakMap<ImagePart, PictureChanges>();
  readonly #places: PicturePlaces;
  /** How many pictures were pasted. */
  #pasted = 0;

  /**
   * @param files go with the first question
   * @param asksNothing as in `Host`
   */
  constructor(
    engine: Engine,
    console: Console,
    dialogue: ChatSession,
    files: readonly Attachment[],
    asksNothing: boolean,
  ) {
    this.#engine = engine;
    this.#console = console;
    this.dialogue = dialogue;
    this.settings = settingsOf(engine, dialogue);
    this.#lists = new ModelLists(engine);
    this.roles = rolesOf(engine, dialogue);
    this.tools = toolsOf(console, dialogue);
    this.servers = serversOf(engine, console);
    this.archive = archiveOf(engine, console, dialogue, () => this.lines.release());
    this.#attached = files;
    this.#places = new PicturePlaces(engine, console, dialogue);
    this.asksNothing = asksNothing;
  }

  get terminal() {
    return this.#console.terminal;
  }

  get words() {
    return this.#console.words;
  }

  get showThinking() {
    return this.#engine.settings.show_thinking;
  }

  get lines(): LineSource {
    return this.#lines!;
  }

  /** The lines need the host for completion, so they come after it. */
  useLines(lines: LineSource): void {
    this.#lines = lines;
  }

  get providers(): string[] {
    return this.#engine.providers;
  }

  get aliases(): Readonly<Record<string, string>> {
    return this.#engine.aliases;
  }

  get withoutKeys() {
    return withoutKeys(this.#engine.environment.variables, this.#engine.keyPlaces.keyVariables);
  }

  answerWriter = () => answerWriter(this.#engine, this.#console, this.#places);

  makePictures = async (line: string, onEvent: OnEvent, signal: AbortSignal) => {
    const { makeSessionPictures } = await import("../images/session-images.ts");
    const parts = this.#attached.map(({ part }) => part);
    const places = this.#places;
    const answer = makeSessionPictures(
      this.#engine,
      this.#console,
      this.dialogue,
      line,
      parts,
      places,
      onEvent,
      signal,
    );
    const made = await answer;
    this.#attached = [];
    return made;
  };

  attach = async ({ text, mentions, pictures, instead }: TypedQuestion, signal: AbortSignal) => {
    const { workingFolder } = this.#engine;
    const options = {
      ...this.#attachOptions(signal),
      readResource: resourceReader(this.#engine),
    };
    // Where nobody reads it, what is only text is not looked up at all.
    const looked = mentions.filter(({ typed }) => typed || this.terminal.interactive);
    const { attached, asText } = await readMentions(looked, options);
    for (const each of attached) tellReading(this.#console, each);
    const pasted = pictures.map((picture) => this.#fromClipboard(picture));
    const before = instead === null ? [] : attachmentsOf(withoutRemoved(instead, text), workingFolder);
    const files = onceEach([...before, ...pasted, ...this.#attached, ...attached.flatMap((each) => each.files)]);
    this.#tellAsText(asText.filter(({ path }) => !files.some((file) => file.path === resolve(workingFolder, path))));
    if (!(await this.#maySend(files))) return null;
    this.#attached = [];
    // What takes the place of a question was worded already.
    return withAttachments(instead === null ? this.#engine.questionOf({ words: text, piped: "" }) : text, files);
  };

  #attachOptions(signal: AbortSignal): AttachOptions {
    const release = () => this.lines.release();
    return attachOptions(this.#engine, this.#console, this.dialogue.uploadsDocuments, signal, release);
  }

  maySendAgain = (question: UserMessage) => this.#maySend(attachmentsOf(question, this.#engine.workingFolder));

  addFile = async (path: string, signal: AbortSignal) => {
    const attached = await attach(path, this.#attachOptions(AbortSignal.any([this.#engine.stop, signal])));
    tellReading(this.#console, attached);
    this.#attached = onceEach([...this.#attached, ...attached.files]);
    return attached.files.length;
  };

  addPicture = (picture: ImagePart) => {
    this.#attached = onceEach([...this.#attached, this.#fromClipboard(picture)]);
  };

  clipboard = (signal: AbortSignal) => {
    const either = AbortSignal.any([this.#engine.stop, signal]);
    const place = { stop: either, thread: this.#engine.thread };
    const remember = (picture: ImagePart, changes: PictureChanges) => void this.#changes.set(picture, changes);
    return readClipboard(this.#console, this.withoutKeys, () => this.#nextPicture(), place, remember);
  };

  /** A picture of the clipboard; says what was done to it, the first time. */
  #fromClipboard(picture: ImagePart): Attachment {
    const attachment = pictureAttachment(picture, this.#engine.workingFolder);
    const changes = this.#changes.get(picture);
    if (changes !== undefined) tellReading(this.#console, { files: [{ ...attachment, changes }], leftOut: [] });
    this.#changes.delete(picture);
    return attachment;
  }

  /** A number that no picture of this conversation has, so that it can be spoken of later. */
  #nextPicture(): number {
    const asked = this.dialogue.conversation.asked.flatMap(({ question }) => pastedPictures(question));
    return (this.#pasted = Math.max(this.#pasted, asked.length) + 1);
  }

  notify = ({ failed, seconds }: { failed: boolean; seconds: number }) => {
    const { terminal, words } = this.#console;
    if (seconds < this.#engine.settings.notify_after || !terminal.interactive || terminal.focused) return;
    const { lastQuestion: question, modelId: model } = this.dialogue;
    const notice = answerNotice(this.#engine, words, { question, model, failed });
    if (notice !== null) terminal.control(notice);
  };

  mayAfford = async (question: UserMessage | null) => {
    const release = () => this.lines.release();
    if (!(await mayAfford(this.#engine, this.#console, this.dialogue, question, release))) return false;
    return await this.#prepareDocuments(question);
  };

  /** Uploads documents before the answer is shown as awaited; where that fails a person has the question at the prompt again. */
  async #prepareDocuments(question: UserMessage | null): Promise<boolean> {
    const controller = new AbortController();
    const release = this.lines.hold(() => controller.abort());
    try {
      const signal = AbortSignal.any([this.#engine.stop, controller.signal]);
      await this.dialogue.prepareDocuments(question, signal, () => this.lines.release());
      return true;
    } catch (error) {
      const known = asAppError(error);
      if (!this.terminal.interactive) throw known;
      if (known.code !== "interrupted") this.tell(known);
      return false;
    } finally {
      release();
    }
  }

  tellEstimate = async (question: UserMessage | null) => {
    this.terminal.out(`${estimateLine(this.words, await this.dialogue.estimate(question))}\n`);
  };

  async #maySend(files: readonly Attachment[]): Promise<boolean> {
    return await maySend(this.#engine, this.#console, this.dialogue, files, () => this.lines.release());
  }

  #tellAsText(mentions: readonly { readonly path: string }[]): void {
    const { terminal, words } = this.#console;
    for (const { path } of mentions) {
      const shown = sanitize(path);
      terminal.say(terminal.ink.err.muted(words.attachments.notTyped({ mention: `@${shown}`, path: shown })));
    }
  }

  readModel = (text: string, signal: AbortSignal) => this.#lists.resolve(this.dialogue.provider, text, signal);

  listModels = async (provider: string, afresh: boolean) => {
    const ids = await this.#lists.list(provider, afresh);
    return ids.map((id) => ({ id, facts: this.#factsOf(provider, id) }));
  };

  tell = (error: AppError) => {
    tellError(this.terminal, this.words, error);
    if (error.code === "internal") this.#engine.log?.write("error", "internal", { message: error.message });
  };

  editText = (text: string, name: EditedFile) => editText(this.#engine, this.#console, text, name);

  useLanguage = async (language: "en" | "zh") => {
    await this.#console.useLanguage(language);
    this.#engine.language = language;
  };

  #factsOf(provider: string, id: string): string {
    const { settings } = this.#engine;
    const { words } = this.#console;
    const { context } = factsOf(this.#engine, provider, id);
    const rates = modelPrice(this.#engine, { provider, model: id })?.rates;
    return [
      ...(context === undefined ? [] : [`${words.tables.context} ${count(context)}`]),
      ...(rates === undefined ? [] : [`${settings.currency} ${rates.cached} / ${rates.input} / ${rates.output}`]),
    ].join(" · ");
  }
}

/** Settings that `/set` knows: those that a question is put with. */
const changeable: readonly SettingName[] = [
  ...samplingNames,
  "thinking",
  "effort",
  "history",
  "date",
  "stream",
  "web",
  "render",
  "show_thinking",
  "graphics",
  "timeout",
  "max_wait",
  "retries",
  "max_answer_size",
  "continue_answers",
  "compact",
  "currency",
  "max_cost",
  "over_budget",
  "estimate_from",
  "cache",
  "refresh_cache",
  "max_tool_rounds",
  "show_tariff",
  "keys",
  "notify",
  "notify_after",
];

/** Settings that a command of the session changes. */
const withCommand: ReadonlySet<string> = new Set<SettingName>(["lang", "model", "provider", "role", "system", "tools"]);

/** A question without the pictures whose labels were taken out of its text. */
function withoutRemoved(question: UserMessage, text: string): UserMessage {
  const removed = new Set(pastedPictures(question).filter((picture) => !text.includes(pictureLabel(picture))));
  return { ...question, content: question.content.filter((part) => part.type !== "image" || !removed.has(part)) };
}

function settingsOf(engine: Pick<Engine, "change">, dialogue: ChatSession): SessionSettings {
  return {
    names: changeable,
    get(name) {
      const value = shownCache(dialogue.inForce[changeableOf(name, null)]);
      if (value === undefined) return null;
      return typeof value === "string" ? value : JSON.stringify(value);
    },
    set(name, value) {
      const known = changeableOf(name, value);
      engine.change(known, value);
      dialogue.forget(known);
    },
  };
}

/** @throws AppError `unknown_setting`; `setting_fixed` for a setting that cannot be changed in a session */
function changeableOf(name: string, value: string | null): SettingName {
  const known = changeable.find((candidate) => candidate === name);
  if (known !== undefined) return known;
  if (Object.hasOwn(settingSchemas, name)) {
    if (name === "vars") throw new AppError("setting_fixed", { name, instead: "/role …" });
    const command = withCommand.has(name) ? `/${name}` : `deepseek-chat config set ${name}`;
    throw new AppError("setting_fixed", { name, instead: `${command} ${value ?? "…"}` });
  }
  throw new AppError("unknown_setting", { name, nearest: nearestTo(name, changeable) });
}
