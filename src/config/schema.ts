import * as v from "valibot";
import { authSchema } from "./auth-options.ts";
import { cacheSchema } from "./cache-options.ts";
import { mapping } from "./mapping-schema.ts";
import { headerName, headerValue, requestRows, versionPattern } from "./request-rows.ts";
import { wireSchema } from "./wire-schema.ts";
import { choiceSchema, toolsSchema } from "./tool-entries.ts";
import { tuningSchema } from "./tuning-rows.ts";
import { variableName, withoutInput } from "./role-template.ts";
import {
  type ParameterKind,
  type SamplingName,
  samplingNames,
  samplingParameters,
  type SamplingParameter,
  type SamplingValue,
} from "../chat/sampling.ts";

/**
 * The settings, one row each: how they are called in the config file (snake_case, as the services write them) and in the
 * environment, what values they take, and the built-in value. Flags, environment, `.env`, file and `config list` all
 * derive from this table.
 */
const text = v.pipe(v.string(), v.nonEmpty());
const flag = v.boolean();
const tokens = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1e9));
/** No system takes a NUL in a path. */
const path = v.pipe(text, v.excludes("\0"));
const between = (low: number, high: number) => v.pipe(v.number(), v.minValue(low), v.maxValue(high));

/** Of money, in units of the currency. */
const amount = v.pipe(v.number(), v.minValue(0), v.maxValue(1e6));

const languages = ["en", "zh"] as const;
const efforts = ["low", "high", "max"] as const;
/** YAML and JSON read `16` as a number. */
const themes = ["auto", "dark", "light", "16", "none"] as const;
const theme = v.pipe(
  v.unknown(),
  v.transform((value) => (value === 16 ? "16" : value)),
  v.picklist(themes),
);
/** YAML 1.1 and `/set` read `off` as false. */
const notify = v.pipe(
  v.unknown(),
  v.transform((value) => (value === false ? "off" : value)),
  v.picklist(["bell", "desktop", "off"]),
);
/** `true`, or as DeepSeek writes it. */
const title = v.union([
  flag,
  v.pipe(
    v.strictObject({ enabled: flag }),
    v.transform(({ enabled }) => enabled),
  ),
]);
const currencies = ["CNY", "USD"] as const;
/** Where `setup` stores keys: the system's keyring where there is one, else the file; or one of them alone. */
const keyStores = ["auto", "keyring", "file"] as const;

/** Fields of a request that the program writes itself. */
export const ownFields = ["model", "messages", "stream", "prefix"] as const;
/** Further fields of a request's body. */
const body = mapping(v.pipe(v.string(), v.nonEmpty(), v.notValues([...ownFields])), v.unknown());

const parameterSchemas: { readonly [Kind in ParameterKind]: (row: SamplingParameter) => v.GenericSchema } = {
  number: ({ range: [low, high] = [-Infinity, Infinity] }) => between(low, high),
  count: () => tokens,
  integer: () => v.pipe(v.number(), v.safeInteger()),
  texts: () => v.pipe(v.array(text), v.maxLength(16)),
  form: () => v.union([v.picklist(["json_object", "text"]), v.looseObject({ type: text })]),
  detail: () => v.picklist(["auto", "low", "high"]),
  fields: () => body,
};
const samplingSchemas = Object.fromEntries(
  Object.entries(samplingParameters).map(([name, row]) => [name, parameterSchemas[row.kind](row)]),
) as { [Name in SamplingName]: v.GenericSchema<SamplingValue<Name>> };

/** Values of a role's variables. */
const variables = mapping(
  v.pipe(v.string(), v.regex(variableName)),
  v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String)),
);

/** Of an answer: a JSON Schema, the path of one, or llm's short form. */
const answerSchema = v.union([text, mapping(v.string(), v.unknown())]);

