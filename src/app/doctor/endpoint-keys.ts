import type { AuthForm } from "../../config/auth-options.ts";
import type { EndpointAnswer } from "./endpoint-answer.ts";

/** Headers that keys go in where nothing says how: OpenAI, Anthropic and many gateways, Azure, Kong and APISIX. */
const usual = ["x-api-key", "api-key", "apikey"];
/** Names of headers for keys, as refusals quote them. */
const headerNames = /\b(?:x-[a-z0-9-]*(?:key|token|auth)[a-z0-9-]*|api-key|apikey|ocp-apim-subscription-key)\b/giu;
/** A request for each; more wrong keys in a row may lock an account. */
const maxForms = 5;

/**
 * How a key may be sent to a service that refused a request without one: what its challenge and its words name first, then what is
 * usual.
 */
export function keyForms({ challenge, text }: Pick<EndpointAnswer, "challenge" | "text">): AuthForm[] {
  const said = `${challenge}\n${text}`;
  const named = namedHeaders(said);
  // Kong's `WWW-Authenticate: Key`.
  const challenged = /^(?:api)?key\b/iu.test(challenge) ? ["apikey"] : [];
  const headers = [...new Set([...named, ...challenged])];
  const bearer: AuthForm = { type: "bearer" };
  const isBearer = /\bbearer\b/iu.test(said);
  const first = isBearer ? [bearer, ...headers.map(inHeader)] : [...headers.map(inHeader), bearer];
  const others = usual.filter((name) => !headers.includes(name)).map(inHeader);
  return [...first, ...others, inHeader("authorization")].slice(0, maxForms);
}

/** The headers for keys that a refusal names. */
export function namedHeaders(text: string): string[] {
  return [...text.matchAll(headerNames)].map(([name]) => name.toLowerCase());
}

function inHeader(name: string): AuthForm {
  return { type: "header", headers: { [name]: "${key}" } };
}

/** Whether a refusal is about who asks. */
export function wantsKey({ status, text }: EndpointAnswer): boolean {
  return (
    status === 401 ||
    status === 403 ||
    (status === 400 && /api[ _-]?key|unauthori[sz]ed|(?:access|auth|invalid) token/iu.test(text))
  );
}

/** Whether a service wants requests signed, which no probe can find out. */
export function wantsSignature({ challenge, text }: EndpointAnswer): boolean {
  return /\bhmac\b|\bsignature\b|AWS4-|TC3-/iu.test(`${challenge}\n${text}`);
}
