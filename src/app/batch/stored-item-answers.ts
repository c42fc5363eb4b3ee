import type { BatchItem } from "../../batch/item.ts";
import type { ItemResult } from "../../batch/result.ts";
import type { ChatEvent } from "../../chat/events.ts";
import { layered, type Layer } from "../../chat/layers.ts";
import type { ChatRequest, ModelRef } from "../../chat/model.ts";
import { runTurn } from "../../chat/turn.ts";
import { AppError } from "../../errors.ts";
import type { Engine } from "../engine.ts";
import { cacheLayers } from "../answer-cache.ts";
import { HeardAnswer, joined, type ResultReading } from "./provider-results.ts";

/** Answers that the store has of items, which need not be asked. */
export class StoredItemAnswers {
  readonly #engine: Engine;
  readonly #reading: ResultReading;
  readonly #layers = new Map<string, Promise<readonly Layer[]>>();

  constructor(engine: Engine, reading: ResultReading) {
    [this.#engine, this.#reading] = [engine, reading];
  }

  /** @returns null where there is none, none that fits its schema, or the settings want no stored ones */
  async find({ index, id }: BatchItem, request: ChatRequest, to: ModelRef): Promise<ItemResult | null> {
    const layers = await this.#layersOf(to.model);
    if (layers.length === 0 || request.refresh === true) return null;
    const startedAt = Date.now();
    const heard = new HeardAnswer();
    const turn = await runTurn(layered(layers, notAsked), request, [heard.onEvent], this.#engine.stop, to);
    if (!turn.cached) return null;
    const cost = { currency: this.#engine.settings.currency, amount: 0 };
    const result = joined(this.#reading, { item: { index, id }, to, startedAt, cost }, turn, heard);
    return result.error === null ? result : null;
  }

  async #layersOf(model: string): Promise<readonly Layer[]> {
    const known = this.#layers.get(model) ?? cacheLayers(this.#engine, this.#reading.connection, model);
    this.#layers.set(model, known);
    return await known;
  }
}

/** In the place of the model: what the store has not is left to the batch. */
async function* notAsked(): AsyncGenerator<ChatEvent> {
  yield { type: "error", error: new AppError("interrupted", {}) };
}
