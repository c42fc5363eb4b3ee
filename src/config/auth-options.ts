import * as v from "valibot";
import { durationPattern } from "../duration.ts";

/**
 * How a provider of the config file is told who asks (`providers.<name>.auth`). Texts of `parts`, `sign`, `headers`, `query`, `body`,
 * `claims` and the like are templates; see `signature-template.ts`. Secrets stand in none of them: they are named in `secrets`, with
 * where each comes from.
 */
const isMapping = (input: unknown) => typeof input === "object" && input !== null && !Array.isArray(input);

/** Made when the first entry with an `auth` is read. */
function makeForms() {
  const text = v.pipe(v.string(), v.nonEmpty());
  const template = v.string();
  const duration = v.pipe(v.union([v.string(), v.number()]), v.transform(String), v.regex(durationPattern));
  const mapping = <Value extends v.GenericSchema>(name: v.GenericSchema<string, string>, value: Value) =>
    v.pipe(v.custom<Record<string, v.InferInput<Value>>>(isMapping), v.record(name, value));
  /** Of a secret or a part, as templates use it. */
  const valueName = v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/u));
  const headerName = v.pipe(
    v.string(),
    v.check((name) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/u.test(name)),
  );
  const command = v.union([v.pipe(v.string(), v.trim(), v.nonEmpty()), v.pipe(v.array(text), v.minLength(1))]);
  const secretParts = v.strictObject({
    variable: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/u))),
    /** A program that prints it; see `key_command`. */
    command: v.optional(command),
    /** The field of the JSON object that the program prints, where it prints one. */
    field: v.optional(text),
    /** Whether requests go out without it where it is nowhere. */
    optional: v.optional(v.boolean()),
  });
  /** More of where a secret comes from, or its variable: in capitals, as what is typed here by mistake may be the secret itself. */
  const secretSource = v.lazy((input) =>
    isMapping(input) ? secretParts : v.pipe(v.string(), v.regex(/^[A-Z_][A-Z0-9_]*$/u)),
  ) as v.GenericSchema<SecretEntry>;
  const placed = {
    secrets: v.optional(mapping(valueName, secretSource)),
    /** Texts that templates name, such as a canonical request. */
    parts: v.optional(mapping(valueName, template)),
    headers: v.optional(mapping(headerName, template)),
    query: v.optional(mapping(text, template)),
    /** Fields that are put into the request's JSON. */
    body: v.optional(mapping(text, v.unknown())),
  } as const;
  return {
    none: v.strictObject({ type: v.literal("none") }),
    bearer: v.strictObject({ type: v.literal("bearer"), secrets: placed.secrets, token: v.optional(template) }),
    header: v.strictObject({ type: v.literal("header"), ...placed }),
    hmac: v.strictObject({
      type: v.literal("hmac"),
      ...placed,
      algorithm: v.optional(v.picklist(["sha1", "sha256", "sha512"])),
      /** What it is signed with; of a list, each text is signed with what came of the one before, and the last is the key. */
      key: v.optional(v.union([template, v.pipe(v.array(template), v.minLength(1))])),
      /** What is signed. */
      sign: template,
      encoding: v.optional(v.picklist(["base64", "base64url", "hex"])),
    }),
    jwt: v.strictObject({
      type: v.literal("jwt"),
      ...placed,
      algorithm: v.optional(v.picklist(["HS256", "HS384", "HS512", "RS256", "ES256"])),
      /** A text; for RS256 and ES256 a private key as PEM (PKCS #8). */
      key: v.optional(template),
      kid: v.optional(template),
      /** Further fields of its header. */
      header: v.optional(mapping(text, v.unknown())),
      claims: v.optional(mapping(text, v.unknown())),
      lifetime: v.optional(duration),
      /** Of `iat` and `exp`. */
      unit: v.optional(v.picklist(["s", "ms"])),
    }),
    oauth2: v.strictObject({
      type: v.literal("oauth2"),
      ...placed,
      token_url: v.pipe(v.string(), v.url()),
      client_id: v.optional(template),
      client_secret: v.optional(template),
      /** Where the client's id and secret go: a header, or the form. */
      client_auth: v.optional(v.picklist(["basic", "body"])),
      scope: v.optional(text),
      /** Further fields of the form. */
      form: v.optional(mapping(text, template)),
    }),
    sigv4: v.strictObject({
      type: v.literal("sigv4"),
      secrets: placed.secrets,
      region: text,
      service: v.optional(text),
    }),
    command: v.strictObject({ type: v.literal("command"), command, lifetime: v.optional(duration) }),
  } as const;
}

