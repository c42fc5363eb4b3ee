import { AppError, type AppErrorOptions, type ErrorDetails } from "../errors.ts";
import type { Connection } from "./connection.ts";

/** What stands in for a secret. */
const mark = "[key]";
/** Shorter values would be found everywhere. */
const shortest = 8;
/** Characters of a secret that may be seen: a text that is not one is held back only where it begins like this. */
const harmless = 5;
/** Characters of the beginning of a secret that are too many, where a text ends in the midst of it. */
const telling = 12;

/** What a provider was sent and must not come back from it: the key, and headers of the config file, which may be keys too. */
export function secretsOf({ key, headers }: Pick<Connection, "key" | "headers">): string[] {
  const values = Object.values(headers).flatMap((value) => value.split(" ").concat(value));
  const long = values.filter((value) => value.length >= shortest);
  // A key is one whatever its length; the longest first, as one may hold another.
  const all = key !== null && key.length >= 4 ? [key, ...long] : long;
  return [...new Set(all)].sort((one, other) => other.length - one.length);
}

/** Some gateways quote the key they were given. */
export function redact(text: string, connection: Pick<Connection, "key" | "headers">): string {
  return secretsOf(connection).reduce((clean, secret) => clean.replaceAll(secret, mark), text);
}

/** An error with no secret in it: in its facts, its trace, and what caused it. */
export function redactedError(error: AppError, connection: Pick<Connection, "key" | "headers">): AppError {
  const clean = (text: string) => redact(text, connection);
  const details = Object.entries(error.details).map(([name, value]) => [
    name,
    typeof value === "string" ? clean(value) : value,
  ]);
  const options: AppErrorOptions = {
    retryAfter: error.retryAfter,
    traceId: error.traceId === null ? null : clean(error.traceId),
    ...(error.cause !== undefined && { cause: redactedCause(error.cause, clean) }),
  };
  const redacted = new AppError(error.code, Object.fromEntries(details) as ErrorDetails[typeof error.code], options);
  if (error.stack !== undefined) redacted.stack = clean(error.stack);
  return redacted;
}

/** Of a cause only what a person reads is kept: its stack. */
function redactedCause(cause: unknown, clean: (text: string) => string): Error {
  if (!(cause instanceof Error)) return new Error(clean(String(cause)));
  const { message, stack, cause: deeper } = cause;
  const copy = new Error(clean(message), deeper === undefined ? {} : { cause: redactedCause(deeper, clean) });
  copy.stack = clean(stack ?? message);
  return copy;
}

/** Takes secrets out of a text that comes in pieces; what only begins like one is held until that is clear. */
export class RedactedStream {
  readonly #secrets: readonly string[];
  readonly #pattern: RegExp;
  /** The end of what was given: a secret may begin in it. */
  #given = "";
  #held = "";

  /** @param secrets the longest first */
  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
    this.#pattern = new RegExp(secrets.map((secret) => secret.replace(/[^\w]/gu, String.raw`\$&`)).join("|"), "g");
  }

  push(piece: string): string {
    if (this.#secrets.length === 0) return piece;
    const text = this.#given + this.#held + piece;
    const held = Math.max(...this.#secrets.map((secret) => beginning(text, secret)));
    return this.#give(text, text.length - held);
  }

  end(): string {
    if (this.#held.length > telling - harmless) this.#held = mark;
    const text = this.#given + this.#held;
    return this.#give(text, text.length);
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

/** How much of the end of a text is the beginning of a secret, beyond what may be seen of it; 0 where that is nothing. */
function beginning(text: string, secret: string): number {
  for (let length = Math.min(secret.length - 1, text.length); length > harmless; length--) {
    if (text.endsWith(secret.slice(0, length))) return length - harmless;
  }
  return 0;
}