export const settingSchemas = {
  /** The name of a set of settings under `profiles`. */
  profile: text,
  provider: text,
  model: text,
  /** Of the API, for providers whose entry has an `api_version`. */
  api_version: v.pipe(v.union([v.string(), v.number()]), v.transform(String), v.regex(versionPattern)),
  system: v.string(),
  role: text,
  /** Of the role in use. */
  vars: variables,
  ...samplingSchemas,
  thinking: flag,
  effort: v.picklist(efforts),
  transcripts: path,
  transcript: path,
  save: flag,
  history: flag,
  /** Whether the model is told on which day it is asked. */
  date: flag,
  stream: flag,
  /** Whether the model may search the web. */
  web: flag,
  render: flag,
  timeout: v.pipe(v.number(), v.gtValue(0), v.maxValue(86_400)),
  continue_answers: flag,
  compact: v.picklist(["ask", "auto"]),
  title,
  /** `provider/model`. */
  title_model: text,
  /** `provider/model`, for pictures. */
  image_model: text,
  /** How the terminal takes pictures; see `terminal/graphics`. */
  graphics: v.picklist(["auto", "kitty", "iterm2", "sixel", "none"]),
  show_thinking: v.picklist(["always", "while-thinking", "never"]),
  /** How documents go to a provider that reads them: as files, or their text. */
  documents: v.picklist(["upload", "text"]),
  /** Seconds. */
  max_wait: v.pipe(v.number(), v.minValue(0), v.maxValue(86_400)),
  retries: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(20)),
  schema: answerSchema,
  /** Whether the answer is a list of what the schema describes. */
  schema_multi: flag,
  /** Of one answer, thinking included; MB. V8's longest string has 512 million characters. */
  max_answer_size: v.pipe(v.number(), v.minValue(1), v.maxValue(500)),
  currency: v.picklist(currencies),
  /** What all requests of a run may cost together; units of the currency. */
  max_cost: amount,
  /** Whether requests go out that could exceed a budget. */
  over_budget: flag,
  /** What a question's prompt costs at least for an estimate to be shown before it is sent; units of the currency. */
  estimate_from: amount,
  /** Whether the session shows DeepSeek's peak and off-peak hours; `auto`: for DeepSeek's own models. */
  show_tariff: v.picklist(["auto", "always", "never"]),
  /** What tells a person of a finished answer who looks at another window. */
  notify,
  /** Seconds that an answer takes at least for that. */
  notify_after: v.pipe(v.number(), v.minValue(0), v.maxValue(86_400)),
  /** Whether stored answers are used, and for how long; see `cache-options.ts`. */
  cache: cacheSchema,
  /** Whether each question is asked although its answer is stored. */
  refresh_cache: flag,
  /** What a model may call; see `tool-entries.ts`. */
  tools: toolsSchema,
  /** Requests of a question that may follow results of tools. */
  /** Tools that run without being asked about: names, or patterns with `*`. */
  allow_tool: v.array(text),
  max_tool_rounds: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
  lang: v.picklist(languages),
  theme,
  /** Columns. */
  width: v.pipe(v.number(), v.integer(), v.minValue(20), v.maxValue(1000)),
  keys: v.picklist(["emacs", "vi"]),
  key_store: v.picklist(keyStores),
  log_file: path,
  log_content: flag,
  /** Origins (`https://host`) that a working directory's `.env` may send a person's own key to. */
  trusted_endpoints: v.array(v.pipe(v.string(), v.url())),
  /** Hosts beyond this machine that a key may go to by plain http. */
  allow_http: v.array(text),
  /** Hosts and addresses of this machine and private networks that pages may be fetched from; see `providers/http/address-guard.ts`. */
  fetch_hosts: v.array(text),
} as const;

export type SettingName = keyof typeof settingSchemas;
export type SettingValues = { [Name in SettingName]: v.InferOutput<(typeof settingSchemas)[Name]> };

/** What nobody set is absent, except where there is a built-in value. */
export type Settings = Partial<SettingValues> & Pick<SettingValues, keyof typeof builtIn>;

export const builtIn = {
  provider: "deepseek",
  save: true,
  history: true,
  date: false,
  stream: true,
  web: false,
  render: true,
  continue_answers: true,
  compact: "ask",
  title: false,
  show_thinking: "while-thinking",
  documents: "upload",
  graphics: "auto",
  retries: 3,
  max_answer_size: 256,
  currency: "CNY",
  over_budget: false,
  max_tool_rounds: 25,
  estimate_from: 0.1,
  show_tariff: "auto",
  notify: "off",
  notify_after: 20,
  theme: "auto",
  width: 100,
  keys: "emacs",
  key_store: "auto",
  log_content: false,
} as const satisfies Partial<SettingValues>;

export const settingVariables: { readonly [variable: string]: SettingName } = {
  DEEPSEEK_CHAT_PROFILE: "profile",
  DEEPSEEK_CHAT_PROVIDER: "provider",
  DEEPSEEK_CHAT_MODEL: "model",
  DEEPSEEK_CHAT_API_VERSION: "api_version",
  DEEPSEEK_CHAT_TRANSCRIPTS: "transcripts",
  DEEPSEEK_CHAT_LANG: "lang",
  DEEPSEEK_CHAT_THEME: "theme",
  DEEPSEEK_CHAT_SHOW_TARIFF: "show_tariff",
  DEEPSEEK_CHAT_KEY_STORE: "key_store",
  DEEPSEEK_CHAT_LOG: "log_file",
};

