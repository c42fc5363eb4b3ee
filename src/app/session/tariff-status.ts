import type { PromptStatus } from "../../repl/editor-lines.ts";
import { localTime } from "../../terminal/local-time.ts";
import { nextTariff, tariffAt } from "../../usage/tariff.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { modelPrice } from "../usage/model-price.ts";

/** Milliseconds until the clock is looked at again: it may be set, and timers stand still while the machine sleeps. */
const longest = 30_000;

/** The tariff and when it changes, below the prompt of a model whose price depends on the hour. */
export class TariffStatus implements PromptStatus {
  readonly #engine: Pick<Engine, "file" | "settings">;
  readonly #console: Console;
  readonly #model: () => { readonly provider: string; readonly model: string };
  readonly #now: () => Date;
  #timer: NodeJS.Timeout | undefined;
  onChange: (() => void) | null = null;

  /**
   * @param model the one in use
   * @param now default: the clock of this machine
   */
  constructor(
    engine: Pick<Engine, "file" | "settings">,
    console: Console,
    model: () => { readonly provider: string; readonly model: string },
    now = () => new Date(),
  ) {
    [this.#engine, this.#console, this.#model, this.#now] = [engine, console, model, now];
  }

  readonly text = (): string | null => {
    if (!this.#isWanted()) return null;
    const { tariff: words } = this.#console.words;
    const holidays = this.#engine.file.holidays ?? [];
    const now = this.#now();
    const { at } = nextTariff(now, holidays);
    // Only while it is shown.
    this.#timer ??= setTimeout(this.#look, Math.min(longest, at.getTime() - now.getTime() + 1)).unref();
    return words.status[tariffAt(now, holidays)]({ until: localTime(at, now, words) });
  };

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #isWanted(): boolean {
    const { show_tariff: when } = this.#engine.settings;
    if (when === "never" || this.#console.terminal.verbosity === "quiet") return false;
    const model = this.#model();
    if (when === "auto" && model.provider !== "deepseek") return false;
    const price = modelPrice(this.#engine, model);
    return price !== null && price.peakFactor !== 1;
  }

  readonly #look = (): void => {
    this.#timer = undefined;
    this.onChange?.();
  };
}
