/** What stands for values beyond those that a label may have. */
const other = "other";
/** Characters of a value. */
const maxLength = 100;

/**
 * Keeps the values of a label few, whatever comes from an input: each series takes memory here and in Prometheus. The first ones keep
 * their names, all others share one.
 */
export class LabelBound {
  readonly #known = new Set<string>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** @returns the value as a label, without controls and not too long; `other` where there are too many */
  of(value: string): string {
    const label = value.replaceAll(/[\p{Cc}\p{Cs}]/gu, "?").slice(0, maxLength);
    if (this.#known.has(label)) return label;
    if (this.#known.size >= this.#max) return other;
    this.#known.add(label);
    return label;
  }
}
