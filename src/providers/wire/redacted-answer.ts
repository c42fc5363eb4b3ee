import { escapedForRegExp, mark } from "./redact.ts";

/** Characters of a secret that may be seen: a text that is not one is held back only where it begins like this. */
const harmless = 5;
/** Characters of the beginning of a secret that are too many, where a text ends in the midst of it. */
const telling = 12;

/**
 * Takes secrets out of an answer: out of its text and its thinking, whatever comes between the pieces of either, and where one
 * begins in the one and ends in the other.
 */
export class RedactedAnswer {
  readonly #find: () => readonly string[];
  readonly #before: string;
  #made: Readonly<Record<"reasoning" | "text", RedactedStream>> | null = null;
  #last: "reasoning" | "text" = "text";

  /**
   * @param find the secrets, the longest first; asked when the answer begins, as the request may be signed by a new token
   * @param before the text that the answer continues; empty for none
   */
  constructor(find: () => readonly string[], before: string) {
    this.#find = find;
    this.#before = before;
  }

  get #streams(): Readonly<Record<"reasoning" | "text", RedactedStream>> {
    return (this.#made ??= this.#begin());
  }

  #begin(): Readonly<Record<"reasoning" | "text", RedactedStream>> {
    const secrets = this.#find();
    const streams = { reasoning: new RedactedStream(secrets), text: new RedactedStream(secrets) };
    const longest = secrets[0]?.length ?? 0;
    if (longest > 0) streams.text.follow(this.#before.slice(1 - longest));
    return streams;
  }

  push(kind: "reasoning" | "text", piece: string): string {
    const stream = this.#streams[kind];
    const other = this.#streams[kind === "text" ? "reasoning" : "text"];
    if (kind !== this.#last) stream.follow(other.tail);
    this.#last = kind;
    const clean = stream.push(piece);
    // The beginning of it is still held there.
    if (stream.crossed) other.drop();
    return clean;
  }

  /** A stream beside the two, which no secret crosses into. */
  another(): RedactedStream {
    return new RedactedStream(this.#find());
  }

  end(kind: "reasoning" | "text"): string {
    return this.#streams[kind].end();
  }
}

/** Takes secrets out of a text that comes in pieces; what only begins like one is held until that is clear. */
export class RedactedStream {
  readonly #secrets: readonly string[];
  readonly #pattern: RegExp;
  /** The end of what was given: a secret may begin in it. */
  #given = "";
  #held = "";
  /** What stands before the next piece elsewhere, such as in another field. */
  #elsewhere = "";
  /** Whether the last piece ended a secret that began elsewhere. */
  crossed = false;

  /** @param secrets the longest first */
  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
    this.#pattern = new RegExp(secrets.map(escapedForRegExp).join("|"), "g");
  }

  /** The end of what came, given or not. */
  get tail(): string {
    return this.#given + this.#held;
  }

  /** @param tail of what came elsewhere just before the next piece */
  follow(tail: string): void {
    if (this.#held === "") this.#elsewhere = tail;
  }

  /** Forgets what is held. */
  drop(): void {
    this.#held = "";
  }

  push(piece: string): string {
    if (this.#secrets.length === 0) return piece;
    this.crossed = false;
    if (this.#elsewhere === "") return this.#push(piece);
    const text = this.#held + piece;
    const state = continued(this.#elsewhere, text, this.#secrets);
    if (state === "open") {
      this.#held = text;
      return "";
    }
    this.#elsewhere = "";
    if (state === 0) return this.#push(piece);
    this.crossed = true;
    this.#held = "";
    this.#given = "";
    return mark + this.#push(text.slice(state));
  }

  end(): string {
    this.#elsewhere = "";
    if (this.#held.length > telling - harmless) this.#held = mark;
    const text = this.#given + this.#held;
    return this.#give(text, text.length);
  }

  #push(piece: string): string {
    const text = this.#given + this.#held + piece;
    const held = Math.max(...this.#secrets.map((secret) => beginning(text, secret)));
    return this.#give(text, text.length - Math.min(held, text.length - this.#given.length));
  }

  /** @param end of what may be given now */
  #give(text: string, end: number): string {
    let from = this.#given.length;
    let clean = "";
    for (const { index, 0: secret } of this.#secrets.length === 0 ? [] : text.slice(0, end).matchAll(this.#pattern)) {
      clean += text.slice(from, Math.max(from, index)) + mark;
      from = index + secret.length;
      this.#given = "";
    }
    const rest = text.slice(from, Math.max(from, end));
    this.#held = text.slice(end);
    this.#given = (this.#given + rest).slice(-harmless);
    return clean + rest;
  }
}

/** Characters of a text that end a secret begun elsewhere; `open` where it still may, 0 where it does not. */
function continued(before: string, text: string, secrets: readonly string[]): number | "open" {
  let isOpen = false;
  for (const secret of secrets) {
    for (let length = Math.min(before.length, secret.length - 1); length > 0; length--) {
      if (!before.endsWith(secret.slice(0, length))) continue;
      const rest = secret.slice(length);
      if (text.startsWith(rest)) return rest.length;
      isOpen ||= rest.startsWith(text);
    }
  }
  return isOpen ? "open" : 0;
}

/** How much of the end of a text is the beginning of a secret, beyond what may be seen of it; 0 where that is nothing. */
function beginning(text: string, secret: string): number {
  for (let length = Math.min(secret.length - 1, text.length); length > harmless; length--) {
    if (text.endsWith(secret.slice(0, length))) return length - harmless;
  }
  return 0;
}
