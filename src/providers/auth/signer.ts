import type { AuthForm, AuthOf, TemplatedAuth } from "../../config/auth-options.ts";
import { milliseconds } from "../../duration.ts";
import { AppError } from "../../errors.ts";
import { isTemplated, namesNeeded, namesOf, rulesOf, type SignatureRules } from "../../signature-rules.ts";
import type { AuthRefusal, Connection, FinalRequest, Signature, Signer } from "../connection.ts";
import type { AuthState, Credential } from "../http/transport.ts";
import type { LiveSecrets } from "./live-secrets.ts";
import { printedHeaders } from "./printed-headers.ts";
import { RequestValues } from "./request-values.ts";
import { type ClockSkew, noteClock, serviceTime } from "./service-clock.ts";

/** What a provider's requests are signed with. */
export interface SignerOptions {
  readonly auth: AuthForm;
  /** By their names in templates; `key` is the provider's own. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly state: AuthState;
  /** Gets what is made of secrets, which is redacted like them. */
  readonly known: LiveSecrets;
  /** Called with each token, and each value that a program printed. */
  readonly onToken: (text: string) => void;
  readonly onClock: (host: string, skew: ClockSkew) => void;
  /** Asks for a token (`oauth2`). */
  readonly requestToken: (
    auth: AuthOf<"oauth2">,
    values: RequestValues,
  ) => Promise<{ readonly token: string; readonly lifetime: number }>;
  /** Where tokens that were asked for are kept. */
  readonly tokensOf: (auth: AuthOf<"oauth2">) => TokenStore;
  /** What the program of the form `command` prints. */
  readonly runProgram: (auth: AuthOf<"command">) => Promise<string>;
}

/** Where tokens are kept from one run to the next. */
export interface TokenStore {
  readonly read: () => Credential | null;
  /** Null forgets it. */
  readonly write: (credential: Credential | null) => void;
}

const noTokens: TokenStore = { read: () => null, write: () => {} };

/** Milliseconds before its end from when on a token is not used any more. */
const margin = 30_000;
/** How long headers that a program printed are used, where it is not said. */
const defaultLifetime = "5m";
/** Names in templates that stand for the time. */
const times = /^(?:date|timestamp|timestamp_ms|iso_date|day|compact_date|compact_day)$/u;

/** The one function that signs: by the rules of a provider's `auth`, over the final bytes of each attempt. */
export function signerOf(options: SignerOptions): Signer {
  const { auth } = options;
  if (auth.type === "none") return () => ({});
  if (isTemplated(auth)) return templatedSigner(options, auth);
  return auth.type === "sigv4" ? sigV4Signer(options, auth) : programSigner(options, auth);
}

function templatedSigner(options: SignerOptions, auth: TemplatedAuth): Signer {
  const { secrets, state, known, onToken } = options;
  const rules = rulesOf(auth);
  const names = namesOf(rules);
  const usesClock = auth.type === "jwt" || [...names].some((name) => times.test(name));
  const needsBody = names.has("body") || Object.keys(rules.body).length > 0;
  return async ({ name: provider }, request) => {
    const sentAt = Date.now();
    const offset = state.clockOffset;
    const body = needsBody ? await bytesOf(request.body) : Buffer.alloc(0);
    const sources = { provider, rules, request, body, now: serviceTime(state, sentAt) };
    const tokens = auth.type === "oauth2" ? options.tokensOf(auth) : noTokens;
    const unsigned = new RequestValues({ ...sources, given: secrets });
    const credential = await tokenFor(options, auth, rules, unsigned, { ...sources, tokens });
    if (credential !== null) onToken(credential.value);
    const given = credential === null ? secrets : { ...secrets, token: credential.value };
    const signature = placed(provider, rules, request, new RequestValues({ ...sources, given }), known);
    const renewable = auth.type === "oauth2" ? credential : null;
    const attempt = { sentAt, offset, usesClock, credential: renewable, tokens };
    return { ...signature, mayRetry: (refusal) => mayRetry(options, request, refusal, attempt) };
  };
}

