import { AppError, type AppErrorOptions, type ErrorDetails } from "../../errors.ts";
import type { Connection } from "../connection.ts";
import { isRecord } from "./json.ts";

/** What stands in for a secret. */
export const mark = "[key]";
/** Shorter values would be found everywhere. */
const shortest = 8;
/** Characters of a text that is looked for in other writings too, sign by sign: longer ones are found as they are, and by their pieces. */
const longestWritten = 512;
/** What a connection knows of secrets. */
type Secrets = Pick<Connection, "key" | "headers"> & {
  readonly secrets?: readonly string[];
  readonly proofs?: Connection["proofs"];
  readonly transport?: Pick<Connection["transport"], "variables">;
};

/**
 * What a provider was sent and must not come back from it: the key, headers of the config file that may be keys too, and what proxies on
 * the way are sent.
 */
export function secretsOf(connection: Secrets): readonly string[] {
  const { key, headers, secrets: rows, transport, proofs: list } = connection;
  const proofs = list?.values;
  const known = found.get(headers);
  const isKnown = known?.key === key && known.transport === transport && known.rows === rows && known.proofs === proofs;
  if (known !== undefined && isKnown) return known.secrets;
  const secrets = findSecrets(connection);
  found.set(headers, { key, transport, rows, proofs, secrets });
  return secrets;
}

/** By the headers, which copies of a connection share: a list of models asks thousands of times, and so does each question. */
const found = new WeakMap<
  Secrets["headers"],
  {
    readonly key: Secrets["key"];
    readonly transport: Secrets["transport"] | undefined;
    readonly rows: readonly string[] | undefined;
    readonly proofs: readonly string[] | undefined;
    readonly secrets: readonly string[];
  }
>();

function findSecrets({ key, headers, secrets = [], transport, proofs }: Secrets): string[] {
  const long = [...headerSecrets(headers), ...secrets, ...proxySecrets(transport?.variables ?? {})].filter(
    (value) => value.length >= shortest,
  );
  // A key is one whatever its length; the longest first, as one may hold another.
  const keys = [...(key === null ? [] : [key]), ...(proofs?.values ?? [])].filter((value) => value.length >= 4);
  const all = [...keys, ...long];
  return [...new Set(all.flatMap(asWritten))].sort((one, other) => other.length - one.length);
}

/** Headers whose values prove who asks. */
const secretHeader = /auth(?!ors?$)|cookie|credential|key|passw|secret|session|signature|ticket|token/iu;
/** A word with letters and digits that is too long to be one of a language, a name or a date. */
const randomWord = /^(?=.*\d)(?=.*[a-z])(?![a-z]+(?:-[a-z\d]{1,12})+$)[\w+/=.-]{16,}$/iu;

/** Values of headers that are secret by their names or their look, and the words of these. */
export function headerSecrets(headers: Readonly<Record<string, string>>): string[] {
  const values = Object.entries(headers).flatMap(([name, value]) => {
    const words = value.split(" ");
    return secretHeader.test(name)
      ? words.flatMap(userAndPassword).concat(value)
      : words.filter((word) => randomWord.test(word));
  });
  return values.filter((value) => value.length >= shortest);
}

/** A secret, and what stands for it in other writings that are the same wherever they come: of URLs, in hex and in base64. */
function asWritten(secret: string): string[] {
  if (secret.length < shortest) return [secret];
  const bytes = Buffer.from(secret);
  const hex = bytes.toString("hex");
  const base64 = [0, 1, 2].flatMap((before) => {
    // Of a text that holds it, as `Bearer …` does, only the signs that no other byte goes into.
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const sure = text.slice(Math.ceil((before * 4) / 3), Math.floor(((before + bytes.length) * 4) / 3));
    return [sure, sure.replaceAll("+", "-").replaceAll("/", "_")];
  });
  return [secret, encodeURIComponent(secret.toWellFormed()), hex, hex.toUpperCase(), ...base64];
}

/** A word of a header's value; where it is the base64 of `user:password`, these too. */
function userAndPassword(word: string): string[] {
  if (!/^[\w+/-]+=*$/u.test(word)) return [word];
  const text = Buffer.from(word, "base64").toString("utf8");
  return /^[^\p{C}:]+:[^\p{C}]+$/u.test(text) ? [word, text, text.slice(text.indexOf(":") + 1)] : [word];
}