/**
 * Settings whose variable a working directory's `.env` may set: to any value, or to a place inside of that directory. No other
 * setting is taken from there: the file may have come with somebody's project.
 */
export const dotenvSettings: { readonly [Name in SettingName]?: "any" | "inside" } = {
  provider: "any",
  model: "any",
  api_version: "any",
  lang: "any",
  theme: "any",
  key_store: "any",
  transcripts: "inside",
};

/** How a service wants thinking switched; see `providers/wire/thinking-switch.ts`. */
export const thinkingForms = ["deepseek", "enable_thinking", "reasoning_effort", "chat_template", "none"] as const;
/** How a service goes on from a given beginning of its answer: DeepSeek's `/beta`, a `prefix` field, or not at all. */
export const prefixForms = ["beta", "field", "none"] as const;
/** How a service is told of tools: OpenAI's `tools`, the older `functions`, or not at all. */
export const toolForms = ["tools", "functions", "none"] as const;
/**
 * How a service is asked for an answer that fits a schema: by `response_format: json_schema`; by a tool that it must call, checked by
 * the service at DeepSeek's `/beta` (`strict_tool`) or not (`tool`); by its JSON mode with the schema in the prompt; or by the prompt
 * alone.
 */
export const schemaForms = ["json_schema", "strict_tool", "tool", "json", "prompt"] as const;
/** Whose limits and prices a service has for batches of its own. */
export const batchForms = ["siliconflow", "openai", "none"] as const;
/** How a service makes pictures: `POST /images/generations` with the fields and the answer of the one or the other. */
export const imageForms = ["siliconflow", "openai", "none"] as const;
/** Whose Files API a service has, for documents that go with questions. */
export const documentForms = ["deepseek", "none"] as const;
/** Whose text recognition a service has. */
export const recognitionForms = ["deepseek", "none"] as const;
/** Where a service fills in the middle: at DeepSeek's `/beta/completions`, or at `/completions`; both take `suffix`. */
export const fillInForms = ["beta", "suffix", "none"] as const;
/** Whose balance endpoint a service has. */
export const balanceForms = ["deepseek", "siliconflow", "none"] as const;

const batchParts = v.strictObject({
  /** What its limits are made of. */
  form: v.optional(v.picklist(batchForms)),
  /** Of one file. */
  max_lines: v.optional(tokens),
  max_bytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1024), v.maxValue(1e12))),
  /** What a batch costs, as a part of the price of questions. */
  price_factor: v.optional(between(0, 10)),
});

/** Batches of a service; which of the two is meant follows from the value. */
const batchesEntry = v.lazy((input) =>
  typeof input === "object" && input !== null ? batchParts : v.picklist(batchForms),
) as v.GenericSchema<(typeof batchForms)[number] | v.InferOutput<typeof batchParts>>;

/** A provider as the config file gives it: a new one, or changes to one of the catalogue. */
export const providerSchema = v.strictObject({
  base_url: v.optional(v.pipe(v.string(), v.url())),
  key_variable: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/u))),
  /** A program that prints the key, as words or as one line that is split at blanks; run without a shell. */
  key_command: v.optional(v.union([v.pipe(v.string(), v.trim(), v.nonEmpty()), v.pipe(v.array(text), v.minLength(1))])),
  key_needed: v.optional(flag),
  /** How it is told who asks; by default the key as a bearer token. */
  auth: v.optional(authSchema),
  model: v.optional(text),
  ...requestRows,
  thinking: v.optional(v.picklist(thinkingForms)),
  prefix: v.optional(v.picklist(prefixForms)),
  /** How it is told of tools. */
  tools: v.optional(v.picklist(toolForms)),
  stream_usage: v.optional(flag),
  balance: v.optional(v.picklist(balanceForms)),
  schema: v.optional(v.picklist(schemaForms)),
  /** How a question goes out and its answer comes back; default: OpenAI's chat completions. */
  wire: v.optional(wireSchema),
  batches: v.optional(batchesEntry),
  images: v.optional(v.picklist(imageForms)),
  files: v.optional(v.picklist(documentForms)),
  ocr: v.optional(v.picklist(recognitionForms)),
  fine_tuning: v.optional(tuningSchema),
  fill_in: v.optional(v.picklist(fillInForms)),
  /** Sent with each request to it. */
  body: v.optional(body),
});
export type ProviderConfig = v.InferOutput<typeof providerSchema>;

