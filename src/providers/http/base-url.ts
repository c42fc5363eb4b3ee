import type { ErrorDetails } from "../../errors.ts";
import type { Connection } from "../connection.ts";

/**
 * A base URL as it is meant: without blanks around it, slashes at its end, a fragment, and without the endpoint itself, which
 * people copy from examples (`…/v1/chat/completions`). `/models` goes only behind a version: at Azure it is a base URL.
 */
export function normalBaseUrl(text: string): string {
  const url = text.trim().replace(/#.*$/u, "");
  // What stands behind a `?` is meant as it is written.
  if (url.includes("?")) return url;
  return url
    .replace(/\/+$/u, "")
    .replace(/(?:\/chat)?\/completions$/iu, "")
    .replace(/(\/v\d+[a-z\d.]*)\/(?:chat|models|responses|embeddings|messages)$/iu, "$1")
    .replace(/\/+$/u, "");
}

/** Host and port of a URL, for messages; the text itself where it is none. */
export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url;
}

/** The base URL with the version that most servers want; null where it has one. */
export function withVersion(baseUrl: string): string | null {
  const url = URL.parse(baseUrl);
  return url === null || url.search !== "" || /\/v\d+[a-z\d.]*(?:\/|$)/iu.test(url.pathname) ? null : `${baseUrl}/v1`;
}

/** A request's URL with a provider's parameters; those that it has itself stay. */
export function withQuery(url: string, query: Readonly<Record<string, string>>): URL {
  const whole = new URL(url);
  for (const [name, value] of Object.entries(query)) {
    if (!whole.searchParams.has(name)) whole.searchParams.set(name, value);
  }
  return whole;
}

interface Refused {
  readonly status: number;
  readonly body: string;
  /** What was asked; the chat endpoint where it is not said. */
  readonly url?: string | undefined;
}

/** Plain HTTP spoken to a port with TLS: nginx, Go, Apache, Caddy. */
const wantsTls =
  /plain http request was sent to https port|http request to an https server|speaking plain http to an ssl/iu;
/** Words of servers that have no such path, where a model of that name might be meant: Express, OpenAI, nginx, Kong, FastAPI. */
const noRoute =
  /requested url|invalid url|cannot (?:get|post)\b|no[_ ]route|route\b.{0,40}\bnot|page.{0,12}not found|unknown (?:endpoint|path|request url)|no handler|\/chat\/completions/iu;

/** What an error says of the address. */
type Advised = Pick<ErrorDetails["request_refused"], "advice" | "url" | "suggested">;

/**
 * Whether a refusal is about the address rather than about what was asked there.
 *
 * @param model that was asked for; empty where none was
 */
export function addressAdvice({ status, body, url }: Refused, { baseUrl }: Connection, model: string): Advised {
  const none = { advice: "none", url: "", suggested: null } as const;
  if (status === 400 && wantsTls.test(body)) {
    return { ...none, advice: "https", suggested: baseUrl.replace(/^http:/u, "https:") };
  }
  if (![404, 405, 501].includes(status)) return none;
  const isOfModel = body.includes(model) || /\bmodel\b|模型/iu.test(body);
  if (model !== "" && isOfModel && !isRouteRefused(body, model)) return none;
  const asked = url ?? `${baseUrl}/chat/completions`;
  return { advice: "route", url: asked.replace(/[?#].*$/u, ""), suggested: withVersion(baseUrl) };
}

/** Whether a "not found" is about the path, though it may sound as if it were about a model: `/models was not found`. */
export function isRouteRefused(body: string, model: string): boolean {
  return model === "" || /^\s*</u.test(body) || noRoute.test(body);
}