/** Passwords in the variables that name proxies, as they are written there, as they are meant, and as they are sent. */
function proxySecrets(variables: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(variables).flatMap(([name, value = ""]) => {
    if (!/_proxy$/iu.test(name)) return [];
    // The protocol first: it is no user whose password would be `//somebody`.
    const address = value.replace(/^(?:[\w+.-]*:)?\/\//u, "");
    const [, user = "", password = ""] = /^([^:@]*):(.*)@/u.exec(address) ?? [];
    if (password === "") return [];
    const meant = `${decoded(user)}:${decoded(password)}`;
    return [password, decoded(password), Buffer.from(meant).toString("base64")];
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Some gateways quote the key they were given. A text that is complete is searched for what streams are not: secrets written with
 * the escapes of JSON, URLs and HTML, and long pieces of the key, as a service or a limit may have cut it.
 */
export function redact(text: string, connection: Secrets): string {
  const whole = secretsOf(connection).reduce((clean, secret) => clean.replaceAll(secret, mark), text);
  const plain = /%[\da-f]{2}|\\|&[#a-z]/iu.test(whole)
    ? withoutEscaped(whole, connection)
    : withoutLong(whole, connection);
  const keys = [...(connection.key === null ? [] : [connection.key]), ...(connection.proofs?.values ?? [])];
  return keys.reduce(withoutPieces, plain);
}

/** What is found whatever its case: too long to be a word. */
function withoutLong(text: string, connection: Secrets): string {
  const long = secretsOf(connection).filter(({ length }) => length >= longPiece && length <= longestWritten);
  if (long.length === 0) return text;
  return text.replace(new RegExp(long.map(escapedForRegExp).join("|"), "gi"), mark);
}

function withoutEscaped(text: string, connection: Secrets): string {
  const written = secretsOf(connection).filter(({ length }) => length <= longestWritten);
  return written.reduce((clean, secret) => {
    const signs = Array.from(secret, (sign) => {
      const hex = sign.codePointAt(0)!.toString(16).padStart(2, "0");
      const name = htmlNames.get(sign);
      const entity = `&(?:#0*${sign.codePointAt(0)!}|#x0*${hex}${name === undefined ? "" : `|${name}`});`;
      // Escaped once, or by each of several on the way.
      const escaped = String.raw`%(?:25){0,3}${hex}|\\{1,8}(?:u0{0,2}${hex}|x${hex})|\\{1,8}${escapedForRegExp(sign)}`;
      return `(?:${escapedForRegExp(sign)}|${escaped}|${entity})`;
    });
    return clean.replace(new RegExp(signs.join(""), "gi"), mark);
  }, text);
}

/** HTML's names for signs that stand in keys. */
const htmlNames: ReadonlyMap<string, string> = new Map([
  ["&", "amp"],
  ["<", "lt"],
  [">", "gt"],
  ['"', "quot"],
  ["'", "apos"],
  ["+", "plus"],
  ["/", "sol"],
  ["=", "equals"],
  ["_", "lowbar"],
  [".", "period"],
  [":", "colon"],
  ["-", "hyphen"],
]);

/** Characters of a key in a row that are no chance. */
const longPiece = 16;

function withoutPieces(text: string, key: string): string {
  if (key.length <= longPiece || text.length < longPiece) return text;
  let clean = "";
  let from = 0;
  for (let at = 0; at + longPiece <= text.length; at++) {
    const place = key.indexOf(text.slice(at, at + longPiece));
    if (place < 0) continue;
    let length = longPiece;
    while (place + length < key.length && text[at + length] === key[place + length]) length++;
    clean += text.slice(from, at) + mark;
    from = at + length;
    at = from - 1;
  }
  return clean + text.slice(from);
}

export function escapedForRegExp(text: string): string {
  return text.replace(/[^\w]/gu, String.raw`\$&`);
}

/** Parsed JSON with no secret in any of its texts, its fields' names included. */
export function redactedJson(value: unknown, connection: Secrets): unknown {
  if (typeof value === "string") return redact(value, connection);
  if (Array.isArray(value)) return value.map((item) => redactedJson(item, connection));
  if (!isRecord(value)) return value;
  const fields = Object.entries(value).map(([name, field]) => [
    redact(name, connection),
    redactedJson(field, connection),
  ]);
  return Object.fromEntries(fields);
}

/** An error with no secret in it: in its facts, its trace, and what caused it. */
export function redactedError(error: AppError, connection: Secrets): AppError {
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