/** What `doctor --probe` found a provider to do with a model, where it differs or not; null where nothing was found out. */
export const findingsSchema = v.object({
  /** When, ISO 8601. */
  at: v.string(),
  thinking: v.nullable(v.picklist(thinkingForms)),
  prefix: v.nullable(v.picklist(prefixForms)),
  /** Whether a stream may be asked for its usage. */
  stream_usage: v.nullable(flag),
  /** Whether it takes `response_format: json_object`. */
  json: v.nullable(flag),
  /** How it is asked for an answer that fits a schema. */
  schema: v.optional(v.nullable(v.picklist(schemaForms)), null),
});
export type ProbedCapabilities = v.InferOutput<typeof findingsSchema>;

const rates = v.strictObject({
  cached: between(0, 1e6),
  input: between(0, 1e6),
  output: between(0, 1e6),
  /** Of tokens that it is fine-tuned with. */
  training: v.optional(between(0, 1e6)),
});

/** A day that there is: 30 February is none. */
const day = v.pipe(
  v.string(),
  v.isoDate(),
  v.rawCheck(({ dataset, addIssue }) => {
    const at = dataset.typed ? Date.parse(dataset.value) : NaN;
    if (!Number.isNaN(at) && !new Date(at).toISOString().startsWith(dataset.value as string)) addIssue();
  }),
);

/** What is known of a model, by `provider/id`; rates are per million tokens. */
export const modelSchema = v.strictObject({
  context: v.optional(tokens),
  max_output: v.optional(tokens),
  vision: v.optional(flag),
  CNY: v.optional(rates),
  USD: v.optional(rates),
  /** What the rates are multiplied by in DeepSeek's peak hours. */
  peak_factor: v.optional(between(1, 100)),
  /** The last day on which the rates hold, Beijing time. */
  until: v.optional(day),
});
export type ModelConfig = v.InferOutput<typeof modelSchema>;

/** What stands under a name of `models`: facts and prices of that model, or the model that the name is an alias of. */
const modelEntry = v.lazy((input) => {
  if (typeof input === "string") return text;
  const isMapping = typeof input === "object" && input !== null && !Array.isArray(input);
  return isMapping ? modelSchema : v.union([v.string(), modelSchema]);
});

/** A name that a person gave something: it is printed, so nothing in it acts on a terminal; a joiner of emoji does not. */
const name = v.pipe(v.string(), v.regex(/^[[^\p{C}\p{Zl}\p{Zp}]\u{200d}]+$/v));

/** Whether a file may give a role this name. */
export function isRoleName(text: string): boolean {
  return v.is(name, text) && !/[/\\:]/u.test(text);
}

/** Whether a provider may be called so. */
export function isProviderName(text: string): boolean {
  return v.is(name, text) && !text.includes("/");
}

/** What a role may say beside its system prompt: settings that hold while it is in use. */
export const roleSettings = [
  ...samplingNames,
  "model",
  "thinking",
  "effort",
  "vars",
  "schema",
  "schema_multi",
  "tools",
] as const;

/** A role as a mapping: what the model is told, and the settings that hold while the role is in use. */
export const roleSchema = v.strictObject({
  description: v.optional(v.string()),
  /** A template. The question has no place in it: it would change from turn to turn. */
  system: v.optional(v.pipe(v.string(), v.regex(withoutInput))),
  /** A template of each question. */
  prompt: v.optional(text),
  /** Sent as turns before the first question, verbatim. */
  examples: v.optional(v.pipe(v.array(v.strictObject({ user: text, assistant: text })), v.maxLength(64))),
  model: v.optional(text),
  ...v.partial(v.strictObject(samplingSchemas)).entries,
  thinking: v.optional(flag),
  effort: v.optional(v.picklist(efforts)),
  vars: v.optional(variables),
  /** What alone of an answer `ask` prints. */
  extract: v.optional(v.picklist(["code", "json"])),
  /** What the answer is: a shell command, which `ask` lets a person edit and run. */
  answer: v.optional(v.literal("command")),
  schema: v.optional(answerSchema),
  schema_multi: v.optional(flag),
  tools: v.optional(choiceSchema),
});
export type RoleConfig = v.InferOutput<typeof roleSchema>;

