import { createHash, createHmac, randomUUID } from "node:crypto";
import { AppError } from "../../errors.ts";
import { headerRule, namesNeeded, type SignatureRules } from "../../signature-rules.ts";
import {
  type FilterName,
  headerPrefix,
  parseSignatureTemplate,
  type RequestVariable,
} from "../../signature-template.ts";
import type { FinalRequest } from "../connection.ts";
import { isRecord } from "../wire/json.ts";

/** What stands in the place of a name: bytes, since bodies are; digests are written in hexadecimal where nothing else is said. */
interface Value {
  readonly bytes: Buffer;
  readonly isDigest: boolean;
}

/** What the values of a request's templates are made of. */
export interface ValueSources {
  readonly provider: string;
  readonly rules: SignatureRules;
  readonly request: FinalRequest;
  /** Of the request; empty where no template needs it. */
  readonly body: Buffer;
  /** Secrets and a token, by their names in templates. */
  readonly given: Readonly<Record<string, string>>;
  /** Milliseconds since 1970 by the service's clock. */
  readonly now: number;
}

/** The values that templates name, for one attempt at a request. Each is made when it is first needed. */
export class RequestValues {
  readonly #sources: ValueSources;
  readonly #made = new Map<string, Value>();

  constructor(sources: ValueSources) {
    this.#sources = sources;
  }

  /** A template filled in. */
  text(template: string): string {
    return this.bytes(template).toString("utf8");
  }

  bytes(template: string): Buffer {
    const parts = parseSignatureTemplate(template).map((part) => {
      if (typeof part === "string") return Buffer.from(part);
      return written(part.filters.reduce((value, filter) => this.#filtered(value, filter), this.#value(part.name)));
    });
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  /** A tree of JSON with its texts filled in; a text that ends with the filter `number` becomes a number. */
  json(value: unknown): unknown {
    if (typeof value === "string") {
      const [part, ...more] = parseSignatureTemplate(value);
      const isNumber = typeof part === "object" && more.length === 0 && part.filters.at(-1) === "number";
      return isNumber ? Number(this.text(value)) : this.text(value);
    }
    if (Array.isArray(value)) return value.map((item) => this.json(item));
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, this.json(field)]));
  }

  /** The request's URL with what authentication adds to it. @param isSigned whether with what the signature is needed for */
  url(isSigned: boolean): URL {
    const { rules, request } = this.#sources;
    const url = new URL(request.url);
    for (const [name, template] of Object.entries(rules.query)) {
      if (isSigned || !this.#needs(template, "signature", "query", "target"))
        url.searchParams.set(name, this.text(template));
    }
    return url;
  }

  /**
   * The request's body with what authentication puts into it.
   *
   * @param isSigned whether with what the signature is needed for
   * @throws AppError `auth_failed` for a body that is no JSON object
   */
  body(isSigned: boolean): Buffer {
    const { provider, rules, request, body } = this.#sources;
    if (request.body === null || Object.keys(rules.body).length === 0) return body;
    const fields = isSigned ? rules.body : this.#unsigned(rules.body);
    let read: unknown = null;
    try {
      read = JSON.parse(body.toString("utf8"));
    } catch {
      // It is told below, without the body.
    }
    if (!isRecord(read)) throw new AppError("auth_failed", { provider, why: "body", reason: "", said: "" });
    return Buffer.from(JSON.stringify(merged(read, this.json(fields) as Record<string, unknown>)));
  }

  /** A tree without the texts that need the signature or the body itself. */
  #unsigned(tree: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const kept = Object.entries(tree).flatMap(([name, value]): [string, unknown][] => {
      if (isRecord(value)) return [[name, this.#unsigned(value)]];
      const isLate = typeof value === "string" && this.#needs(value, "signature", "body");
      return isLate ? [] : [[name, value]];
    });
    return Object.fromEntries(kept);
  }

  #needs(template: string, ...names: readonly string[]): boolean {
    const needed = namesNeeded(template, this.#sources.rules);
    return names.some((name) => needed.has(name));
  }

