import { Conversation } from "../../chat/conversation.ts";
import type { Model } from "../../chat/layers.ts";
import type { Message, UserMessage } from "../../chat/messages.ts";
import type { ChatRequest } from "../../chat/model.ts";
import { estimateTokens } from "../../chat/usage.ts";
import type { Settings } from "../../config/schema.ts";
import { AppError } from "../../errors.ts";
import { textOf, userMessage } from "../../chat/message-text.ts";
import { warmUp } from "../../providers/http/agents.ts";
import { retiredModels } from "../../providers/catalogue.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { describe } from "../../terminal/terminal.ts";
import type { Transcript } from "../../transcripts/format/types.ts";
import type { TranscriptWriter } from "../../transcripts/store/writer.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { type DialogueState, openState, resumedState, sizeOf } from "./chat-state.ts";
import { type Answer, type ExchangeRun, type OnEvent, runExchange } from "./turn-run.ts";
import { factsOf, learnFacts, modelInUse } from "../model-facts.ts";
import { samplingOf } from "../../chat/sampling.ts";
import { inForce, thinkingOf } from "./sampling.ts";
import { seamsOf } from "./answer-seams.ts";
import { answerMessage, isCut, rebuild } from "./replay.ts";
import { Recording } from "./recorder.ts";
import { newWriter, writerFor } from "./open-transcript.ts";
import { countedAfter, Spending } from "./cost-meter.ts";

/** What was typed to go on with an answer, as the transcript shows it. */
const goOnCommand = "/continue";

/**
 * A conversation with a model, saved as it goes: what `ask` does once, the session again and again. The transcript is told
 * of each event before whoever watches.
 */
export class ChatSession {
  readonly #engine: Engine;
  readonly #console: Console;
  readonly #spending: Spending;
  #state: DialogueState;
  /** The system prompt that was set in this conversation; undefined where none was. */
  #ownSystem: string | null | undefined;

  private constructor(engine: Engine, console: Console, state: DialogueState) {
    this.#engine = engine;
    this.#console = console;
    this.#spending = new Spending(engine);
    this.#state = state;
    this.#warnOfRetired();
  }

  /**
   * @param earlier a conversation to resume; its provider and model, system prompt and parameters hold unless the settings name
   *   others, for the first two a flag or a variable
   * @throws AppError for settings and credentials
   */
  static async open(engine: Engine, console: Console, earlier: Transcript | null): Promise<ChatSession> {
    const { failoverMistakes } = engine;
    const { terminal, words } = console;
    for (const mistake of failoverMistakes) {
      terminal.warn(sanitize(describe(mistake, words.errors)));
    }
    return new ChatSession(engine, console, await openState(engine, earlier));
  }

  get provider(): string {
    return this.#state.connection.name;
  }

  get modelId(): string {
    return this.#state.modelId;
  }

  get conversation(): Conversation {
    return this.#state.conversation;
  }

  get writer(): TranscriptWriter | null {
    return this.#state.writer;
  }

  /** Path of the transcript; null while there is none. */
  get path(): string | null {
    return this.writer?.path ?? null;
  }

  get id(): string | null {
    return this.writer?.id ?? null;
  }

  get unsaved(): AppError<"transcript_unwritable"> | null {
    return this.writer?.failed ?? null;
  }

  get canContinue(): boolean {
    const { failed, cut, conversation } = this.#state;
    return failed === null && cut && conversation.last !== null;
  }

  get spent(): Spending["total"] {
    return this.#spending.total;
  }

