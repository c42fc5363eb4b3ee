import type { AuthForm } from "../config/auth-options.ts";
import type {
  balanceForms,
  prefixForms,
  ProviderConfig,
  schemaForms,
  thinkingForms,
  toolForms,
} from "../config/schema.ts";
import type { VersionPlace } from "../config/request-rows.ts";
import type { WireConfig } from "../config/wire-schema.ts";
import { AppError, type ServiceName } from "../errors.ts";
import { batchRules } from "./batches/rules.ts";
import { noServices, type Services, servicesOf } from "./services.ts";

export type SchemaForm = (typeof schemaForms)[number];

interface ApiVersion {
  /** Null where only a setting gives it. */
  readonly value: string | null;
  readonly in: VersionPlace;
  /** Of the parameter or the header. */
  readonly name: string;
}

/** What the program knows of a provider. A new provider is a row of `catalogue`, or an entry of the config file. */
export interface Provider extends Services {
  readonly name: string;
  readonly baseUrl: string;
  /** The environment variable that names another endpoint. */
  readonly baseUrlVariable: string | null;
  readonly keyVariable: string | null;
  /** A program that prints the key; only the config file names one. */
  readonly keyCommand: string | readonly string[] | null;
  /** False for local servers: they are asked without a key. */
  readonly keyNeeded: boolean;
  /** How it is told who asks; null: by the key as a bearer token. */
  readonly auth: AuthForm | null;
  /** The model taken when nobody names one; null where only the server knows its models. */
  readonly model: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Parameters of each request's URL. */
  readonly query: Readonly<Record<string, string>>;
  /** How requests say which version of the API they are for; null where they do not. */
  readonly apiVersion: ApiVersion | null;
  /** The command that starts the server, for those of this machine; null where there is none, or it is not known. */
  readonly start: string | null;
  readonly thinking: (typeof thinkingForms)[number];
  readonly prefix: (typeof prefixForms)[number];
  /** How it is told of tools: OpenAI's `tools`, the older `functions`, or not at all. */
  readonly tools: (typeof toolForms)[number];
  /** Models that search the web and read pages at the service itself, where a request declares these tools. */
  readonly webModels: readonly string[];
  /** Whether a stream is asked for its usage (`stream_options`); some gateways answer 400 to that. */
  readonly streamUsage: boolean;
  /** Whether it takes messages of the role `latest_reminder`, which tell the date; to others it is told in the question. */
  readonly reminders: boolean;
  /** Whether it gives a conversation a title in the call that answers (`title: {enabled: true}`). */
  readonly titles: boolean;
  readonly balance: (typeof balanceForms)[number];
  /** How it is asked for an answer that fits a schema. */
  readonly schema: SchemaForm;
  /** What `GET /models` is asked with, to list chat models alone. */
  readonly modelsQuery: Readonly<Record<string, string>>;
  /** Whether it streams; else answers come whole. */
  readonly streams: boolean;
  /** Fields that the config file adds to each request, where no setting gives them; those of `body` come before the others. */
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** Fields of each request, whatever settings say. */
  readonly extraBody: Readonly<Record<string, unknown>>;
  /** Fields that it must not be sent, by name or JSON pointer. */
  readonly drop: readonly string[];
  /** Names of fields, each with the name or JSON pointer that it has there. */
  readonly rename: Readonly<Record<string, string>>;
  /** How a question goes out and its answer comes back. */
  readonly wire: WireConfig;
  /** Of the config file alone: no row of the catalogue. */
  readonly isCustom: boolean;
}