const roleEntry = v.lazy((input) => {
  if (typeof input === "string") return text;
  const isMapping = typeof input === "object" && input !== null && !Array.isArray(input);
  return isMapping ? roleSchema : v.union([v.string(), roleSchema]);
});

const seconds = v.pipe(v.number(), v.gtValue(0), v.maxValue(86_400));

/** What all MCP servers may say: seconds to start and to answer, and which of its tools are offered. */
const serverParts = {
  start_timeout: v.optional(seconds),
  timeout: v.optional(seconds),
  include_tools: v.optional(v.array(text)),
  exclude_tools: v.optional(v.array(text)),
  /** Whether its tools run without being asked for; a project's file cannot say so. */
  approve: v.optional(v.picklist(["ask", "allow"])),
  disabled: v.optional(flag),
} as const;
/** A program of this machine. */
const localServer = v.strictObject({
  command: path,
  args: v.optional(v.array(v.pipe(v.string(), v.excludes("\0")))),
  env: v.optional(
    mapping(v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/u)), v.pipe(v.string(), v.excludes("\0"))),
  ),
  cwd: v.optional(path),
  type: v.optional(v.literal("stdio")),
  ...serverParts,
});
/** One that is reached by a URL. */
const remoteServer = v.strictObject({
  url: text,
  /** `sse`: by the protocol of 2024 that had a stream beside the requests. */
  type: v.optional(v.picklist(["http", "sse"])),
  headers: v.optional(mapping(headerName, headerValue)),
  oauth: v.optional(
    v.strictObject({ client_id: v.optional(text), client_secret: v.optional(text), scope: v.optional(text) }),
  ),
  ...serverParts,
});
/** An MCP server; what it is, is told by whether it has a `url`. Texts may hold `${VAR}` and `${VAR:-default}`. */
export const serverSchema = v.lazy((input) =>
  typeof input === "object" && input !== null && "url" in input ? remoteServer : localServer,
);
export type ServerEntry = v.InferOutput<typeof remoteServer> | v.InferOutput<typeof localServer>;

const limits = {
  day: v.optional(amount),
  month: v.optional(amount),
  conversation: v.optional(amount),
} as const;

/** What an account at a provider may send: requests and tokens a minute, and requests at once. */
export const rateLimitSchema = v.strictObject({
  rpm: v.optional(tokens),
  tpm: v.optional(tokens),
  concurrency: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000))),
});

const { profile: _profile, lang: _lang, ...profiled } = settingSchemas;

/** A named set of settings, and of rows of providers, that come before the config file's own; the language is known before it is. */
export const profileSchema = v.strictObject({
  ...v.partial(v.strictObject(profiled)).entries,
  providers: v.optional(mapping(name, providerSchema)),
});
export type ProfileConfig = v.InferOutput<typeof profileSchema>;

export const configFileSchema = v.strictObject({
  ...v.partial(v.strictObject(settingSchemas)).entries,
  profiles: v.optional(mapping(name, profileSchema)),
  roles: v.optional(mapping(name, roleEntry)),
  providers: v.optional(mapping(name, providerSchema)),
  models: v.optional(mapping(name, modelEntry)),
  /** MCP servers, whose tools a model is offered. */
  mcp_servers: v.optional(mapping(name, serverSchema)),
  /** For a model (`provider/id`), the ones that take over when it is down, in order: `provider/id`, or a provider. */
  failover: v.optional(mapping(v.string(), v.array(text))),
  /** What may be spent in the settings' currency: of all providers together, and of each by its name. */
  budget: v.optional(v.objectWithRest(limits, v.strictObject(limits))),
  /** By the provider's name. */
  limits: v.optional(mapping(name, rateLimitSchema)),
  /** Days on which DeepSeek charges no peak price, `YYYY-MM-DD`, beyond those the program knows. */
  holidays: v.optional(v.array(day)),
});
export type ConfigFile = v.InferOutput<typeof configFileSchema>;

/** Where a value comes from, for `config list` and for errors. */
export interface Origin {
  readonly kind:
    | "flag"
    | "role"
    | "profile"
    | "environment"
    | "dotenv"
    | "file"
    | "command"
    | "keyring"
    | "store"
    | "built-in";
  /** The flag, the role, the profile, the variable, the path of the file, the program or the keyring; empty for built-in values. */
  readonly name: string;
}

/** What the command line set: values with the flag that set them. */
export type Flags = { readonly [Name in SettingName]?: { readonly value: unknown; readonly flag: string } };
