/**
 * What the bundle uses in place of globals of Node that load the whole of undici, or of web streams, when first touched. The
 * `openai` package builds its headers with the first, and asks of every body whether it is one of the others.
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

/**
 * Stands for a class of the platform, and is it from the first time that one is made or looked at closely. What such a class has
 * made bears its name (`Symbol.toStringTag`), and nothing else of what the `openai` package asks about does: plain objects and
 * text, which are the body of every question, load nothing.
 */
function lazily<Name extends "FormData" | "Response" | "Blob" | "ReadableStream">(
  name: Name,
): (typeof globalThis)[Name] {
  const real = () => Reflect.get(globalThis, name) as object & (new (...given: unknown[]) => object);
  const isOne = (value: unknown) =>
    typeof value === "object" && value !== null && Symbol.toStringTag in value && value instanceof real();
  return new Proxy(function standIn() {}, {
    construct: (_, given) => Reflect.construct(real(), given),
    get: (standIn, key) => {
      if (key === Symbol.hasInstance) return isOne;
      // The package's exchange of identities, which nobody uses here, takes it when it is loaded.
      if (key === "prototype") return standIn.prototype as unknown;
      return Reflect.get(real(), key) as unknown;
    },
  }) as unknown as (typeof globalThis)[Name];
}

const [FormData, Response, Blob, ReadableStream] = [
  lazily("FormData"),
  lazily("Response"),
  lazily("Blob"),
  lazily("ReadableStream"),
];

export { Blob, FormData, ReadableStream, Response };
