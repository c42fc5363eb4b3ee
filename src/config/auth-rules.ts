import { headerPrefix, requestVariables, textsIn, TemplateMistake } from "../signature-template.ts";
import { parseSignatureTemplate, placeholdersIn } from "../signature-template.ts";
import { CircularName, isTemplated, namesNeeded, namesOf, rulesOf, type SignatureRules } from "../signature-rules.ts";
import { type AuthForm, secretSourcesOf, type TemplatedAuth } from "./auth-options.ts";
import { nearestTo } from "./expectation.ts";
import { looksLikeKey } from "./keys.ts";
import type { RuleMistake } from "./price-rules.ts";
import type { ConfigFile } from "./schema.ts";

/** What stands in for a value that may be a secret. */
const hidden = "\u2026";

/**
 * The first mistake in the config file's `auth`: a name that no value has, a value that needs itself, a secret that stands in the file,
 * or a request in which no secret has a part; null where there is none.
 */
export function authMistake({
  providers = {},
  profiles = {},
}: Pick<ConfigFile, "providers" | "profiles">): RuleMistake | null {
  const ofProfiles = Object.entries(profiles).flatMap(([profile, tree]) =>
    Object.entries(tree.providers ?? {}).map(([name, { auth }]) => ({
      keys: ["profiles", profile, "providers", name],
      auth,
    })),
  );
  const all = Object.entries(providers).map(([name, { auth }]) => ({ keys: ["providers", name], auth }));
  for (const { keys, auth } of [...all, ...ofProfiles]) {
    const found = auth === undefined ? null : mistakeIn(auth);
    if (found !== null) return { ...found, keys: [...keys, "auth", ...found.keys] };
  }
  return null;
}

function mistakeIn(auth: AuthForm): RuleMistake | null {
  const sources = secretSourcesOf(auth);
  const named = sources.find(({ variable }) => variable !== null && looksLikeKey(variable));
  if (named !== undefined) return { keys: ["secrets", named.name], value: hidden, expected: "A_NAME" };
  if (auth.type === "oauth2" && !isPlainAddress(auth.token_url))
    return { keys: ["token_url"], value: hidden, expected: "https://host/\u2026" };
  const inCommand = keyInCommand(auth);
  if (inCommand !== null) return { keys: [inCommand], value: hidden, expected: "[program, argument, \u2026]" };
  if (!isTemplated(auth)) return null;
  const rules = rulesOf(auth);
  const secrets = new Set(["key", ...sources.map(({ name }) => name)]);
  const { type: _type, secrets: _secrets, ...templates } = auth;
  const names = namesKnown(rules, [...secrets]);
  // What others are made of comes first: a mistake in it is one of theirs too.
  const texts = Map.groupBy(textsIn(templates), ({ path: [place = ""] }) => placed.has(place));
  const ordered = [...(texts.get(false) ?? []), ...(texts.get(true) ?? [])];
  for (const look of [mistakeOf, circleIn]) {
    for (const { text, path } of ordered) {
      const found = look(text, path, rules, names);
      if (found !== null) return { ...found, keys: path };
    }
  }
  return unsecretMistake(auth, rules, secrets);
}

/** The field with a program in whose arguments a key stands, where everybody on the machine would see it; null where there is none. */
function keyInCommand(auth: AuthForm): string | null {
  const isKey = (command: string | readonly string[]) =>
    [command].flat().some((argument) => argument.split(/[\s=,:"']+/u).some(looksLikeKey));
  if (auth.type === "command" && isKey(auth.command)) return "command";
  return secretSourcesOf(auth).some(({ command }) => command !== null && isKey(command)) ? "secrets" : null;
}

/** Whether a client's secret can go to an address, and no other secret stands in it. */
function isPlainAddress(address: string): boolean {
  const { protocol = "", username = "", password = "" } = URL.parse(address) ?? {};
  return /^https?:$/u.test(protocol) && username + password === "";
}

/** Where in a request something is put. */
const placed = new Set(["body", "headers", "query"]);

type Mistake = Omit<RuleMistake, "keys">;

/** Names that templates may use. */
function namesKnown(rules: SignatureRules, secrets: readonly string[]): string[] {
  return [
    ...requestVariables,
    ...secrets,
    ...Object.keys(rules.parts),
    ...(rules.sign === null ? [] : ["signature"]),
    ...(rules.token.length === 0 ? [] : ["token"]),
  ];
}

/** A name or a filter that there is not, or a secret. */
function mistakeOf(
  text: string,
  path: readonly string[],
  _: SignatureRules,
  values: readonly string[],
): Mistake | null {
  try {
    const template = parseSignatureTemplate(text);
    const unknown = placeholdersIn(template).find(
      ({ name }) => !values.includes(name) && !(name.startsWith(headerPrefix) && name.length > headerPrefix.length),
    );
    if (unknown !== undefined) {
      const nearest = nearestTo(unknown.name, values);
      return misfit(`\${${unknown.name}}`, nearest === null ? [...values, `${headerPrefix}\u2026`] : [nearest]);
    }
    const words = template.filter((part) => typeof part === "string").flatMap((part) => part.split(/[^\w-]+/u));
    return words.some((word) => isSecret(word, path)) ? { value: hidden, expected: "${key}" } : null;
  } catch (error) {
    if (error instanceof TemplateMistake) return { value: error.written, expected: error.expected.join(" | ") };
    throw error;
  }
}

/** A value that needs itself. */
function circleIn(text: string, _: readonly string[], rules: SignatureRules): Mistake | null {
  try {
    namesNeeded(text, rules);
    return null;
  } catch (error) {
    if (error instanceof CircularName) return misfit(`\${${error.message}}`, ["\u2026"]);
    throw error;
  }
}

function misfit(value: string, names: readonly string[]): Mistake {
  return { value, expected: names.map((name) => `\${${name}}`).join(" | ") };
}

/** Where names of clients and audiences stand, which are often UUIDs. */
const ofNames = new Set(["claims", "client_id", "form", "header", "kid", "scope"]);

function isSecret(word: string, path: readonly string[]): boolean {
  const isUuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/iu.test(word);
  return looksLikeKey(word) && !(isUuid && ofNames.has(path[0] ?? ""));
}

/** Keys without a secret in them, and requests that no secret has a part in. */
function unsecretMistake(auth: TemplatedAuth, rules: SignatureRules, secrets: ReadonlySet<string>): RuleMistake | null {
  const isSecretless = (names: ReadonlySet<string>) => ![...names].some((name) => secrets.has(name));
  for (const field of ["key", "client_secret", "token"] as const) {
    const given = (auth as Readonly<Record<string, unknown>>)[field];
    const [first] = textsIn(typeof given === "string" ? { given } : given);
    if (first !== undefined && isSecretless(namesNeeded(first.text, rules))) {
      return { keys: [field], value: hidden, expected: "${key} | secrets: {A_NAME: A_VARIABLE}" };
    }
  }
  const known = unknownDefault(rules, secrets);
  if (known !== null) return { keys: ["secrets"], value: `\${${known}}`, expected: `secrets: {${known}: A_VARIABLE}` };
  return isSecretless(namesOf(rules)) ? { keys: ["type"], value: auth.type, expected: "${key}" } : null;
}

/** A secret that the form takes by itself and that is not named. */
function unknownDefault(rules: SignatureRules, secrets: ReadonlySet<string>): string | null {
  const taken = new Set(["secret", "client_id", "client_secret"]);
  return [...namesOf(rules)].find((name) => taken.has(name) && !secrets.has(name)) ?? null;
}
