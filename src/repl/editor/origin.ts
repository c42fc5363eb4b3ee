/**
 * A text with where each part of it came from. Only what was typed, or completed at the person's wish, may name a file to be
 * sent; what was pasted, recalled from another session or written by another program is text and nothing else.
 */
export interface Stretch {
  readonly text: string;
  /** As long as the text: `t` for each UTF-16 unit that was typed, `-` for the others. */
  readonly typed: string;
}

/** A text that was typed. */
export function keyed(text: string): Stretch {
  return { text, typed: "t".repeat(text.length) };
}

/** A text that was not typed here. */
export function foreign(text: string): Stretch {
  return { text, typed: "-".repeat(text.length) };
}

export function slice({ text, typed }: Stretch, from: number, to: number): Stretch {
  return { text: text.slice(from, to), typed: typed.slice(from, to) };
}

export function joined(...parts: readonly Stretch[]): Stretch {
  return { text: parts.map(({ text }) => text).join(""), typed: parts.map(({ typed }) => typed).join("") };
}

/** A text in the place of another one of which it is a form; typed where all of that was. */
export function reworded({ typed }: Stretch, text: string): Stretch {
  return typed.includes("-") ? foreign(text) : keyed(text);
}

const maxKnown = 1000;

/** What of the lines of this session was typed, for those that are recalled from the history. */
export class Origins {
  readonly #known = new Map<string, string>();

  remember({ text, typed }: Stretch): void {
    this.#known.delete(text);
    this.#known.set(text, typed);
    const [oldest] = this.#known.keys();
    if (this.#known.size > maxKnown && oldest !== undefined) this.#known.delete(oldest);
  }

  /** Whether a line was written in this session. */
  knows(text: string): boolean {
    return this.#known.has(text);
  }

  /** A line as it was written in this session; one of another session was not typed here. */
  of(text: string): Stretch {
    const typed = this.#known.get(text);
    return typed === undefined ? foreign(text) : { text, typed };
  }
}
