import type { Conversation, Preface } from "../../chat/conversation.ts";
import type { Answer, ContextUse, Forfeit, SpentTotal } from "../../chat/answer.ts";
import type { OnEvent } from "../../chat/events.ts";
import type { Layer } from "../../chat/layers.ts";
import { documentsIn, textOf } from "../../chat/message-text.ts";
import type { ImagePart, UserMessage } from "../../chat/messages.ts";
import type { ChatRequest, ModelRef } from "../../chat/model.ts";
import type { Purpose } from "../../chat/purpose.ts";
import type { Toolbox } from "../../chat/tools.ts";
import type { Settings } from "../../config/schema.ts";
import { AppError, asAppError } from "../../errors.ts";
import { warmUp } from "../../providers/http/agents.ts";
import { retiredModels } from "../../providers/catalogue.ts";
import type { Connection } from "../../providers/connection.ts";
import type { SessionDialogue } from "../../repl/host.ts";
import type { TranscriptFile } from "../../transcripts/format/types.ts";
import { titleOf } from "../../transcripts/store/names.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { requestOf } from "./settings-request.ts";
import { type ChatState, forkedState, lookedAt, newState, openState, resumedState, sizeOf } from "./chat-state.ts";
import { estimatedTokens } from "./context-estimate.ts";
import { dropOldest, replaceBySummary, toggleLastGood, withdrawLast } from "./history-edits.ts";
import { runContinuation, runEditedAnswer, runImages, runQuestion, type TurnContext } from "./turn-run.ts";
import type { ToolCollection } from "../tools/tool-collection.ts";
import { hasTools } from "../tools/tool-sources.ts";
import { startServers } from "../mcp/run-servers.ts";
import { takesDocuments } from "../files/document-route.ts";
import type { DocumentDesk } from "../files/document-desk.ts";
import { displayPath } from "../display-path.ts";
import { tellUnsupported, warnOf } from "../startup.ts";
import type { ImageWish } from "../images/image-wire.ts";
import type { OtherWire } from "../open-model.ts";
import { factsOf, learnFacts, modelInUse } from "../model-facts.ts";
import { inForce } from "./sampling.ts";
import type { BudgetState } from "../../usage/budget-state.ts";
import { ratesAt } from "../../usage/cost.ts";
import { Books } from "../usage/books.ts";
import { type Accounts, meteringOf, Spending } from "../usage/cost-meter.ts";
import type { CostEstimate } from "../usage/estimate.ts";
import type { MeteredToolbox } from "../usage/metered-tools.ts";
import { isFree, modelPrice } from "../usage/model-price.ts";
import { costOfLoss, prefixUse } from "../usage/prefix.ts";
import { TurnPlace } from "../usage/turn-place.ts";
import { Recording } from "./recorder.ts";

/** What a turn is run for, and with what; without anything a question to the model in use. */
interface ContextOptions {
  readonly refresh?: boolean;
  readonly purpose?: Purpose;
  readonly gate?: Layer | null;
  /** Null for a chat model. */
  readonly other?: OtherWire | null;
  readonly asked?: Pick<ChatState, "connection" | "modelId">;
}

/**
 * A conversation with a model, saved as it goes: what `ask` does once, the session again and again. Each event goes
 * to the transcript before it goes to listeners. Its state is a value that is replaced as a whole.
 */
export class ChatSession implements SessionDialogue {
  readonly #engine: Engine;
  readonly #console: Console;
  readonly #accounts: Accounts;
  #state: ChatState;
  /** Transcripts of conversations that a title was asked for; null for one that is not saved. */
  readonly #entitled = new Set<ChatState["writer"]>();
  readonly #closing = new AbortController();
  /** Makes the first question ready to go out at once; null once that has begun, or where nothing does. */
  rehearse: ((state: ChatState, signal: AbortSignal) => Promise<void>) | null = null;
  /** Null until they are needed. */
  #tools: ToolCollection | null = null;
  /** Null until a document goes with a question. */
  #desk: DocumentDesk | null = null;
  /** While a question is rehearsed: the next one ends it. */
  #rehearsal: AbortController | null = null;
  /** Whether the next answer may exceed a budget. */
  #mayExceed = false;

