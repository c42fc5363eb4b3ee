import type { SecretList } from "../connection.ts";

/** Texts made of secrets that are known at a time: the last ones, as older ones have ended. */
const maxRecent = 64;

/** A provider's secrets, and the tokens and signatures last made of them. */
export class LiveSecrets implements SecretList {
  readonly #given: readonly string[];
  #recent: readonly string[] = [];
  values: readonly string[];

  constructor(given: readonly string[]) {
    this.#given = given.flatMap((secret) => [secret, ...linesOfPem(secret)]);
    this.values = this.#given;
  }

  /** @param text a token, a signature or a header's value */
  add(text: string): void {
    if (text.length < 8 || this.values.includes(text)) return;
    this.#recent = [...this.#recent.slice(1 - maxRecent), text];
    this.values = [...this.#given, ...this.#recent];
  }
}

/** A private key of several lines may be quoted line by line. */
function linesOfPem(secret: string): string[] {
  return secret.startsWith("-----BEGIN") ? secret.split("\n").filter((line) => /^[\w+/=]{16,}$/u.test(line)) : [];
}
