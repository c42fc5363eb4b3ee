import { createHash, type Hash } from "node:crypto";

/** Changes whenever the same facts mean another request. */
const version = 2;

/** What decides an answer. */
export interface RequestFacts {
  readonly provider: string;
  readonly baseUrl: string;
  /** What goes along or shapes the request beside its body: parameters of the URL, headers, the wire; without secrets. */
  readonly beside: unknown;
  /** As it would be sent: model, messages with their files and pictures, parameters, thinking, format, tools, further fields. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** How the same answer is delivered, which does not change it. */
const delivery: ReadonlySet<string> = new Set(["stream", "stream_options"]);

/**
 * The key under which a request's answer is stored: SHA-256 over the facts as canonical JSON, in which the order of an object's
 * fields does not count. A picture enters with all its bytes, as its data URL.
 */
export function requestKey({ provider, baseUrl, beside, body }: RequestFacts): string {
  const fields = Object.fromEntries(Object.entries(body).filter(([name]) => !delivery.has(name)));
  const hash = createHash("sha256");
  addJson(hash, { version, provider, baseUrl, beside, body: fields });
  return hash.digest("hex");
}

/** Piece by piece: a request with pictures may have 48 MB. */
function addJson(hash: Hash, value: unknown): void {
  if (typeof value !== "object" || value === null) return void hash.update(JSON.stringify(value) ?? "null");
  const isList = Array.isArray(value);
  const entries = isList ? [...value.entries()] : sortedEntries(value);
  hash.update(isList ? "[" : "{");
  for (const [name, each] of entries) {
    if (!isList) hash.update(`${JSON.stringify(name)}:`);
    addJson(hash, each);
    hash.update(",");
  }
  hash.update(isList ? "]" : "}");
}

/** What is undefined is not sent. */
function sortedEntries(object: object): (readonly [string, unknown])[] {
  const sent = Object.entries(object).filter(([, value]) => value !== undefined);
  return sent.sort(([one], [other]) => (one < other ? -1 : 1));
}