  /** The settings that the next question is put with, those of a resumed conversation among them. */
  get inForce(): Settings {
    return inForce(this.#engine.settings, this.#state.inherited);
  }

  get context(): { tokens: number; estimated: boolean; window: number | null } {
    const { provider, modelId } = this;
    const { conversation, counted } = this.#state;
    const window = factsOf(this.#engine, provider, modelId).context ?? null;
    const text = conversation
      .request([])
      .map(({ content }) => textOf(content))
      .join("\n");
    return { tokens: counted ?? estimateTokens(text), estimated: counted === null, window };
  }

  /** Asks the server for the window of its model, where nobody knows it; once. */
  async learnWindow(): Promise<void> {
    await learnFacts(this.#engine, this.#state.connection, this.modelId);
  }

  /** What `/retry` and `/edit-last` mean: the question that failed last, else the last one with an answer; null for none. */
  get lastQuestion(): UserMessage | null {
    return this.#state.failed?.question ?? this.conversation.last?.question ?? null;
  }

  /** The transcript that another program was writing to, so that the conversation has one of its own now; once, then null. */
  takeAvoided(): string | null {
    return this.writer?.takeAvoided() ?? null;
  }

  /**
   * Whether another program has added to the transcript since this one last read it or wrote to it; true once for each time.
   */
  changedElsewhere(): boolean {
    const size = sizeOf(this.writer);
    const changed = this.#state.size !== null && size !== null && size !== this.#state.size;
    this.#change({ size });
    return changed;
  }

  /**
   * Puts a question and gives the answer, saved; never throws for what a service or the disk does.
   *
   * @param instead whether it takes the place of the last question, which is taken back
   * @throws AppError where the model cannot be opened; nothing is changed then
   */
  async ask(question: UserMessage, onEvent: OnEvent, signal: AbortSignal, instead = false): Promise<Answer> {
    const model = await this.#openModel();
    const record = new Recording(this.writer);
    if (instead) this.#takeBack(record);
    const request = this.#request(this.conversation.request([question], this.#engine.settings.history));
    const answer = await this.#run({ model, request, record, question, continues: null }, onEvent, signal);
    const ids = this.#newIds();
    const { text, reasoning, requests } = answer;
    const answers = [answerMessage({ answer: text, reasoning, seams: seamsOf(requests) })];
    this.conversation.add({ question, answers, ids });
    const failed = text === "" ? { question, ids } : null;
    this.#change({ failed, ...(failed === null && { cut: isCut(answer) }) });
    return answer;
  }

  /**
   * Goes on with the last answer from where it stopped.
   *
   * @throws AppError `not_possible` when there is nothing to go on with; where the model cannot be opened
   */
  async continueAnswer(onEvent: OnEvent, signal: AbortSignal): Promise<Answer> {
    const last = this.canContinue ? this.conversation.last : null;
    if (last === null) throw new AppError("not_possible", { message: this.#console.words.session.nothingToContinue });
    const model = await this.#openModel();
    const request = this.#request(this.conversation.continuation(this.#engine.settings.history));
    const record = new Recording(this.writer);
    const question = userMessage(goOnCommand);
    const run = { model, request, record, question, continues: last.ids.at(-1) ?? null };
    const answer = await this.#run(run, onEvent, signal);
    if (answer.text !== "") this.conversation.extendLast(answer.text, this.#newIds());
    this.#change({ cut: isCut(answer) });
    return answer;
  }

  /** Where the exchange that has just ended is in the transcript. */
  #newIds(): readonly string[] {
    const id = this.writer?.exchangeId ?? null;
    return id === null ? [] : [id];
  }

  /** Opens a connection while the next question is being thought of; when that fails, the question will tell. */
  prepare(): void {
    const { transport, baseUrl } = this.#state.connection;
    void warmUp(transport, new URL(baseUrl)).catch(() => {});
  }

  /**
   * From the next question on: another model, of this provider or of another.
   *
   * @param model null takes the provider's own
   * @throws AppError for settings and credentials; nothing is changed then
   */
  async useModel(provider: string, model: string | null): Promise<void> {
    const connection = provider === this.provider ? this.#state.connection : await this.#engine.connect(provider);
    this.#change({ connection, modelId: model ?? (await modelInUse(this.#engine, connection)) });
    this.#warnOfRetired();
  }

  useSystem(system: string | null): void {
    this.#ownSystem = system;
    this.conversation.system = system;
    this.#change({ counted: null });
  }

  /** Lets go of a parameter that the resumed conversation was asked with. */
  forget(name: keyof Settings): void {
    const inherited = Object.fromEntries(Object.entries(this.#state.inherited).filter(([key]) => key !== name));
    this.#change({ inherited });
  }

  /**
   * Takes the last exchange back, also in the transcript's account of the conversation.
   *
   * @returns its question, and why that was not written down; null when there is none
   */
  undo(): { readonly question: UserMessage; readonly unsaved: AppError | null } | null {
    const question = this.lastQuestion;
    if (question === null) return null;
    const record = new Recording(this.writer);
    this.#takeBack(record);
    return { question, unsaved: record.failure };
  }

  #takeBack(record: Recording): void {
    const { failed } = this.#state;
    const taken = failed ?? this.conversation.takeLast();
    for (const id of taken?.ids ?? []) record.try((writer) => writer.note("undo", { id }));
    this.#change({ failed: null, counted: null, ...(failed === null && { cut: false }) });
    this.#look();
  }

  /**
   * Writes the whole conversation to another file, which must not exist yet.
   *
   * @throws AppError `not_possible` where there is none; `transcript_unwritable`
   */
  saveTo(path: string): void {
    const { writer } = this;
    if (writer === null || (writer.path === null && writer.failed === null)) {
      throw new AppError("not_possible", { message: this.#console.words.session.nothingSaved });
    }
    writer.saveTo(path);
    this.#change({ size: sizeOf(writer) });
  }

  /**
   * Has the model summarise the conversation, and goes on with the summary in its place; the transcript keeps all. It is a request
   * of the program's own: nothing that a person set for questions goes with it but the switch for thinking where that is off.
   *
   * @returns tokens before and after, and why it was not written down
   * @throws AppError where there is nothing to summarise, or no summary came of it; nothing is changed then
   */
  async compact(signal: AbortSignal): Promise<{ before: number; after: number; unsaved: AppError | null }> {
    const { conversation } = this;
    const { tokens } = this.context;
    const either = AbortSignal.any([signal, this.#engine.stop]);
    const { requestSummary } = await import("./summary-request.ts");
    const summary = await requestSummary(this.#engine, this.#spending, this.#state, this.context, either);
    const through = conversation.lastId;
    conversation.summarise(this.#engine.prompts.summary, summary, 0);
    const unsaved = this.#covered(summary, through);
    this.#change({ cut: false });
    return { before: tokens, after: this.context.tokens, unsaved };
  }

  /**
   * Drops the oldest exchanges until half of the window is free, at least one.
   *
   * @returns how many, and why it was not written down
   */
  dropOldest(): { turns: number; unsaved: AppError | null } {
    const { conversation } = this;
    const target = (this.context.window ?? this.context.tokens) / 2;
    let turns = 0;
    let through: string | null = null;
    do {
      through = conversation.idThrough(1) ?? through;
      turns += conversation.dropOldest(1);
      this.#change({ counted: null });
    } while (this.context.tokens > target && conversation.turns.length > 1);
    return { turns, unsaved: this.#covered(null, through) };
  }

  /** Writes down what stands for the turns up to an exchange; for turns without an id, of files of other makers, nothing can. */
  #covered(summary: string | null, through: string | null): AppError | null {
    const record = new Recording(this.writer);
    if (through !== null) record.try((writer) => writer.note("compact", { summary, through }));
    this.#change({ counted: null });
    this.#look();
    return record.failure;
  }

  /** A new conversation, as the settings have it, and a new transcript with its first question. */
  startNew(): void {
    const system = this.#ownSystem === undefined ? this.#engine.system : this.#ownSystem;
    const writer = this.#engine.settings.save ? newWriter(this.#engine) : null;
    const conversation = new Conversation(system);
    this.#change({ conversation, writer, size: null, inherited: {}, failed: null, cut: false, counted: null });
  }

  /**
   * Goes on with another conversation from here on.
   *
   * @throws AppError as `open`; nothing is changed then
   */
  async resume(earlier: Transcript): Promise<void> {
    this.#state = await resumedState(this.#engine, earlier, this.#state);
    this.#ownSystem = undefined;
    this.#warnOfRetired();
  }

  /**
   * Goes on in a file that holds the same conversation, or its beginning. Nothing else changes.
   *
   * @param turns how many turns of it the file holds; null for all
   * @throws AppError `transcript_unwritable`; nothing is changed then
   */
  branch(file: Transcript, turns: number | null): void {
    const writer = writerFor(file);
    const moved = { writer, size: sizeOf(writer) };
    if (turns === null) return this.#change(moved);
    const rebuilt = rebuild(file, this.#engine.prompts.summary);
    const conversation =
      this.conversation.beginning(turns) ?? new Conversation(this.conversation.system, rebuilt.turns, rebuilt.covered);
    this.#change({ ...moved, conversation, failed: null, cut: rebuilt.cut, counted: null });
  }

  #change(part: Partial<DialogueState>): void {
    this.#state = { ...this.#state, ...part };
  }

  /** Notes how long the transcript is after a word of ours; no length at all where somebody else wrote meanwhile. */
  #look(): void {
    const { writer } = this;
    this.#change({ size: writer === null || writer.failed !== null ? null : (writer.size ?? -1) });
  }

  #warnOfRetired(): void {
    const { provider, modelId: model } = this;
    const { terminal, words } = this.#console;
    const successor = provider === "deepseek" ? retiredModels.get(model) : undefined;
    if (successor !== undefined) terminal.warn(words.session.retired({ model, successor }));
  }

  async #openModel(): Promise<Model> {
    const { provider, modelId: model } = this;
    return await this.#engine.openModel({ provider, model }, this.#state.connection);
  }

  #request(messages: readonly Message[]): ChatRequest {
    const settings = this.inForce;
    const { modelId: model } = this;
    return { model, messages, sampling: samplingOf(settings), thinking: thinkingOf(settings), stream: settings.stream };
  }

  async #run(run: Omit<ExchangeRun, "asked" | "system">, onEvent: OnEvent, signal: AbortSignal): Promise<Answer> {
    const asked = { provider: this.provider, model: this.modelId };
    const { system } = this.conversation;
    const answer = await runExchange(this.#console.words, this.#spending, { ...run, asked, system }, onEvent, signal);
    this.#change({ counted: countedAfter(answer) });
    this.#look();
    return answer;
  }
}
