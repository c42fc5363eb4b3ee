import { setTimeout } from "node:timers/promises";
import type { Layer } from "../../chat/layers.ts";
import type { ChatRequest, Cost, ModelRef } from "../../chat/model.ts";
import { textOf } from "../../chat/message-text.ts";
import { tokensOfWeight, weightOf } from "../../chat/usage.ts";
import { AppError } from "../../errors.ts";
import { money } from "../../terminal/figures.ts";
import { watchKeys } from "../../terminal/key-watch.ts";
import { LiveRow } from "../../terminal/live-row.ts";
import { localTime, timeLeft } from "../../terminal/local-time.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { clipped, displayWidth } from "../../terminal/width.ts";
import { chargeOf } from "../../usage/cost.ts";
import { type OffPeakWait, waitForOffPeak, type WallClock } from "../../usage/off-peak-wait.ts";
import { offPeakFrom, tariffAt } from "../../usage/tariff.ts";
import type { Words } from "../../words/types.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { usageOf } from "../usage/estimate.ts";
import { modelPrice, type PriceSource } from "../usage/model-price.ts";
import { boundedBody, maxOutputOf } from "../usage/request-bound.ts";

/** Of this machine. */
const wallClock: WallClock = {
  now: () => new Date(),
  sleep: async (ms, signal) => await setTimeout(ms, undefined, { signal }).catch(() => undefined),
};

/** Milliseconds between two looks at the clock, where a person sees the seconds and elsewhere. */
const pauses = { seen: 1_000, unseen: 30_000 } as const;

type WaitEngine = Pick<Engine, "file" | "reported" | "settings">;

/**
 * When it will surely be off-peak for a model.
 *
 * @returns null where it is now, or the model's price does not depend on the hour
 */
export function offPeakTime(engine: PriceSource, to: ModelRef, now = wallClock.now()): Date | null {
  const { holidays = [] } = engine.file;
  return !hasTariff(engine, to) || tariffAt(now, holidays) === "off-peak" ? null : offPeakFrom(now, holidays);
}

function hasTariff(engine: PriceSource, to: ModelRef): boolean {
  return (modelPrice(engine, to)?.peakFactor ?? 1) !== 1;
}

/** A question's wait for the off-peak hours. */
export class OffPeakGate {
  readonly #engine: WaitEngine;
  readonly #console: Console;
  readonly #to: ModelRef;
  readonly #clock: WallClock;
  /** Whether somebody ended the waiting, so that nothing was asked. */
  left = false;
  /** Whether there was anything to wait for. */
  waited = false;

  constructor(engine: WaitEngine, console: Console, to: ModelRef, clock = wallClock) {
    [this.#engine, this.#console, this.#to, this.#clock] = [engine, console, to, clock];
  }

  /** Stands before the requests of a question, which is in the transcript by then: whatever ends the waiting, it is kept. */
  readonly layer: Layer = (next) => {
    const wait = async (request: ChatRequest, signal: AbortSignal) => await this.#wait(request, signal);
    return async function* (request, signal) {
      if (await wait(request, signal)) yield* next(request, signal);
      else yield { type: "error", error: new AppError("interrupted", {}) };
    };
  };

  /** @returns whether it is to be asked now */
  async #wait(request: ChatRequest, signal: AbortSignal): Promise<boolean> {
    const { terminal, words } = this.#console;
    if (!hasTariff(this.#engine, this.#to)) {
      terminal.say(words.tariff.none({ model: sanitize(`${this.#to.provider}/${this.#to.model}`) }));
      return true;
    }
    const ending = new AbortController();
    using view = new WaitView(terminal, words.tariff, {
      onEnter: () => ending.abort("now"),
      onLeave: () => ending.abort("leave"),
    });
    const onLook = (wait: OffPeakWait) => {
      this.waited = true;
      const costs = this.#largestCosts(request, wait);
      view.show(wait, costs);
    };
    await waitForOffPeak(this.#clock, {
      holidays: this.#engine.file.holidays ?? [],
      pause: view.isLive ? pauses.seen : pauses.unseen,
      signal: AbortSignal.any([signal, ending.signal]),
      onLook,
    });
    this.left = signal.aborted || ending.signal.reason === "leave";
    return !this.left;
  }