/** A body as a whole: also one that is read while it is sent, where a template signs it. */
async function bytesOf(body: FinalRequest["body"]): Promise<Buffer> {
  if (body === null) return Buffer.alloc(0);
  if (body instanceof Uint8Array) return Buffer.from(body);
  const pieces: Uint8Array[] = [];
  for await (const piece of body.read()) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The token of a form that has one; null for all others. */
async function tokenFor(
  options: SignerOptions,
  auth: TemplatedAuth,
  rules: SignatureRules,
  values: RequestValues,
  { provider, now, tokens }: { readonly provider: string; readonly now: number; readonly tokens: TokenStore },
): Promise<Credential | null> {
  if (auth.type === "oauth2") {
    return await kept(options.state, tokens, async () => {
      const { token, lifetime } = await options.requestToken(auth, values);
      return { value: token, renewAt: Date.now() + lifetime - Math.min(margin, lifetime / 2) };
    });
  }
  if (auth.type !== "jwt") return null;
  const { isReusable, lifetimeOf, mintJwt } = await import("./jwt.ts");
  const lifetime = lifetimeOf(auth);
  const mint = async () => ({
    value: await mintJwt(provider, auth, values, now),
    renewAt: Date.now() + lifetime - Math.min(margin, lifetime / 2),
  });
  return isReusable(auth, rules) ? await kept(options.state, tokens, mint) : await mint();
}

/** What is still good, else what is made or asked for: once for all requests that wait for it. */
async function kept(state: AuthState, tokens: TokenStore, make: () => Promise<Credential>): Promise<Credential> {
  state.credential ??= tokens.read();
  if (state.credential !== null && state.credential.renewAt > Date.now()) return state.credential;
  state.pending ??= make().finally(() => (state.pending = null));
  const credential = await state.pending;
  if (state.credential !== credential) {
    state.credential = credential;
    tokens.write(credential);
  }
  return credential;
}

/** The request with what its rules add to it. */
function placed(
  provider: string,
  rules: SignatureRules,
  request: FinalRequest,
  values: RequestValues,
  known: LiveSecrets,
): Signature {
  const headers = Object.entries(rules.headers).map(([name, template]): [string, string] => {
    const value = values.text(template);
    if (!/^[\t\x20-\x7e\x80-\xff]*$/u.test(value)) {
      throw new AppError("auth_failed", { provider, why: "header", reason: name, said: "" });
    }
    return [name.toLowerCase(), value];
  });
  const signature = {
    headers: Object.fromEntries(headers),
    ...(Object.keys(rules.query).length > 0 && { url: values.url(true) }),
    ...(Object.keys(rules.body).length > 0 && request.body !== null && { body: values.body(true) }),
  };
  if (rules.sign !== null) {
    // Its base64 stands in longer texts, which are redacted as a whole.
    const signed = Object.values(rules.query).filter((template) => namesNeeded(template, rules).has("signature"));
    for (const template of [...signed, "${signature}"]) known.add(values.text(template));
  }
  return signature;
}

/** What an attempt was signed by. */
interface Attempt {
  readonly sentAt: number;
  readonly offset: number | null;
  readonly usesClock: boolean;
  /** One that can be had again; null where there is none. */
  readonly credential: Credential | null;
  readonly tokens: TokenStore;
}

/** Whether a refused request may be accepted when it is signed once more: by the service's clock, or with another token. */
function mayRetry(
  { state, onClock }: SignerOptions,
  { url }: FinalRequest,
  refusal: AuthRefusal,
  { sentAt, offset, usesClock, credential, tokens }: Attempt,
): boolean {
  if (![400, 401, 403].includes(refusal.status)) return false;
  const skew = usesClock ? noteClock(state, refusal, sentAt) : null;
  if (skew !== null) {
    // What was made by the wrong clock ends by it.
    if (skew.isCorrected) state.credential = null;
    onClock(url.host, skew);
  }
  // Another request may have told it meanwhile.
  if ((state.clockOffset ?? 0) !== (offset ?? 0)) return true;
  if (credential === null || refusal.status !== 401) return false;
  if (state.credential === credential) {
    state.credential = null;
    tokens.write(null);
  }
  return true;
}

function sigV4Signer(options: SignerOptions, auth: AuthOf<"sigv4">): Signer {
  const { secrets, state, known } = options;
  return async ({ name: provider }, request) => {
    const { signSigV4 } = await import("./sigv4.ts");
    const sentAt = Date.now();
    const attempt = { sentAt, offset: state.clockOffset, usesClock: true, credential: null, tokens: noTokens };
    const headers = await signSigV4(provider, auth, secrets, request, serviceTime(state, sentAt));
    known.add(headers["authorization"]?.split("Signature=").at(-1) ?? "");
    return { headers, mayRetry: (refusal) => mayRetry(options, request, refusal, attempt) };
  };
}

function programSigner(options: SignerOptions, auth: AuthOf<"command">): Signer {
  const { lifetime = defaultLifetime } = auth;
  return async ({ name: provider }: Connection, request) => {
    const sentAt = Date.now();
    const credential = await kept(options.state, noTokens, async () => {
      const value = await options.runProgram(auth);
      return { value, renewAt: Date.now() + milliseconds(lifetime)! };
    });
    const headers = printedHeaders(provider, credential.value);
    Object.values(headers)
      .flatMap((value) => value.split(" ").concat(value))
      .forEach(options.onToken);
    const attempt = { sentAt, offset: null, usesClock: false, credential, tokens: noTokens };
    return { headers, mayRetry: (refusal) => mayRetry(options, request, refusal, attempt) };
  };
}