const hosted = {
  ...noServices,
  keyNeeded: true,
  keyCommand: null,
  auth: null,
  tools: "tools",
  webModels: [],
  streamUsage: true,
  reminders: false,
  titles: false,
  headers: {},
  query: {},
  apiVersion: null,
  start: null,
  modelsQuery: {},
  isCustom: false,
  streams: true,
  defaults: {},
  body: {},
  extraBody: {},
  drop: [],
  rename: {},
  wire: "openai",
} as const;
const local = {
  ...hosted,
  keyNeeded: false,
  baseUrlVariable: null,
  keyVariable: null,
  model: null,
  prefix: "none",
  balance: "none",
  fillIn: "suffix",
  // llama.cpp, Ollama, LM Studio and vLLM make a grammar of it.
  schema: "json_schema",
} as const;
const siliconflow = {
  ...hosted,
  baseUrlVariable: "SILICONFLOW_BASE_URL",
  keyVariable: "SILICONFLOW_API_KEY",
  model: "deepseek-ai/DeepSeek-V4-Flash",
  thinking: "enable_thinking",
  prefix: "field",
  balance: "siliconflow",
  // docs.siliconflow.cn, guides/json-mode: `json_object` alone.
  schema: "json",
  batches: batchRules.siliconflow,
  images: "siliconflow",
  modelsQuery: { sub_type: "chat" },
} as const;

/** Checked 2026-11-20; sources: the providers' API documentation. */
const catalogue: readonly Provider[] = [
  {
    ...hosted,
    name: "deepseek",
    baseUrl: "https://api.deepseek.com",
    baseUrlVariable: "DEEPSEEK_BASE_URL",
    keyVariable: "DEEPSEEK_API_KEY",
    model: "deepseek-flash",
    thinking: "deepseek",
    prefix: "beta",
    reminders: true,
    titles: true,
    // Since 2026-11-13 (api-docs.deepseek.com); the former name is the same model.
    webModels: ["deepseek-flash", "deepseek-v4-flash"],
    balance: "deepseek",
    schema: "strict_tool",
    files: "deepseek",
    ocr: "deepseek",
    fillIn: "beta",
  },
  { ...siliconflow, name: "siliconflow", baseUrl: "https://api.siliconflow.cn/v1" },
  { ...siliconflow, name: "siliconflow-com", baseUrl: "https://api.siliconflow.com/v1" },
  {
    ...local,
    name: "ollama",
    start: "ollama serve",
    baseUrl: "http://127.0.0.1:11434/v1",
    thinking: "reasoning_effort",
  },
  {
    ...local,
    name: "lmstudio",
    start: "lms server start",
    baseUrl: "http://127.0.0.1:1234/v1",
    thinking: "reasoning_effort",
  },
  {
    ...local,
    name: "llamacpp",
    start: "llama-server -m <model>.gguf",
    baseUrl: "http://127.0.0.1:8080/v1",
    thinking: "chat_template",
  },
  {
    ...local,
    name: "vllm",
    start: "vllm serve <model>",
    baseUrl: "http://127.0.0.1:8000/v1",
    thinking: "chat_template",
  },
  // Its address is known once the program has started it; see demo/server.ts.
  { ...local, name: "demo", baseUrl: "", model: "demo-tour", thinking: "deepseek", prefix: "field", fillIn: null },
];

/** Models that are gone, and what took their place. DeepSeek retired these on 2026-07-24. */
export const retiredModels: ReadonlyMap<string, string> = new Map([
  ["deepseek-chat", "deepseek-flash"],
  ["deepseek-reasoner", "deepseek-flash"],
]);

export const localProviders = ["ollama", "lmstudio", "llamacpp", "vllm"] as const;

type Custom = Readonly<Record<string, ProviderConfig>>;

/** All names, the catalogue's first. */
export function providerNames(custom: Custom): string[] {
  return [...new Set([...catalogue.map((row) => row.name), ...Object.keys(custom)])];
}

/**
 * The provider of a name: the catalogue's row, changed and extended by the config file's entry.
 *
 * @throws AppError `unknown_provider`; `bad_value` for a custom provider without a base URL
 */
