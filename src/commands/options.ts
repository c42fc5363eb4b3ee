import { InvalidArgumentError, Option } from "commander";
import {
  type ParameterKind,
  type SamplingName,
  samplingNames,
  type SamplingParameter,
  samplingParameters,
} from "../chat/sampling.ts";
import type { Flags, SettingName } from "../config/schema.ts";
import type { Words } from "../words/types.ts";
import type { Verb } from "./command.ts";

type OptionWords = Words["help"]["options"];

/** One flag and the setting it sets. */
interface Row {
  readonly flags: string;
  readonly words: keyof OptionWords;
  readonly setting: SettingName;
  /** Where it stands in the help. */
  readonly group: keyof Words["help"]["groups"];
  /** What the text of the flag becomes; text where there is none. */
  readonly read?: (text: string, before: unknown) => unknown;
}

/** The values of an option that may be given several times. */
export function gathered(text: string, before: unknown): string[] {
  return [...(Array.isArray(before) ? (before as string[]) : []), text];
}

/** A number; what is none stays as it was typed, for the error to quote. */
function numeric(text: string): number | string {
  const number = Number(text);
  return text.trim() === "" || Number.isNaN(number) ? text : number;
}

/** What is JSON as such, and all else as the text it is. */
function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** `key=value` several times as an object; a value is JSON, or text. */
function fields(text: string, before: unknown): Record<string, unknown> {
  const [, key, value] = /^([^=]+)=(.*)$/su.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError("key=value");
  return { ...(before as object | undefined), [key.trim()]: jsonOrText(value) };
}

/** `name=value` several times as an object; a value is the text it is. */
function variables(text: string, before: unknown): Record<string, string> {
  const [, name, value] = /^([^=]+)=(.*)$/su.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("name=value");
  return { ...(before as Record<string, string> | undefined), [name.trim()]: value };
}

/** A whole number from 1, for an option that is no setting. */
export function counting(text: string): number {
  if (/^[1-9]\d*$/u.test(text)) return Number(text);
  throw new InvalidArgumentError("≥ 1");
}

/** What stands behind the flag of a parameter, and how it is read. */
const parameterFlags: {
  readonly [Kind in ParameterKind]: { readonly value: string; readonly read: NonNullable<Row["read"]> };
} = {
  number: { value: "number", read: numeric },
  count: { value: "number", read: numeric },
  integer: { value: "number", read: numeric },
  texts: { value: "text", read: gathered },
  form: { value: "form", read: jsonOrText },
  detail: { value: "level", read: (text) => text },
  fields: { value: "key=value", read: fields },
};

function samplingRow(name: SamplingName): Row {
  const { kind, short }: SamplingParameter = samplingParameters[name];
  const { value, read } = parameterFlags[kind];
  const flag = `--${name.replaceAll("_", "-")} <${value}>`;
  return {
    flags: short === undefined ? flag : `-${short}, ${flag}`,
    words: name,
    setting: name,
    group: "sampling",
    read,
  };
}

/** The options of `chat` and `ask` that are settings. The order is the one of --help. */
const rows: readonly Row[] = [
  { flags: "-p, --provider <name>", words: "provider", setting: "provider", group: "model" },
  { flags: "-m, --model <id>", words: "model", setting: "model", group: "model" },
  { flags: "-s, --system <text>", words: "system", setting: "system", group: "model" },
  { flags: "-r, --role <name>", words: "role", setting: "role", group: "model" },
  { flags: "--var <name=value>", words: "var", setting: "vars", group: "model", read: variables },
  { flags: "--thinking", words: "thinking", setting: "thinking", group: "model" },
  { flags: "--no-thinking", words: "noThinking", setting: "thinking", group: "model" },
  { flags: "--effort <level>", words: "effort", setting: "effort", group: "model" },
  ...samplingNames.map(samplingRow),
  { flags: "--transcript <file>", words: "transcript", setting: "transcript", group: "saving" },
  { flags: "--transcripts <dir>", words: "transcripts", setting: "transcripts", group: "saving" },
  { flags: "--no-transcript", words: "noTranscript", setting: "save", group: "saving" },
  { flags: "--no-history", words: "noHistory", setting: "history", group: "conversation" },
  { flags: "--documents <how>", words: "documents", setting: "documents", group: "conversation" },
  { flags: "--cache [ttl]", words: "cache", setting: "cache", group: "cache", read: (text) => text || true },
  { flags: "--no-cache", words: "noCache", setting: "cache", group: "cache" },
  { flags: "--refresh-cache", words: "refreshCache", setting: "refresh_cache", group: "cache" },
  { flags: "--tools [names]", words: "tools", setting: "tools", group: "tools", read: (text) => text || true },
  { flags: "--no-tools", words: "noTools", setting: "tools", group: "tools" },
  { flags: "--allow-tool <name>", words: "allowTool", setting: "allow_tool", group: "tools", read: gathered },
  { flags: "--max-tool-rounds <n>", words: "maxToolRounds", setting: "max_tool_rounds", group: "tools", read: numeric },
  { flags: "--web", words: "web", setting: "web", group: "tools" },
  { flags: "--no-stream", words: "noStream", setting: "stream", group: "output" },
  { flags: "--no-render", words: "noRender", setting: "render", group: "output" },
  { flags: "--show-thinking <when>", words: "showThinking", setting: "show_thinking", group: "output" },
  { flags: "--max-cost <amount>", words: "maxCost", setting: "max_cost", group: "cost", read: numeric },
  { flags: "--over-budget", words: "overBudget", setting: "over_budget", group: "cost" },
  { flags: "--timeout <seconds>", words: "timeout", setting: "timeout", group: "network", read: numeric },
  { flags: "--max-wait <seconds>", words: "maxWait", setting: "max_wait", group: "network", read: numeric },
  {
    flags: "--max-answer-size <MB>",
    words: "maxAnswerSize",
    setting: "max_answer_size",
    group: "network",
    read: numeric,
  },
  { flags: "--retries <n>", words: "retries", setting: "retries", group: "network", read: numeric },
];