let made: ReturnType<typeof makeForms> | null = null;
const formSchemas = () => (made ??= makeForms());

type FormSchemas = ReturnType<typeof makeForms>;
type Forms = { [Form in keyof FormSchemas]: v.InferOutput<FormSchemas[Form]> };
/** One form, with the fields that it has. */
export type AuthForm = Forms[keyof Forms];
export type AuthOf<Form extends keyof Forms> = Forms[Form];
/** Forms whose requests are made of templates. */
export type TemplatedAuth = Exclude<AuthForm, { readonly type: "command" | "none" | "sigv4" }>;

interface SecretParts {
  readonly variable?: string | undefined;
  readonly command?: string | readonly string[] | undefined;
  readonly field?: string | undefined;
  readonly optional?: boolean | undefined;
}
type SecretEntry = string | SecretParts;

/** `bearer` or `none`, or a mapping whose `type` says which form it is. */
export const authSchema = v.lazy((input) => {
  const forms = formSchemas();
  if (typeof input === "string")
    return v.pipe(
      v.picklist(["bearer", "none"]),
      v.transform((type) => ({ type })),
    );
  const type = isMapping(input) ? (input as { readonly type?: unknown }).type : undefined;
  const named = typeof type === "string" && Object.hasOwn(forms, type) ? forms[type as keyof Forms] : undefined;
  return named ?? v.looseObject({ type: v.picklist(Object.keys(forms)) });
}) as v.GenericSchema<unknown, AuthForm>;

/** The names of the fields of all forms. */
export function authFields(): readonly string[] {
  return Object.values(formSchemas()).flatMap(({ entries }) => Object.keys(entries));
}

/** Where a secret of a provider comes from. */
export interface SecretSource {
  readonly name: string;
  readonly variable: string | null;
  readonly command: string | readonly string[] | null;
  readonly field: string | null;
  readonly isOptional: boolean;
}

/** Where AWS's own programs look for its credentials. */
const awsSecrets = {
  access_key_id: "AWS_ACCESS_KEY_ID",
  secret_access_key: "AWS_SECRET_ACCESS_KEY",
  session_token: { variable: "AWS_SESSION_TOKEN", optional: true },
} as const;

/** The secrets that a form of authentication names; of the provider's own key (`${key}`) nothing is said here. */
export function secretSourcesOf(auth: AuthForm): readonly SecretSource[] {
  const named = "secrets" in auth ? (auth.secrets ?? {}) : {};
  return Object.entries({ ...(auth.type === "sigv4" ? awsSecrets : {}), ...named }).map(([name, source]) => {
    const parts: SecretParts = typeof source === "string" ? { variable: source } : source;
    return {
      name,
      variable: parts.variable ?? null,
      command: parts.command ?? null,
      field: parts.field ?? null,
      isOptional: parts.optional ?? false,
    };
  });
}

/** The variables of the environment that hold secrets of providers. */
export function secretVariables(
  providers: Readonly<Record<string, { readonly auth?: AuthForm | undefined }>>,
): string[] {
  return Object.values(providers)
    .flatMap(({ auth }) => (auth === undefined ? [] : secretSourcesOf(auth)))
    .flatMap(({ variable }) => variable ?? []);
}