  /** What the request costs at most now and later; null where nobody knows the price or how long an answer may be. */
  #largestCosts(request: ChatRequest, { now, until }: OffPeakWait): WaitCosts {
    const { file, settings } = this.#engine;
    // One more for what stands between two messages.
    const weight = request.messages.reduce((sum, { content }) => sum + weightOf(textOf(content)) + 1, 0);
    const promptTokens = tokensOfWeight(weight);
    const maxOutput = maxOutputOf(this.#engine, this.#to, boundedBody(this.#engine, this.#to, request), promptTokens);
    if (maxOutput === null) return { now: null, later: null };
    const usage = usageOf(promptTokens, 0, maxOutput);
    const price = modelPrice(this.#engine, this.#to);
    const costAt = (at: Date) => chargeOf(usage, price, settings.currency, at, file.holidays ?? []).cost;
    return { now: costAt(now), later: costAt(until) };
  }
}

interface WaitCosts {
  readonly now: Cost | null;
  readonly later: Cost | null;
}

interface WaitKeys {
  readonly onEnter: () => void;
  readonly onLeave: () => void;
}

/** Shows the waiting: a row with a countdown on a terminal, elsewhere one line at its beginning. */
class WaitView implements Disposable {
  readonly #terminal: Terminal;
  readonly #words: Words["tariff"];
  readonly #keys: WaitKeys;
  readonly #row: LiveRow;
  readonly isLive: boolean;
  #keyWatch: Disposable | null = null;
  #unlisten: (() => void) | null = null;
  #shown: readonly [OffPeakWait, WaitCosts] | null = null;

  constructor(terminal: Terminal, words: Words["tariff"], keys: WaitKeys) {
    [this.#terminal, this.#words, this.#keys] = [terminal, words, keys];
    this.#row = new LiveRow(terminal);
    this.isLive = this.#row.isPossible;
  }

  show(wait: OffPeakWait, costs: WaitCosts): void {
    const isFirst = this.#shown === null;
    this.#shown = [wait, costs];
    if (isFirst) this.#begin();
    if (this.isLive) this.#draw();
    else if (isFirst) this.#terminal.say(this.#parts().join(" · "));
  }

  [Symbol.dispose](): void {
    this.#keyWatch?.[Symbol.dispose]();
    this.#unlisten?.();
    this.#row.clear();
  }

  #begin(): void {
    const { interactive, capable } = this.#terminal;
    if (interactive && capable) {
      const onContinue = () => {
        this.#row.forget();
        if (this.isLive) this.#draw();
      };
      this.#keyWatch = watchKeys({ ...this.#keys, onContinue });
    }
    if (this.isLive) this.#unlisten = this.#terminal.onResize(() => this.#draw());
  }

  /** As much as fits in a row: words are shortened first, and the money is left out before the keys. */
  #draw(): void {
    const { columns, ink, interactive } = this.#terminal;
    const { keys, shortKeys, waitingShort } = this.#words;
    const [{ now, until }, costs] = this.#shown!;
    const [waiting = "", ...money] = this.#parts();
    const shortMoney = moneyOf(costs, this.#words.atMostShort);
    const short = waitingShort({ left: timeLeft(until.getTime() - now.getTime()) });
    const forms = interactive
      ? [
          [waiting, ...money, keys],
          [waiting, ...money, shortKeys],
          [short, ...shortMoney, shortKeys],
          [waiting, keys],
          [waiting, shortKeys],
          [short, shortKeys],
          [short],
        ]
      : [[waiting, ...money], [short, ...shortMoney], [waiting], [short]];
    const texts = forms.map((form) => form.join(" · "));
    const text = texts.find((each) => displayWidth(each) < columns) ?? clipped(short, columns - 1);
    this.#row.draw(text, ink.err.muted(text));
  }

  #parts(): string[] {
    const [{ now, until }, costs] = this.#shown!;
    const left = timeLeft(until.getTime() - now.getTime());
    const waiting = this.#words.waiting({ left, until: localTime(until, now, this.#words) });
    return [waiting, ...moneyOf(costs, this.#words.atMost)];
  }
}

/** What a question costs, in words; none where nobody knows. */
function moneyOf({ now, later }: WaitCosts, word: Words["tariff"]["atMost"]): string[] {
  return later === null ? [] : [word({ now: now === null ? null : money(now), later: money(later) })];
}