export function findProvider(name: string, custom: Custom): Provider {
  const row = findRow(name);
  const entry = Object.hasOwn(custom, name) ? custom[name] : undefined;
  if (row === undefined && entry === undefined) {
    throw new AppError("unknown_provider", { name, known: providerNames(custom) });
  }
  const base = row ?? plainProvider(name);
  const wire = entry?.wire ?? base.wire;
  const provider: Provider = {
    ...base,
    ...servicesOf(entry, base),
    wire,
    baseUrl: httpForm(entry?.base_url ?? base.baseUrl, wire),
    keyVariable: entry?.key_variable ?? base.keyVariable,
    keyCommand: entry?.key_command ?? null,
    keyNeeded:
      entry?.key_needed ?? (base.keyNeeded || entry?.key_variable !== undefined || entry?.key_command !== undefined),
    auth: entry?.auth ?? null,
    model: entry?.model ?? base.model,
    headers: { ...base.headers, ...entry?.headers },
    thinking: entry?.thinking ?? base.thinking,
    prefix: entry?.prefix ?? base.prefix,
    tools: entry?.tools ?? (wire === "openai" ? base.tools : "none"),
    streamUsage: entry?.stream_usage ?? base.streamUsage,
    balance: entry?.balance ?? base.balance,
    query: entry?.query ?? {},
    apiVersion: apiVersionOf(entry),
    streams: entry?.stream ?? true,
    defaults: entry?.defaults ?? {},
    schema: entry?.schema ?? (wire === "openai" ? base.schema : "prompt"),
    body: entry?.body ?? {},
    extraBody: entry?.extra_body ?? {},
    drop: entry?.drop ?? [],
    rename: entry?.rename ?? {},
  };
  if (provider.baseUrl === "" && name !== "demo") {
    throw new AppError("bad_value", { name: `providers.${name}.base_url`, value: '""', expected: "https://…" });
  }
  return provider;
}

/** A version alone goes into the base URL where that has a place for it, else into the query, as at Azure. */
function apiVersionOf({ api_version: row, base_url: baseUrl = "" }: ProviderConfig = {}): ApiVersion | null {
  if (row === undefined) return null;
  const usual = baseUrl.includes(versionMark) ? "path" : "query";
  const { value = null, in: place = usual, name = "api-version" } = typeof row === "string" ? { value: row } : row;
  return { value, in: place, name };
}

/** Where a version stands in a base URL. */
export const versionMark = "{api_version}";

/** The address of a WebSocket as one of HTTP, which it begins as: whatever holds for that one (keys, proxies, certificates) holds for it. */
function httpForm(url: string, wire: WireConfig): string {
  return wire !== "openai" && wire.type === "websocket" ? url.replace(/^ws(?=s?:)/iu, "http") : url;
}

/** The providers that have a service, the catalogue's first. */
export function providersWith(service: ServiceName, custom: Custom): string[] {
  return providerNames(custom).filter(
    (name) => servicesOf(custom[name], findRow(name) ?? plainProvider(name))[service] !== null,
  );
}

/**
 * The form in which a provider has a service.
 *
 * @throws AppError `not_offered` where it has none
 */
export function serviceOf<Name extends ServiceName>(
  provider: Provider,
  service: Name,
  custom: Custom,
): NonNullable<Services[Name]> {
  const form: Services[Name] = provider[service];
  if (form !== null) return form;
  throw new AppError("not_offered", { provider: provider.name, service, others: providersWith(service, custom) });
}

/** The names of all environment variables that hold a provider's key. */
export function keyVariables(custom: Custom): string[] {
  const rows = providerNames(custom).map((name) => custom[name]?.key_variable ?? findRow(name)?.keyVariable ?? null);
  return [...new Set(rows.filter((variable) => variable !== null))];
}

function findRow(name: string): Provider | undefined {
  return catalogue.find((provider) => provider.name === name);
}

/** One that nothing is known of. It has no key until an entry says otherwise: many self-hosted gateways ask for none. */
export function plainProvider(name: string, baseUrl = ""): Provider {
  return { ...local, ...noServices, name, baseUrl, thinking: "none", isCustom: true };
}