/** Those of `ask` alone. */
const askRows: readonly Row[] = [
  { flags: "--schema <schema>", words: "schema", setting: "schema", group: "output" },
  { flags: "--schema-multi", words: "schemaMulti", setting: "schema_multi", group: "output" },
];

const asks = new Set<SettingName>([
  "provider",
  "model",
  "timeout",
  "retries",
  "max_cost",
  "over_budget",
  "transcripts",
]);

/** What `chat` and `ask` take that is no setting. */
export interface ChatOptions {
  readonly estimate?: boolean;
}

/** Declares all of them. */
export function declareChatOptions(command: Verb): void {
  declare(command, rows);
  command.optionsGroup(command.words.help.groups.cost).option("--estimate", command.words.help.options.estimate);
}

/** Declares the one that allows tools. */
export function declareApprovalOption(command: Verb): void {
  declare(
    command,
    rows.filter(({ setting }) => setting === "allow_tool"),
  );
}

/** Declares those of a structured answer. */
export function declareSchemaOptions(command: Verb): void {
  declare(command, askRows);
}

const batchGroups: ReadonlySet<Row["group"]> = new Set(["model", "sampling", "cache", "tools", "cost", "network"]);

/** Declares those of many questions at once. */
export function declareBatchOptions(command: Verb): void {
  declare(command, [...rows.filter(({ group }) => batchGroups.has(group)), ...askRows]);
}

/** Settings that say how a gap is filled. */
const completeSettings: ReadonlySet<SettingName> = new Set([
  "provider",
  "model",
  "temperature",
  "top_p",
  "max_tokens",
  "stop",
  "seed",
  "body",
  "cache",
  "refresh_cache",
  "stream",
  "max_cost",
  "over_budget",
  "timeout",
  "max_wait",
  "retries",
] satisfies SettingName[]);

/** Declares those of a gap that is to be filled. */
export function declareCompleteOptions(command: Verb): void {
  declare(
    command,
    rows.filter(({ setting }) => completeSettings.has(setting)),
  );
}

const imageSettings: ReadonlySet<SettingName> = new Set([
  ...(["provider", "model", "seed", "body", "transcript", "transcripts", "save", "max_cost", "over_budget"] as const),
  ...(["timeout", "max_wait", "retries"] as const),
]);

/** Declares those of pictures that are settings. */
export function declareImageOptions(command: Verb): void {
  declare(
    command,
    rows.filter(({ setting }) => imageSettings.has(setting)),
  );
}

const workerGroups: ReadonlySet<Row["group"]> = new Set(["cache", "tools", "network"]);

/** Declares those that are a worker's own, whatever it is asked. */
export function declareWorkerOptions(command: Verb): void {
  declare(
    command,
    rows.filter(({ group }) => workerGroups.has(group)),
  );
}

/** Declares the options of provider, model and cost, for commands that ask no question. */
export function declareProviderOptions(command: Verb, settings: readonly SettingName[]): void {
  declare(
    command,
    rows.filter((row) => asks.has(row.setting) && settings.includes(row.setting)),
  );
}

function declare(command: Verb, chosen: readonly Row[]): void {
  const { options, groups } = command.words.help;
  for (const row of chosen) {
    const option = new Option(row.flags, options[row.words]).helpGroup(groups[row.group]);
    if (row.read !== undefined) option.argParser(row.read);
    // `--no-x` alone would make commander set x to true: what nobody said must stay unsaid.
    command.addOption(option);
    if (option.negate) command.setOptionValue(option.attributeName(), undefined);
  }
}

/** What the command line said of settings: only flags that somebody wrote. */
export function readFlags(command: Verb): Flags {
  const flags: Record<string, { value: unknown; flag: string }> = {};
  for (const current of [command, ...parents(command)]) {
    for (const option of current.options) {
      const row = [...rows, ...askRows, ...globalRows].find((candidate) => candidate.flags === option.flags);
      if (row === undefined || current.getOptionValueSource(option.attributeName()) !== "cli") continue;
      const value: unknown = current.getOptionValue(option.attributeName());
      // `--transcript file` and `--no-transcript` share an attribute: the one that was written last holds.
      if (option.negate !== (value === false)) continue;
      flags[row.setting] ??= { value, flag: option.long ?? option.flags };
    }
  }
  return flags;
}

/** Options of every command that are settings. */
const globalRows: readonly { flags: string; setting: SettingName }[] = [
  { flags: "--profile <name>", setting: "profile" },
  { flags: "--lang <code>", setting: "lang" },
  { flags: "--log-file <path>", setting: "log_file" },
  { flags: "--log-content", setting: "log_content" },
];

function parents(command: Verb): Verb[] {
  return command.parent === null ? [] : [command.parent as Verb, ...parents(command.parent as Verb)];
}