  private constructor(engine: Engine, console: Console, state: ChatState, books: Books | null) {
    this.#engine = engine;
    this.#console = console;
    this.#accounts = { books, spending: new Spending(engine, books) };
    this.#state = state;
    this.#warnOfRetired();
  }

  /**
   * @param earlier a conversation to resume; its provider and model, system prompt and parameters hold unless the settings name
   *   others, for the first two a flag or a variable
   * @throws AppError for settings and credentials
   */
  static async open(engine: Engine, console: Console, earlier: TranscriptFile | null): Promise<ChatSession> {
    for (const mistake of engine.failoverMistakes) warnOf(console, mistake);
    const state = await openState(engine, earlier);
    tellUnsupported(console, engine.role);
    return new ChatSession(engine, console, state, engine.hold(new Books(engine.folders)));
  }

  /**
   * A session whose requests are not booked.
   *
   * @param state what it begins with
   */
  static over(engine: Engine, console: Console, state: ChatState): ChatSession {
    return new ChatSession(engine, console, state, null);
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

  get path(): string | null {
    return this.#state.writer?.path ?? null;
  }

  get id(): string | null {
    return this.#state.writer?.id ?? null;
  }

  get unsaved(): AppError<"transcript_unwritable"> | null {
    return this.#state.writer?.failed ?? null;
  }

  /** Pictures of the conversation that was resumed which are not sent. */
  get lostImages(): ChatState["lostImages"] {
    return this.#state.lostImages;
  }

  /** Whether documents go to the provider as files. */
  get uploadsDocuments(): boolean {
    return takesDocuments(this.#state.connection, this.#engine.settings);
  }

  /** Where the transcript keeps a picture of an answer; null where it does not. */
  pictureFile(image: ImagePart): string | null {
    return this.#state.writer?.copyOf(image) ?? null;
  }

  get canContinue(): boolean {
    const { failed, cut, conversation } = this.#state;
    return failed === null && cut && conversation.last !== null;
  }

  get spent(): SpentTotal {
    return this.#accounts.spending.total;
  }

  /** The settings that the next question is put with, those of a resumed conversation among them. */
  get inForce(): Settings {
    return inForce(this.#engine.settings, this.#state.inherited);
  }

  /** Whether what is sent before the next question has pictures. */
  get resendsPictures(): boolean {
    return this.conversation
      .request([], this.inForce.history)
      .some(
        ({ role, content }) => (role === "user" || role === "tool") && content.some(({ type }) => type === "image"),
      );
  }

  get context(): ContextUse {
    const { provider, modelId } = this;
    const { conversation, counted } = this.#state;
    const window = factsOf(this.#engine, provider, modelId).context ?? null;
    return { tokens: counted ?? estimatedTokens(conversation), estimated: counted === null, window };
  }

  get forfeited(): Forfeit | null {
    const { sent, conversation } = this.#state;
    const to = { provider: this.provider, model: this.modelId };
    const { settings, file } = this.#engine;
    if (!settings.history) return null;
    const price = sent === null ? null : modelPrice(this.#engine, sent.to);
    // Where a hit is no cheaper, nothing is lost.
    if (sent === null || price === null || price.rates.cached >= price.rates.input) return null;
    const { lost } = prefixUse(sent, to, conversation.request([]));
    const rates = ratesAt(modelPrice(this.#engine, to) ?? price, new Date(), file.holidays ?? []);
    const cost = typeof rates === "string" ? null : costOfLoss(lost, rates, settings.currency);
    return { tokens: lost, cost };
  }

  async countContext(): Promise<ContextUse> {
    const { context } = this;
    if (!context.estimated || this.conversation.turns.length === 0) return context;
    const { requestTokens } = await import("../usage/request-tokens.ts");
    const request = requestOf(this.inForce, this.modelId, this.conversation.request([]), null);
    const { tokens, isExact } = await requestTokens(request, this.#state.connection);
    return { ...context, tokens, estimated: !isExact };
  }

  /**
   * What the next request will take.
   *
   * @param question null: the last answer is continued
   */
  async estimate(question: UserMessage | null): Promise<CostEstimate> {
    const { estimateCost } = await import("../usage/estimate.ts");
    return await estimateCost(this.#engine, this.#state.connection, this.#requestOf(question), this.#state.sent);
  }

  /**
   * The first limit of a budget that the next request could exceed; null where there is none.
   *
   * @throws AppError `budget_unpriced` where there is a budget and nobody knows what it costs; as the ledger's
   */
  async exceededBy(question: UserMessage | null): Promise<AppError | null> {
    const { limitsOf } = await import("../usage/budget-layers.ts");
    const limits = limitsOf(this.#engine);
    if (limits === null || isFree(this.provider)) return null;
    const { exactMaxCostOf } = await import("../usage/estimate.ts");
    const { currency } = limits;
    const largest = await exactMaxCostOf(this.#engine, this.#state.connection, this.#requestOf(question));
    if (largest === null) return new AppError("budget_unpriced", { ...this.#asked, currency });
    const budget = await this.#accounts.books?.budget(limits);
    return budget === undefined
      ? null
      : budget.exceededBy({ to: this.#asked, purpose: "question", ...largest, conversation: this.id, at: new Date() });
  }

  /** Whether the next answer may exceed a budget. */
  get mayExceed(): boolean {
    return this.#mayExceed;
  }

  /** Lets the next answer exceed a budget. */
  allowExcess(): void {
    this.#mayExceed = true;
  }

  async learnWindow(): Promise<void> {
    await learnFacts(this.#engine, this.#state.connection, this.modelId);
  }

  get title(): string | null {
    const [first] = this.conversation.asked;
    return this.#state.title ?? (first === undefined ? null : titleOf(textOf(first.question.content)));
  }

  async rename(text: string, signal: AbortSignal): Promise<AppError | null> {
    return await this.#entitle(titleOf(text), signal);
  }

  get lastQuestion(): UserMessage | null {
    return this.#state.failed?.question ?? this.conversation.last?.question ?? null;
  }

  takeAvoided(): { readonly avoided: string; readonly path: string } | null {
    const avoided = this.#state.writer?.takeAvoided() ?? null;
    if (avoided === null || this.path === null) return null;
    const { workingFolder } = this.#engine;
    return { avoided: displayPath(workingFolder, avoided), path: displayPath(workingFolder, this.path) };
  }

  changedElsewhere(): boolean {
    const size = sizeOf(this.#state.writer);
    const changed = this.#state.size !== null && size !== null && size !== this.#state.size;
    this.#change({ size });
    return changed;
  }

  /**
   * Makes the documents of the next request ready for the provider: uploads those that are not there.
   *
   * @param question null: the last answer is continued
   * @param release lends the terminal to a question
   * @throws AppError as `DocumentDesk.prepare`
   */
  async prepareDocuments(question: UserMessage | null, signal: AbortSignal, release = () => {}): Promise<void> {
    const { conversation, connection } = this.#state;
    const earlier = this.#engine.settings.history ? conversation.turns.map((turn) => turn.question) : [];
    const documents = documentsIn([...earlier, ...(question === null ? [] : [question])]);
    if (documents.length === 0) return;
    const { books } = this.#accounts;
    if (this.#desk === null) {
      const { openDesk } = await import("../files/open-desk.ts");
      this.#desk = await openDesk(this.#engine, this.#console, books ?? new Books(this.#engine.folders), release);
    }
    await this.#desk.prepare(documents, connection, signal);
  }

  /** @param gate what the answer's requests pass before they are sent; null for nothing */
  async ask(
    question: UserMessage,
    onEvent: OnEvent,
    signal: AbortSignal,
    instead = false,
    gate: Layer | null = null,
  ): Promise<Answer> {
    // The same question again is asked for another answer.
    const refresh = instead && question === this.lastQuestion;
    await this.prepareDocuments(question, signal);
    const placed = this.#desk?.placed(question, this.#state.connection) ?? question;
    const context = await this.#contextOf(onEvent, signal, { refresh, gate });
    const withdrawn = instead ? await withdrawLast(this.#state, signal) : null;
    if (withdrawn !== null) this.#state = withdrawn.state;
    const answer = await this.#advance((state) => runQuestion(context, state, placed));
    return { ...answer, unsaved: withdrawn?.unsaved ?? answer.unsaved };
  }

  /** Asks for a correction of the last answer, which is sent in any case. */
  async correct(question: UserMessage, onEvent: OnEvent, signal: AbortSignal): Promise<Answer> {
    const context = await this.#contextOf(onEvent, signal, { purpose: "retry" });
    return await this.#advance((state) => runQuestion(context, state, question));
  }

  /**
   * Asks for pictures, and saves them as an answer.
   *
   * @throws AppError where the model cannot be opened; nothing is changed then
   */
  async makePictures(question: UserMessage, wish: ImageWish, onEvent: OnEvent, signal: AbortSignal): Promise<Answer> {
    const [{ imageWire }, { imageSettings }] = await Promise.all([
      import("../images/image-wire.ts"),
      import("../images/image-settings.ts"),
    ]);
    const { provider, model: modelId } = wish.target.to;
    const asked = { connection: await this.#connectionTo(provider), modelId };
    const options = { purpose: "image", other: imageWire(wish), asked } as const;
    const context = await this.#contextOf(onEvent, signal, options);
    const settings = imageSettings(context.settings, wish.fields);
    return await this.#advance((state) => runImages({ ...context, settings }, state, asked, question));
  }

  /** @param gate as for `ask` */
  async continueAnswer(onEvent: OnEvent, signal: AbortSignal, gate: Layer | null = null): Promise<Answer> {
    const last = this.canContinue ? this.conversation.last : null;
    if (last === null) throw new AppError("not_possible", { message: this.#console.words.session.nothingToContinue });
    const context = await this.#contextOf(onEvent, signal, { gate });
    return await this.#advance((state) => runContinuation(context, state, last.ids.at(-1) ?? null));
  }

  async editAnswer(kept: string, onEvent: OnEvent, signal: AbortSignal): Promise<Answer> {
    const { last } = this.conversation;
    if (last === null) throw new AppError("not_possible", { message: this.#console.words.session.nothingSaid });
    const context = await this.#contextOf(onEvent, signal);
    const { conversation } = this.#state;
    const { state, unsaved } = await withdrawLast({ ...this.#state, failed: null }, signal);
    this.#state = state;
    const answer = await this.#advance((now) => runEditedAnswer(context, { ...now, conversation }, last, kept));
    return { ...answer, unsaved: unsaved ?? answer.unsaved };
  }

  prepare(): void {
    const { transport, baseUrl } = this.#state.connection;
    void warmUp(transport, new URL(baseUrl)).catch(() => {});
    void this.#askForTitle();
    void startServers(this.#engine);
    if (this.rehearse !== null) void this.#rehearse();
  }

  /** Gives up what nobody waits for: a request for a title would keep the program running. */
  close(): void {
    this.#closing.abort();
    this.#rehearsal?.abort();
  }

  async useModel(provider: string, model: string | null): Promise<void> {
    const connection = await this.#connectionTo(provider);
    this.#change({ connection, modelId: model ?? (await modelInUse(this.#engine, connection)) });
    this.#warnOfRetired();
  }

  async #connectionTo(provider: string): Promise<Connection> {
    return provider === this.provider ? this.#state.connection : await this.#engine.connect(provider);
  }

  useSystem(system: string | null, examples: Preface["examples"] = []): void {
    const ownPreface = { system, examples };
    this.#change({ ownPreface, conversation: this.conversation.withPreface(ownPreface), counted: null });
  }

  /** Lets go of a parameter that the resumed conversation was asked with. */
  forget(name: keyof Settings): void {
    const inherited = Object.fromEntries(Object.entries(this.#state.inherited).filter(([key]) => key !== name));
    this.#change({ inherited });
  }

  async toggleGood(signal: AbortSignal): Promise<{ readonly good: boolean; readonly unsaved: AppError | null } | null> {
    if (this.#state.writer === null) {
      throw new AppError("not_possible", { message: this.#console.words.session.nothingSaved });
    }
    const edit = await toggleLastGood(this.#state, AbortSignal.any([signal, this.#engine.stop]));
    if (edit === null) return null;
    this.#state = edit.state;
    return { good: edit.good, unsaved: edit.unsaved };
  }

  async undo(): Promise<{ readonly question: UserMessage; readonly unsaved: AppError | null } | null> {
    const question = this.lastQuestion;
    if (question === null) return null;
    const { state, unsaved } = await withdrawLast(this.#state, this.#engine.stop);
    this.#state = state;
    return { question, unsaved };
  }

  /**
   * Writes the whole conversation to another file, which must not exist yet.
   *
   * @throws AppError `not_possible` where there is none; `transcript_unwritable`
   */
  saveTo(path: string): void {
    const { writer } = this.#state;
    if (writer === null || (writer.path === null && writer.failed === null)) {
      throw new AppError("not_possible", { message: this.#console.words.session.nothingSaved });
    }
    writer.saveTo(path);
    this.#change({ size: sizeOf(writer) });
  }

  async compact(signal: AbortSignal): Promise<{ before: number; after: number; unsaved: AppError | null }> {
    const { tokens } = this.context;
    const either = AbortSignal.any([signal, this.#engine.stop]);
    const { requestSummary } = await import("./summary-request.ts");
    const tools = (await this.#toolbox(either))?.definitions ?? [];
    const summary = await requestSummary(this.#engine, this.#accounts, this.#state, this.context, tools, either);
    const { state, unsaved } = await replaceBySummary(this.#state, this.#engine.prompts.summary, summary, either);
    this.#state = state;
    return { before: tokens, after: this.context.tokens, unsaved };
  }

  async dropOldest(): Promise<{ turns: number; unsaved: AppError | null }> {
    const { window, tokens } = this.context;
    const { state, turns, unsaved } = await dropOldest(this.#state, (window ?? tokens) / 2, this.#engine.stop);
    this.#state = state;
    return { turns, unsaved };
  }

  startNew(): void {
    this.#state = newState(this.#engine, this.#state);
  }

  /**
   * Goes on with another conversation from here on.
   *
   * @throws AppError as `open`; nothing is changed then
   */
  async resume(earlier: TranscriptFile): Promise<void> {
    this.#state = await resumedState(this.#engine, earlier, this.#state);
    this.#warnOfRetired();
  }

  /**
   * Goes on in a file that holds the same conversation, or its beginning. Nothing else changes.
   *
   * @param turns how many turns of it the file holds; null for all
   * @throws AppError `transcript_unwritable`; nothing is changed then
   */
  branch(file: TranscriptFile, turns: number | null): void {
    this.#state = forkedState(this.#engine, this.#state, file, turns);
  }

  /**
   * Gives the conversation a title.
   *
   * @returns why the transcript does not say so
   * @throws AppError `transcript_busy` where another program keeps writing to it; nothing is changed then
   */
  async #entitle(title: string, signal: AbortSignal): Promise<AppError | null> {
    const { writer } = this.#state;
    const record = new Recording(writer);
    await record.annotate("title", { title }, signal);
    if (record.failure?.code === "transcript_busy") throw record.failure;
    // Meanwhile another conversation may have been begun.
    if (this.#state.writer === writer) this.#state = lookedAt({ ...this.#state, title });
    return record.failure;
  }

  /** Asks the model of `title_model` for a title, once for each conversation of the session that has none. */
  async #askForTitle(): Promise<void> {
    const { title_model: wanted } = this.#engine.settings;
    const { title, conversation, writer } = this.#state;
    const turn = conversation.asked.length === 1 ? conversation.turns[0] : undefined;
    if (wanted === undefined || title !== null || turn === undefined || this.#entitled.has(writer)) return;
    this.#entitled.add(writer);
    const { requestTitle } = await import("./title-request.ts");
    const signal = AbortSignal.any([this.#engine.stop, this.#closing.signal]);
    const given = await requestTitle(this.#engine, this.#accounts, writer, wanted, turn, signal);
    if (given === null || this.#state.writer !== writer || this.#state.title !== null) return;
    const failure = await this.#entitle(given, signal).catch(asAppError);
    if (failure !== null) this.#engine.log?.write("warn", "title", { code: failure.code });
  }

  async #rehearse(): Promise<void> {
    const { rehearse } = this;
    this.rehearse = null;
    const { signal } = (this.#rehearsal = new AbortController());
    try {
      await rehearse?.(this.#state, signal);
    } catch {
      // Nothing depends on it: the question loads what it needs by itself, and reports what fails.
    } finally {
      this.#rehearsal = null;
    }
  }

  get #asked(): ModelRef {
    return { provider: this.provider, model: this.modelId };
  }

  /** What the next request sends. */
  #requestOf(question: UserMessage | null): ChatRequest {
    const { settings } = this.#engine;
    const { conversation, inherited } = this.#state;
    const messages =
      question === null
        ? conversation.continuation(settings.history)
        : conversation.request([question], settings.history);
    return requestOf(inForce(settings, inherited), this.modelId, messages, this.#engine.schema);
  }

  #change(part: Partial<ChatState>): void {
    this.#state = { ...this.#state, ...part };
  }

  #warnOfRetired(): void {
    const { provider, modelId: model } = this;
    const { terminal, words } = this.#console;
    const successor = provider === "deepseek" ? retiredModels.get(model) : undefined;
    if (successor !== undefined) terminal.warn(words.session.retired({ model, successor }));
  }

  async #contextOf(
    onEvent: OnEvent,
    signal: AbortSignal,
    { refresh = false, purpose = "question", gate = null, other = null, asked = this.#state }: ContextOptions = {},
  ): Promise<TurnContext> {
    this.#rehearsal?.abort();
    if (other === null) await this.prepareDocuments(null, signal);
    const { settings: set } = this.#engine;
    const settings = refresh ? { ...set, refresh_cache: true } : set;
    const { writer } = this.#state;
    const { connection, modelId } = asked;
    const { spending } = this.#accounts;
    const place = new TurnPlace(writer);
    const mayExceed = settings.over_budget || this.#mayExceed;
    this.#mayExceed = false;
    const metering = meteringOf(this.#accounts, purpose, place, mayExceed);
    const to = { provider: connection.name, model: modelId };
    const sent = other === null ? await this.#withDocuments(gate) : gate;
    const model = await this.#engine.openModel(to, connection, metering, sent, other);
    // A correction needs none, and only chat models call them.
    const offered = purpose === "retry" || other !== null ? null : await this.#toolbox(signal);
    const toolbox = offered === null ? null : await this.#metered(offered, place, mayExceed);
    const { schema } = this.#engine;
    const { words } = this.#console;
    return { model, toolbox, settings, schema, purpose, spending, place, words, onEvent, signal };
  }

  /** A gate through which documents go as they were made ready. */
  async #withDocuments(gate: Layer | null): Promise<Layer | null> {
    const desk = this.#desk;
    if (desk === null) return gate;
    const { documentLayer } = await import("../files/document-layer.ts");
    const documents = documentLayer(desk, this.#state.connection);
    return gate === null ? documents : (next) => gate(documents(next));
  }

  /** The tools of all sources; they are looked for when they are first needed. */
  async tools(): Promise<ToolCollection> {
    const { openTools } = await import("../tools/open-tools.ts");
    return (this.#tools ??= openTools(this.#engine, this.#console));
  }

  async #toolbox(signal: AbortSignal): Promise<Toolbox | null> {
    const { connection, modelId } = this.#state;
    const searches = this.#engine.settings.web && !connection.webModels.includes(modelId);
    if (!searches && this.#tools === null && !hasTools(this.#engine)) return null;
    return await (await this.tools()).toolbox(signal, searches ? this.#asked : null);
  }

  async #metered(toolbox: Toolbox, place: TurnPlace, mayExceed: boolean): Promise<MeteredToolbox> {
    const { meteredTools } = await import("../usage/metered-tools.ts");
    const { books, spending } = this.#accounts;
    const onWarnings = (warnings: readonly BudgetState[]) => spending.note(warnings);
    return meteredTools(toolbox, { engine: this.#engine, books, place, mayExceed, onWarnings });
  }

  /** Takes over the state after a turn; where the program itself fails in it, the transcript has still ended it. */
  async #advance(run: (state: ChatState) => ReturnType<typeof runQuestion>): Promise<Answer> {
    try {
      const { answer, state } = await run(this.#state);
      // It may have come while the question was answered.
      this.#state = { ...state, title: this.#state.title ?? state.title };
      return answer;
    } catch (error) {
      this.#state = lookedAt(this.#state);
      throw error;
    }
  }
}
