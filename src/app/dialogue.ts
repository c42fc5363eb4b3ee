import { Conversation } from "../chat/conversation.ts";
import type { ChatEvent, ChatRequest, Cost, Image, Message, Sampling, Thinking } from "../chat/model.ts";
import { runTurn, type TurnResult } from "../chat/turn.ts";
import { estimateTokens } from "../chat/usage.ts";
import { AppError } from "../errors.ts";
import { warmUp } from "../providers/agents.ts";
import { retiredModels } from "../providers/catalogue.ts";
import type { Connection } from "../providers/connection.ts";
import type { Transcript } from "../transcripts/format.ts";
import type { TranscriptWriter } from "../transcripts/write.ts";
import type { App } from "./app.ts";
import { factsOf, learnFacts, modelInUse } from "./model-facts.ts";
import { openModel } from "./models.ts";
import { samplingOf, thinkingOf } from "./parameters.ts";
import { isCut, reasoningOf, rebuild } from "./rebuild.ts";
import { endingOf, Recording } from "./recording.ts";
import { openWriter } from "./saving.ts";
import { countedAfter, Spending } from "./spending.ts";

export interface Answer extends TurnResult {
  /** Null where usage or price is unknown. */
  readonly cost: Cost | null;
  /** Why it was not saved, where it was to be; null when it was. */
  readonly unsaved: AppError | null;
}

export interface Question {
  readonly text: string;
  readonly images?: readonly Image[];
}

type OnEvent = (event: ChatEvent) => void;

/** A question that brought no answer, so that the conversation does not know it. */
interface Failed {
  readonly question: Message;
  /** In the transcript; empty where nothing is saved. */
  readonly ids: readonly string[];
}

/** What was typed to go on with an answer, as the transcript shows it. */
const goOnCommand = "/continue";

/**
 * A conversation with a model, saved as it goes: what `ask` does once, the session again and again. The transcript is told
 * of each event before whoever watches.
 */
export class Dialogue {
  readonly #app: App;
  #connection: Connection;
  #conversation = new Conversation(null);
  /** The newest question, where it brought nothing: `/retry` and `/undo` mean it. */
  #failed: Failed | null = null;
  /** Whether the service did not say that the last answer was finished. */
  #cut = false;
  /** Parameters of the conversation gone on with; what is set now comes before them. */
  #inherited: { sampling: Sampling; thinking: Thinking | null } = { sampling: {}, thinking: null };
  /** The service's count of the conversation as it stands; null since it changed. */
  #counted: number | null = null;
  readonly #spending: Spending;
  modelId = "";
  writer: TranscriptWriter | null = null;

  private constructor(app: App, connection: Connection) {
    this.#app = app;
    this.#spending = new Spending(app);
    this.#connection = connection;
  }

  /**
   * @param earlier a conversation to go on with; its provider, model, system prompt and parameters hold unless something
   *   nearer than the config file names others
   * @throws AppError for settings and credentials
   */
  static async open(app: App, earlier: Transcript | null): Promise<Dialogue> {
    const dialogue = new Dialogue(app, await app.connection(providerFor(app, earlier)));
    await dialogue.#begin(earlier);
    return dialogue;
  }

  get provider(): string {
    return this.#connection.name;
  }

  get conversation(): Conversation {
    return this.#conversation;
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
    return this.#failed === null && this.#cut && this.#conversation.turns.length > 0;
  }

  get spent(): Spending["total"] {
    return this.#spending.total;
  }

