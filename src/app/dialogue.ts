import { Conversation } from "../chat/conversation.ts";
import type { ChatEvent, Cost, Image, Message, Sampling, Thinking } from "../chat/model.ts";
import { runTurn, type TurnResult } from "../chat/turn.ts";
import { costOf } from "../chat/usage.ts";
import { AppError, asAppError } from "../errors.ts";
import { retiredModels } from "../providers/catalogue.ts";
import type { Connection } from "../providers/connection.ts";
import { modelFacts, ratesAt } from "../providers/prices.ts";
import { describe } from "../terminal/terminal.ts";
import type { Transcript } from "../transcripts/format.ts";
import type { TranscriptWriter } from "../transcripts/write.ts";
import type { App } from "./app.ts";
import { openModel } from "./models.ts";
import { openWriter } from "./saving.ts";

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

/**
 * A conversation with a model, saved as it goes: what `ask` does once, the session again and again. The transcript is told
 * of each event before whoever watches.
 */
export class Dialogue {
  readonly #app: App;
  readonly conversation: Conversation;
  #connection: Connection;
  modelId: string;
  writer: TranscriptWriter | null;

  private constructor(app: App, connection: Connection, conversation: Conversation) {
    this.#app = app;
    this.#connection = connection;
    this.modelId = modelIdFor(app, connection);
    this.conversation = conversation;
    this.writer = null;
  }

  /**
   * @param earlier a conversation to go on with; its provider and model hold unless the command line names others
   * @throws AppError for settings and credentials
   */
  static async open(app: App, earlier: Transcript | null): Promise<Dialogue> {
    const connection = await app.connection(providerFor(app, earlier));
    const last = earlier?.exchanges.at(-1);
    const system = app.system ?? last?.system ?? null;
    const turns = earlier === null ? [] : turnsOf(earlier);
    const dialogue = new Dialogue(app, connection, new Conversation(system, turns));
    if (
      earlier !== null &&
      app.settings.model === undefined &&
      last?.provider === connection.name &&
      last.model !== null
    ) {
      dialogue.modelId = last.model;
    }
    if (app.settings.save) dialogue.writer = await openWriter(app, earlier);
    return dialogue;
  }

  get provider(): string {
    return this.#connection.name;
  }

  /** Path of the transcript; null while there is none. */
  get path(): string | null {
    return this.writer?.path ?? null;
  }

  get id(): string | null {
    return this.writer?.id ?? null;
  }

