import type { BatchItem } from "../../batch/item.ts";
import { assistantMessage, userMessage, wordsOf } from "../../chat/message-text.ts";
import type { Message } from "../../chat/messages.ts";
import type { ChatRequest, ModelRef } from "../../chat/model.ts";
import type { Sampling } from "../../chat/sampling.ts";
import type { Engine } from "../engine.ts";
import { requestOf } from "../conversation/settings-request.ts";
import { modelInUse } from "../model-facts.ts";

/** What becomes of the items of a run before they are sent: which model each is put to, and the request that it is. */
export class ItemRequests {
  readonly #engine: Engine;
  /** By what items call them; null for the one in the settings. */
  readonly #models = new Map<string | null, Promise<ModelRef>>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * The model that an item is put to.
   *
   * @throws AppError as `Engine.resolve`
   */
  async modelOf({ model }: Pick<BatchItem, "model">): Promise<ModelRef> {
    const known = this.#models.get(model) ?? this.#resolve(model);
    this.#models.set(model, known);
    return await known;
  }

  /** @throws AppError `missing_variable` and what else is wrong with the role in use */
  requestOf(item: BatchItem, { model }: ModelRef): ChatRequest {
    const { settings, schema } = this.#engine;
    const base = requestOf(settings, model, this.#messagesOf(item), schema);
    return {
      ...base,
      sampling: joined(base.sampling, item.sampling),
      thinking: item.thinking ?? base.thinking,
      ...(item.tools.length > 0 && { tools: item.tools }),
      ...(item.toolChoice !== null && { toolChoice: item.toolChoice }),
    };
  }

  async #resolve(name: string | null): Promise<ModelRef> {
    const engine = this.#engine;
    if (name !== null) return await engine.resolve(name);
    const { provider, model } = engine.settings;
    return { provider, model: model ?? (await modelInUse(engine, await engine.connect(provider))) };
  }

  /** An item that has no system prompt gets the settings', and a question alone is worded by the role in use. */
  #messagesOf({ messages }: BatchItem): readonly Message[] {
    if (messages.some(({ role }) => role === "system")) return messages;
    const { system, examples } = this.#engine.preface;
    const before: Message[] = [
      ...(system === null ? [] : [{ role: "system" as const, content: system }]),
      ...examples.flatMap(({ user, assistant }) => [userMessage(user), assistantMessage(assistant)]),
    ];
    return [...before, ...(messages.length === 1 ? messages.map((message) => this.#worded(message)) : messages)];
  }

  #worded(message: Message): Message {
    if (message.role !== "user" || this.#engine.role === null) return message;
    const words = this.#engine.questionOf({ words: wordsOf(message.content), piped: "" });
    const attached = message.content.filter(({ type }) => type !== "text");
    return { ...message, content: [...userMessage(words).content, ...attached] };
  }
}

/** What the item says comes first; fields of the body are added up. */
function joined(settings: Sampling, item: Sampling): Sampling {
  const body = { ...settings.body, ...item.body };
  return { ...settings, ...item, ...(Object.keys(body).length > 0 && { body }) };
}