  get context(): { tokens: number; estimated: boolean; window: number | null } {
    const { provider, modelId } = this;
    const window = factsOf(this.#app, provider, modelId).context ?? null;
    const text = this.#conversation
      .request([])
      .map(({ content }) => content)
      .join("\n");
    return { tokens: this.#counted ?? estimateTokens(text), estimated: this.#counted === null, window };
  }

  /** Asks the server for the window of its model, where nobody knows it; once. */
  async learnWindow(): Promise<void> {
    await learnFacts(this.#app, this.#connection, this.modelId);
  }

  /** Puts a question and gives the answer, saved; never throws for what a service or the disk does. */
  async ask(question: Question, onEvent: OnEvent, signal: AbortSignal): Promise<Answer> {
    const message: Message = {
      role: "user",
      content: question.text,
      ...(question.images && { images: question.images }),
    };
    const answer = await this.#run([message], question, null, onEvent, signal);
    const ids = this.#newIds();
    this.#conversation.add(message, { role: "assistant", content: answer.text, ...reasoningOf(answer) }, ids);
    this.#failed = answer.text === "" ? { question: message, ids } : null;
    if (this.#failed === null) this.#cut = isCut(answer);
    return answer;
  }

  /**
   * Goes on with the last answer from where it stopped.
   *
   * @throws AppError `usage` when there is nothing to go on with
   */
  async continueAnswer(onEvent: OnEvent, signal: AbortSignal): Promise<Answer> {
    const last = this.canContinue ? this.#conversation.takeLast() : null;
    if (last === null) throw new AppError("usage", { message: this.#app.words.session.nothingToContinue });
    const continues = last.ids.at(-1) ?? null;
    const given: Message = { ...last.answer, prefix: true };
    const run = this.#run([last.question, given], { text: goOnCommand }, continues, onEvent, signal);
    const answer = await run.catch((error: unknown): never => {
      this.#conversation.add(last.question, last.answer, last.ids);
      throw error;
    });
    const ids = answer.text === "" ? last.ids : [...last.ids, ...this.#newIds()];
    this.#conversation.add(last.question, { ...last.answer, content: last.answer.content + answer.text }, ids);
    this.#cut = isCut(answer);
    return answer;
  }

  /** Where the exchange that has just ended is in the transcript. */
  #newIds(): readonly string[] {
    const id = this.writer?.exchangeId ?? null;
    return id === null ? [] : [id];
  }

  /** Opens a connection while the next question is being thought of; when that fails, the question will tell. */
  prepare(): void {
    const { transport, baseUrl } = this.#connection;
    void warmUp(transport, new URL(baseUrl)).catch(() => {});
  }

  /** From the next question on: another model, of this provider or of another. */
  async useModel(provider: string, model: string | null): Promise<void> {
    const connection = provider === this.provider ? this.#connection : await this.#app.connection(provider);
    const id = model ?? (await modelInUse(this.#app, connection));
    this.#connection = connection;
    this.#takeModel(id);
  }

  useSystem(system: string | null): void {
    this.#conversation.system = system;
    this.#counted = null;
  }

  /** Takes the last exchange back, also in the transcript's account of the conversation; gives its question. */
  undo(): string | null {
    const taken = this.#failed ?? this.#conversation.takeLast();
    if (taken === null) return null;
    const record = new Recording(this.writer);
    for (const id of taken.ids) record.try((writer) => writer.note("undo", { id }));
    if (this.#failed === null) this.#cut = false;
    this.#failed = null;
    this.#counted = null;
    return taken.question.content;
  }

  /** Has the model summarise all but the last exchange, and goes on with the summary in their place. */
  async compact(signal: AbortSignal): Promise<{ before: number; after: number }> {
    const before = this.context.tokens;
    const through = this.#conversation.lastId;
    const { summarise, summary: heading } = this.#app.words.context;
    const request = this.#request([{ role: "user", content: summarise }]);
    const model = await openModel(this.#app, this.#connection, this.modelId);
    const result = await runTurn(model, request, [], signal);
    this.#spending.add(result, { provider: this.provider, model: this.modelId });
    if (result.error !== null) throw result.error;
    this.#conversation.summarise(heading, result.text, 0);
    if (through !== null) {
      new Recording(this.writer).try((writer) => writer.note("compact", { summary: result.text, through }));
    }
    this.#failed = null;
    this.#cut = false;
    this.#counted = null;
    return { before, after: this.context.tokens };
  }

  /** Forgets the oldest exchanges until half of the window is free, at least one; gives how many. */
  dropOldest(): number {
    const target = (this.context.window ?? this.context.tokens) / 2;
    let dropped = 0;
    do {
      dropped += this.#conversation.dropOldest(1);
      this.#counted = null;
    } while (this.context.tokens > target && this.#conversation.turns.length > 2);
    return dropped;
  }

  /** A new conversation, and a new transcript with its first question. */
  async startNew(): Promise<void> {
    this.#conversation.clear();
    this.#failed = null;
    this.#cut = false;
    this.#counted = null;
    if (this.#app.settings.save) this.writer = await openWriter(this.#app, null);
  }

  /** Goes on with another conversation from here on. */
  async resume(earlier: Transcript): Promise<void> {
    const provider = earlier.exchanges.at(-1)?.provider ?? this.provider;
    if (provider !== this.provider) this.#connection = await this.#app.connection(provider);
    await this.#begin(earlier);
  }

  async #begin(earlier: Transcript | null): Promise<void> {
    const { system, origins, settings, words } = this.#app;
    const last = earlier?.exchanges.at(-1);
    const rebuilt = earlier === null ? null : rebuild(earlier, words.context.summary);
    this.#conversation = new Conversation(system ?? last?.system ?? null, rebuilt?.turns ?? [], rebuilt?.places);
    this.#failed = null;
    this.#cut = rebuilt?.cut ?? false;
    this.#counted = null;
    this.#inherited = { sampling: last?.sampling ?? {}, thinking: last?.thinking ?? null };
    const nearer = origins.model !== undefined && origins.model.kind !== "file";
    const inherited = !nearer && last?.provider === this.provider ? last.model : null;
    this.#takeModel(inherited ?? settings.model ?? (await modelInUse(this.#app, this.#connection)));
    if (settings.save) this.writer = await openWriter(this.#app, earlier);
  }

  #takeModel(id: string): void {
    const { terminal, words } = this.#app;
    const successor = this.provider === "deepseek" ? retiredModels[id] : undefined;
    if (successor !== undefined) terminal.warn(words.session.retired({ model: id, successor }));
    this.modelId = id;
  }

  #request(messages: readonly Message[]): ChatRequest {
    const { settings } = this.#app;
    return {
      model: this.modelId,
      messages: this.#conversation.request(messages, settings.history),
      sampling: { ...this.#inherited.sampling, ...samplingOf(settings) },
      thinking: thinkingOf(settings) ?? this.#inherited.thinking,
      stream: settings.stream,
    };
  }

  async #run(
    messages: readonly Message[],
    question: Question,
    continues: string | null,
    onEvent: OnEvent,
    signal: AbortSignal,
  ): Promise<Answer> {
    const request = this.#request(messages);
    const record = new Recording(this.writer);
    record.try((writer) =>
      writer.begin({
        at: new Date(),
        question: question.text,
        provider: this.provider,
        model: this.modelId,
        system: this.#conversation.system,
        sampling: request.sampling,
        thinking: request.thinking,
        continues,
        ...(question.images && { images: question.images }),
      }),
    );
    const model = await openModel(this.#app, this.#connection, this.modelId);
    const result = this.#named(await runTurn(model, request, [record.onEvent, onEvent], signal));
    const cost = this.#spending.add(result, { provider: this.provider, model: this.modelId });
    record.try((writer) => writer.end(endingOf(result, cost, this.#app.words)));
    this.#counted = countedAfter(result);
    return { ...result, cost, unsaved: record.failure };
  }

  /** Who answered is told only where it was somebody else than asked. */
  #named(result: TurnResult): TurnResult {
    const { answeredBy } = result;
    const asked = answeredBy?.provider === this.provider && answeredBy.model === this.modelId;
    return asked ? { ...result, answeredBy: null } : result;
  }
}

function providerFor(app: App, earlier: Transcript | null): string {
  const last = earlier?.exchanges.at(-1)?.provider ?? null;
  const chosen = app.origins.provider?.kind;
  return last !== null && (chosen === "built-in" || chosen === "file") ? last : app.settings.provider;
}
