import type { AuthForm, TemplatedAuth } from "./config/auth-options.ts";
import { headerPrefix, parseSignatureTemplate, placeholdersIn, textsIn } from "./signature-template.ts";

/** What the forms of authentication that are written in templates have in common. */
export interface SignatureRules {
  readonly parts: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** The key, or what it is derived of step by step; empty where nothing is signed. */
  readonly key: readonly string[];
  /** What is signed; null where nothing is. */
  readonly sign: string | null;
  readonly algorithm: "sha1" | "sha256" | "sha512";
  readonly encoding: "base64" | "base64url" | "hex";
  /** What a token is made of or asked for with; empty where there is none. */
  readonly token: readonly string[];
}

/** The key of a provider itself. */
const ownKey = "${key}";
/** The secret that is taken where no other is named. */
const defaultSecret = "${secret}";
export const defaultClient = { id: "${client_id}", secret: "${client_secret}" } as const;

/** Returns whether a form is written in templates. */
export function isTemplated(form: AuthForm): form is TemplatedAuth {
  return form.type !== "none" && form.type !== "sigv4" && form.type !== "command";
}

/** The rules of a form, with what its type says where it says nothing itself. */
export function rulesOf(form: TemplatedAuth): SignatureRules {
  const nothing = { parts: {}, headers: {}, query: {}, body: {}, key: [], sign: null, token: [] };
  const plain = { ...nothing, algorithm: "sha256", encoding: "base64" } as const;
  if (form.type === "bearer") return { ...plain, headers: { Authorization: `Bearer ${form.token ?? ownKey}` } };
  const { parts = {}, query = {}, body = {} } = form;
  const isPlaced = form.headers !== undefined || form.query !== undefined || form.body !== undefined;
  const usual = isPlaced || form.type === "header" || form.type === "hmac" ? {} : { Authorization: "Bearer ${token}" };
  const rules = { ...plain, parts, headers: form.headers ?? usual, query, body };
  if (form.type === "header") return rules;
  if (form.type === "hmac") {
    const { algorithm = "sha256", encoding = "base64", key = defaultSecret, sign } = form;
    return { ...rules, algorithm, encoding, sign, key: typeof key === "string" ? [key] : key };
  }
  return { ...rules, token: tokenTexts(form) };
}

function tokenTexts(form: Extract<TemplatedAuth, { readonly type: "jwt" | "oauth2" }>): string[] {
  if (form.type === "oauth2") {
    const { client_id: id = defaultClient.id, client_secret: secret = defaultClient.secret, form: fields = {} } = form;
    return [id, secret, ...Object.values(fields)];
  }
  const { key = defaultSecret, kid, header, claims } = form;
  return [
    key,
    ...(kid === undefined ? [] : [kid]),
    ...textsIn(header)
      .concat(textsIn(claims))
      .map(({ text }) => text),
  ];
}

/** The key that a token is signed with. */
export function tokenKey(form: Extract<TemplatedAuth, { readonly type: "jwt" }>): string {
  return form.key ?? defaultSecret;
}

/** What a name stands for: other texts; empty for a value that comes from elsewhere. */
function definitionOf(name: string, rules: SignatureRules): readonly string[] {
  if (Object.hasOwn(rules.parts, name)) return [rules.parts[name]!];
  if (name === "signature") return rules.sign === null ? [] : [rules.sign, ...rules.key];
  if (name === "token") return rules.token;
  const header = name.startsWith(headerPrefix) ? headerRule(name.slice(headerPrefix.length), rules) : null;
  return header === null ? [] : [header];
}

/** The rule of a header whatever the case of its name; null where the header is the request's own. */
export function headerRule(name: string, { headers }: Pick<SignatureRules, "headers">): string | null {
  return Object.entries(headers).find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1] ?? null;
}

/** A name whose value would need itself. */
export class CircularName extends Error {}

/**
 * All names that a text needs: those in it, and those that what they stand for needs.
 *
 * @throws CircularName; TemplateMistake
 */
export function namesNeeded(text: string, rules: SignatureRules): ReadonlySet<string> {
  const needed = new Set<string>();
  const open = new Set<string>();
  const visit = (template: string) => {
    for (const { name, filters } of placeholdersIn(parseSignatureTemplate(template))) {
      if (open.has(name)) throw new CircularName(name);
      needed.add(name);
      open.add(name);
      definitionOf(name, rules).forEach(visit);
      open.delete(name);
      if (filters.includes("hmac")) rules.key.forEach(visit);
    }
  };
  visit(text);
  return needed;
}

/** All names that a request's authentication needs. */
export function namesOf(rules: SignatureRules): ReadonlySet<string> {
  const texts = [rules.headers, rules.query, rules.body].flatMap((tree) => textsIn(tree).map(({ text }) => text));
  return texts.reduce((all, text) => all.union(namesNeeded(text, rules)), new Set<string>());
}
