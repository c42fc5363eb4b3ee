/** How far a run was at a moment. */
interface RateSample {
  /** Milliseconds of the run, without its pauses. */
  readonly at: number;
  readonly items: number;
  readonly tokens: number;
}

/** Milliseconds between samples of the last minute, and between older ones. */
const [often, seldom] = [1000, 60_000];
/** Older samples are dropped. */
const oldest = 3_600_000;
/** A rate is of at least so many milliseconds and so many items, where the run has them: few long answers make a rate of seconds jump. */
const [leastMs, leastItems] = [30_000, 20];

/** The pace of a run over the last half minute, or over more where answers take long. It keeps at most 120 samples. */
export class RunRate {
  #samples: RateSample[] = [{ at: 0, items: 0, tokens: 0 }];

  /** @param now how far the run is */
  add(now: RateSample): void {
    if (now.at - this.#samples.at(-1)!.at < often) return;
    this.#samples.push(now);
    if (this.#samples.length > 120) this.#thin(now.at);
  }

  /** Per second, up to `now`; null where nothing is finished. */
  of(now: RateSample): { readonly items: number; readonly tokens: number } | null {
    const enough = ({ at, items }: RateSample) => now.at - at >= leastMs && now.items - items >= leastItems;
    const from = this.#samples.findLast(enough) ?? this.#samples[0]!;
    const seconds = (now.at - from.at) / 1000;
    if (now.items === from.items || seconds <= 0) return null;
    return { items: (now.items - from.items) / seconds, tokens: (now.tokens - from.tokens) / seconds };
  }

  #thin(now: number): void {
    const kept: RateSample[] = [];
    for (const sample of this.#samples) {
      const age = now - sample.at;
      const isNext = age < 60_000 || sample.at - (kept.at(-1)?.at ?? -Infinity) >= seldom;
      if (age <= oldest && isNext) kept.push(sample);
    }
    this.#samples = kept;
  }
}
