import { nearestTo } from "../config/expectation.ts";
import { offeredModels } from "../providers/account.ts";
import { knownModels } from "../providers/model-table.ts";
import type { ChosenModel } from "../repl/host.ts";
import type { Engine } from "./engine.ts";
import { learnFromList } from "./model-facts.ts";

/** Milliseconds that a list of models holds, and one that could not be had: Tab asks for it at each press. */
const freshness = { had: 10 * 60_000, failed: 30_000 };
/** Milliseconds that a list may take where it is only to tell what an id means. */
const resolveTimeout = 5_000;

interface Listed {
  readonly until: number;
  readonly ids: readonly string[] | null;
}

/** The lists of models that providers offer, each asked for once in a while. */
export class ModelLists {
  readonly #engine: Engine;
  readonly #lists = new Map<string, Listed>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * @param afresh asks also where there is a list
   * @throws AppError as for a question
   */
  async list(provider: string, afresh: boolean, signal: AbortSignal = this.#engine.stop): Promise<readonly string[]> {
    const known = this.#lists.get(provider);
    if (!afresh && known !== undefined && known.until > Date.now()) return known.ids ?? [];
    try {
      const connection = await this.#engine.connect(provider);
      const offered = await offeredModels(connection, signal);
      await learnFromList(this.#engine, connection, offered);
      const ids = offered.map(({ id }) => id);
      this.#lists.set(provider, { until: Date.now() + freshness.had, ids });
      return ids;
    } catch (error) {
      this.#lists.set(provider, { until: Date.now() + freshness.failed, ids: known?.ids ?? null });
      throw error;
    }
  }

  /** Whether a provider's own list has exactly this id; false where the list cannot be had soon. */
  async has(provider: string, id: string, signal: AbortSignal): Promise<boolean> {
    const soon = AbortSignal.any([signal, this.#engine.stop, AbortSignal.timeout(resolveTimeout)]);
    const ids = await this.list(provider, false, soon).catch((): readonly string[] => []);
    return ids.includes(id);
  }

  /**
   * What a text typed behind `/model` means. An id that the provider in use has in its own list is that one, even where it
   * begins with another provider's name: gateways name models so.
   *
   * @param inUse the provider in use
   */
  async resolve(inUse: string, text: string, signal: AbortSignal): Promise<ChosenModel> {
    const named = this.#engine.readModel(text);
    // A person's own name for a model comes before all others.
    if (Object.hasOwn(this.#engine.aliases, text.trim()))
      return { ...named, provider: named.provider ?? inUse, nearest: null };
    if (named.provider === null || (await this.has(inUse, text, signal))) {
      return { provider: inUse, model: text, nearest: this.#nearest(inUse, text) };
    }
    const { provider, model } = named;
    return { provider, model, nearest: model === null ? null : this.#nearest(provider, model) };
  }

  /** Without asking anybody: a service may know more models than it lists, so this is only a hint. */
  #nearest(provider: string, id: string): string | null {
    const known = this.#lists.get(provider)?.ids ?? knownModels(provider);
    if (known.includes(id)) return null;
    const [first = "", ...rest] = id.split("/");
    const named = rest.length === 0 ? null : nearestTo(first, this.#engine.providers);
    // Not every maker is a slip of a provider: deepseek-ai is none of deepseek.
    if (named !== null && Math.abs(named.length - first.length) < 2) return [named, ...rest].join("/");
    return nearestTo(id, known);
  }
}
