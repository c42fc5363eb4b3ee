/**
 * What the bundle uses in place of globals of Node that load the whole of undici, or of web streams, when first touched.
 * The `openai` package builds its headers with the first; of the others it only asks whether something is an instance.
 */

/** The web's `Headers` as far as they are used here: names in any case, values of one name joined. */
export class Headers {
  readonly #values = new Map<string, string>();

  constructor(init: Iterable<[string, unknown]> | Readonly<Record<string, unknown>> = {}) {
    const entries = Symbol.iterator in init ? init : Object.entries(init);
    for (const [name, value] of entries) this.append(name, value);
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  set(name: string, value: unknown): void {
    this.#values.set(name.toLowerCase(), String(value).trim());
  }

  append(name: string, value: unknown): void {
    const before = this.get(name);
    this.set(name, before === null ? value : `${before}, ${String(value)}`);
  }

  delete(name: string): void {
    this.#values.delete(name.toLowerCase());
  }

  forEach(callback: (value: string, name: string, headers: Headers) => void): void {
    for (const [name, value] of this.#values) callback(value, name, this);
  }

  keys(): MapIterator<string> {
    return this.#values.keys();
  }

  values(): MapIterator<string> {
    return this.#values.values();
  }

  entries(): MapIterator<[string, string]> {
    return this.#values.entries();
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.entries();
  }
}

class NotBundled {
  readonly url = "";
}

export { NotBundled as FormData, NotBundled as Response, NotBundled as Blob };