  /** Puts a question and gives the answer, saved; never throws for what a service or the disk does. */
  async ask(question: Question, onEvent: (event: ChatEvent) => void, signal: AbortSignal): Promise<Answer> {
    const { settings } = this.#app;
    const message: Message = {
      role: "user",
      content: question.text,
      ...(question.images && { images: question.images }),
    };
    const request = {
      model: this.modelId,
      messages: this.conversation.request(message, settings.history),
      sampling: samplingOf(settings),
      thinking: thinkingOf(settings),
      stream: settings.stream,
    };
    const record = new Recording(this.writer);
    record.try((writer) =>
      writer.begin({
        at: new Date(),
        question: question.text,
        provider: this.provider,
        model: this.modelId,
        system: this.conversation.system,
        sampling: request.sampling,
        thinking: request.thinking,
        ...(question.images && { images: question.images }),
      }),
    );
    const model = await openModel(this.#app, this.#connection, this.modelId);
    const result = await runTurn(model, request, [record.onEvent, onEvent], signal);
    const cost = this.#cost(result);
    record.try((writer) => writer.end({ ...this.#ending(result), cost }));
    this.conversation.add(message, { role: "assistant", content: result.text, reasoning: result.reasoning });
    return { ...result, cost, unsaved: record.failure };
  }

  /** From the next question on: another model, of this provider or of the one before the slash. */
  async useModel(provider: string, model: string | null): Promise<void> {
    const connection = provider === this.provider ? this.#connection : await this.#app.connection(provider);
    const id = model ?? connection.model;
    if (id === null) throw new AppError("no_model", { provider });
    this.#connection = connection;
    this.modelId = id;
  }

  /** A new conversation, and a new transcript with its first question. */
  async startNew(): Promise<void> {
    this.conversation.clear();
    if (this.#app.settings.save) this.writer = await openWriter(this.#app, null);
  }

  #ending(result: TurnResult) {
    const { error } = result;
    const notice = error === null ? null : describe(error, this.#app.words.errors);
    return {
      at: result.endedAt,
      status: result.status,
      finishReason: result.finishReason,
      usage: result.usage,
      error: error === null ? null : { code: error.code, message: notice ?? error.code },
      notice,
    };
  }

  /** Null for an answer of several pieces: a piece that broke off was billed, and its count never came. */
  #cost({ usage, startedAt, seams, answeredBy }: TurnResult): Cost | null {
    const { settings, file } = this.#app;
    if (seams.length > 0) return null;
    const { provider, model } = answeredBy ?? { provider: this.provider, model: this.modelId };
    const facts = modelFacts(provider, model, file.models ?? {});
    return costOf(usage, ratesAt(facts, settings.currency, startedAt, file.holidays ?? []), settings.currency);
  }
}

/** Tells the transcript; a failure to write is kept, and the conversation goes on. */
class Recording {
  readonly #writer: TranscriptWriter | null;
  failure: AppError | null = null;

  constructor(writer: TranscriptWriter | null) {
    this.#writer = writer;
  }

  readonly onEvent = (event: ChatEvent): void => {
    if (event.type === "text") this.try((writer) => writer.text(event.text, new Date()));
    else if (event.type === "reasoning") this.try((writer) => writer.reasoning(event.text, new Date()));
  };

  try(write: (writer: TranscriptWriter) => void): void {
    if (this.#writer === null) return;
    try {
      write(this.#writer);
    } catch (error) {
      this.failure ??= asAppError(error);
    }
  }
}

function providerFor(app: App, earlier: Transcript | null): string {
  const last = earlier?.exchanges.at(-1)?.provider ?? null;
  const chosen = app.origins.provider?.kind;
  return last !== null && (chosen === "built-in" || chosen === "file") ? last : app.settings.provider;
}

/** @throws AppError `no_model` */
function modelIdFor(app: App, connection: Connection): string {
  const id = app.settings.model ?? connection.model;
  if (id === null) throw new AppError("no_model", { provider: connection.name });
  const successor = retiredModels[id];
  if (successor !== undefined && connection.name === "deepseek") {
    app.terminal.warn(app.words.session.retired({ model: id, successor }));
  }
  return id;
}

/** The messages of a transcript, as they were. A question that brought no answer is no part of the conversation. */
function turnsOf(transcript: Transcript): Message[] {
  return transcript.exchanges.flatMap(({ question, answer, reasoning, images }): Message[] =>
    answer === ""
      ? []
      : [
          { role: "user", content: question, ...(images.length > 0 && { images }) },
          { role: "assistant", content: answer, ...(reasoning !== "" && { reasoning }) },
        ],
  );
}

function samplingOf(settings: App["settings"]): Sampling {
  const { temperature, top_p: topP, top_k: topK, max_tokens: maxTokens, stop } = settings;
  const { frequency_penalty: frequencyPenalty, presence_penalty: presencePenalty } = settings;
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(frequencyPenalty !== undefined && { frequencyPenalty }),
    ...(presencePenalty !== undefined && { presencePenalty }),
    ...(stop !== undefined && { stop }),
  };
}

/** An effort alone switches thinking on; null where nobody said anything. */
function thinkingOf({ thinking, effort }: App["settings"]): Thinking | null {
  if (thinking === undefined && effort === undefined) return null;
  return { enabled: thinking ?? true, effort: effort ?? null };
}