  #value(name: string): Value {
    const made = this.#made.get(name) ?? this.#make(name);
    this.#made.set(name, made);
    return made;
  }

  #make(name: string): Value {
    const { rules, request, given } = this.#sources;
    if (Object.hasOwn(rules.parts, name)) return plain(this.bytes(rules.parts[name]!));
    if (Object.hasOwn(given, name)) return plain(given[name]!);
    if (name === "signature") return plain(this.#mac(this.bytes(rules.sign ?? "")).toString(rules.encoding));
    if (name.startsWith(headerPrefix)) {
      const header = name.slice(headerPrefix.length).toLowerCase();
      const rule = headerRule(header, rules);
      if (rule !== null) return plain(this.text(rule));
      return plain(header === "host" ? this.#host : (request.headers[header] ?? ""));
    }
    return this.#requestValue(name as RequestVariable);
  }

  #requestValue(name: RequestVariable): Value {
    const { request, now } = this.#sources;
    const iso = `${new Date(now).toISOString().slice(0, 19)}Z`;
    const values: { readonly [Name in RequestVariable]: () => string | Buffer } = {
      method: () => request.method,
      target: () => targetOf(this.url(false)),
      path: () => request.url.pathname,
      query: () => canonicalQuery(this.url(false)),
      host: () => this.#host,
      body: () => this.body(false),
      nonce: () => randomUUID(),
      date: () => new Date(now).toUTCString(),
      timestamp: () => String(Math.floor(now / 1000)),
      timestamp_ms: () => String(now),
      iso_date: () => iso,
      day: () => iso.slice(0, 10),
      compact_date: () => iso.replaceAll(/[-:]/gu, ""),
      compact_day: () => iso.slice(0, 10).replaceAll("-", ""),
    };
    return plain(values[name]());
  }

  get #host(): string {
    const { headers, url } = this.#sources.request;
    return headers["host"] ?? url.host;
  }

  /** A keyed digest; of several keys, each signs the next one. */
  #mac(bytes: Buffer): Buffer {
    const { algorithm, key } = this.#sources.rules;
    const [first = Buffer.alloc(0), ...further] = key.map((each) => this.bytes(each));
    const derived = further.reduce((before, each) => createHmac(algorithm, before).update(each).digest(), first);
    return createHmac(algorithm, derived).update(bytes).digest();
  }

  #filtered(value: Value, filter: FilterName): Value {
    const { bytes } = value;
    const text = () => written(value).toString("utf8");
    switch (filter) {
      case "hmac":
        return { bytes: this.#mac(bytes), isDigest: true };
      case "hex":
      case "base64":
      case "base64url":
        return plain(bytes.toString(filter));
      case "from_base64":
        return plain(Buffer.from(text(), "base64"));
      case "url":
        return plain(percentEncoded(text()));
      case "lower":
        return plain(text().toLowerCase());
      case "upper":
        return plain(text().toUpperCase());
      case "before_dot":
        return plain(text().split(".", 1)[0]!);
      case "after_dot":
        return plain(text().slice(text().indexOf(".") + 1));
      case "number":
        return value;
      default:
        return { bytes: createHash(filter).update(bytes).digest(), isDigest: true };
    }
  }
}

function plain(value: string | Buffer): Value {
  return { bytes: Buffer.from(value as string), isDigest: false };
}

function written({ bytes, isDigest }: Value): Buffer {
  return isDigest ? Buffer.from(bytes.toString("hex")) : bytes;
}

function targetOf({ pathname, search }: URL): string {
  return pathname + search;
}

/** As AWS, Tencent Cloud, Volcengine and APISIX sign it: sorted, with all but the unreserved characters of RFC 3986 escaped. */
function canonicalQuery({ searchParams }: URL): string {
  const pairs = [...searchParams].map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`);
  return pairs.sort((one, other) => (one < other ? -1 : 1)).join("&");
}

function percentEncoded(text: string): string {
  const escape = (sign: string) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text.toWellFormed()).replaceAll(/[!'()*]/gu, escape);
}

/** Two trees of JSON in one; of two values in one place the second counts. */
function merged(tree: Record<string, unknown>, added: Record<string, unknown>): Record<string, unknown> {
  const fields = Object.entries(added).map(([name, value]): [string, unknown] => {
    const there = Object.hasOwn(tree, name) ? tree[name] : undefined;
    return [name, isRecord(there) && isRecord(value) ? merged(there, value) : value];
  });
  return Object.fromEntries([...Object.entries(tree), ...fields]);
}
