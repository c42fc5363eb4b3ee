import type { PrivateKind } from "../../finetune/private-data.ts";
import type { ExampleForm, LineProblem, ExampleFault } from "../../finetune/line-problem.ts";

const forms: Readonly<Record<ExampleForm, string>> = {
  chat: "messages",
  completion: "prompt and completion",
  preference: "input with a preferred and a non-preferred output",
};

/** What is wrong with an example, by code. */
const problems: Readonly<Record<ExampleFault, (detail: string) => string>> = {
  not_utf8: () => "not valid UTF-8",
  too_long: (bytes) => `line too long (${bytes} bytes; the maximum is 48 MiB)`,
  not_json: (said) => `not valid JSON (${said})`,
  not_object: () => "not a JSON object; put one object on each line",
  no_example: (names) =>
    `expected messages, or prompt and completion, or input with two outputs${names && ` (fields: ${names})`}`,
  other_form: (form) => `not in the format of the first example (${forms[form as ExampleForm]})`,
  no_messages: () => "no messages",
  bad_message: () => "not a message: an object with role and content",
  bad_role: (role) => `unknown role: ${role || "none"} (expected system, user, assistant or tool)`,
  bad_content: (value) => `invalid content${value && `: ${value}`} (expected text or parts)`,
  empty_text: () => "empty text",
  no_answer: () => "no assistant message: nothing to learn",
  last_not_answer: (role) => `ends with a ${role} message instead of an assistant message`,
  system_late: () => "system message that isn't the first message",
  answer_first: () => "answer before any question",
  bad_call: () => "invalid tool call (expected id, function.name and function.arguments as JSON text)",
  tool_without_call: (id) => `tool result without a call${id && `: ${id}`}`,
  call_without_result: (id) => `no result for the call ${id}`,
  bad_weight: (value) => `invalid weight: ${value} (expected 0 or 1, on assistant messages only)`,
  no_weight: () => "every answer has weight 0: nothing to learn",
  bad_tools: () => "invalid tools (expected a list of functions with name and parameters)",
  over_window: (tokens) => `${tokens} tokens, more than the model's context window`,
  unlisted_tool: (name) => `calls ${name}, which the example's tools don't list`,
  unknown_field: (name) => `unknown field: ${name}`,
  repeated_role: (role) => `two ${role} messages in a row`,
  empty_system: () => "empty system message",
  duplicate: (line) => `same as line ${line}`,
};

const kinds: Readonly<Record<PrivateKind, string>> = {
  key: "key",
  email: "e-mail address",
  phone: "telephone number",
  id_number: "identity number",
};

/** Why a turn or a conversation is not in a training file. */
const reasons = {
  unfinished: "the answer is missing, failed or was cut off",
  picture: "it has a picture",
  not_good: "not marked with /good",
  context: "it follows a turn that was left out",
  duplicate: "same as another example",
  empty: "it is empty",
} as const;

interface FoundFacts {
  readonly title: string;
  readonly turn: number;
  readonly role: string;
  readonly kind: PrivateKind;
  readonly excerpt: string;
  readonly mask: boolean;
}

const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

/** What is said of training files; loaded with the commands that read and write them. */
export const training = {
  reading: "Checking",
  levels: { error: "error", warning: "warning" },
  problem: ({ code, at, detail }: LineProblem): string => `${at === "" ? "" : `${at}: `}${problems[code](detail)}`,
  more: ({ count }: { count: number }) => `… and ${count} more; --json lists all.`,
  contents: ({
    file,
    form,
    examples,
    messages,
  }: {
    file: string;
    form: ExampleForm | null;
    examples: number;
    messages: number;
  }) =>
    form === null
      ? `${file} · no examples`
      : `${file} · ${counted(examples, "example", "examples")} (${forms[form]}) · ${counted(messages, "message", "messages")}`,
  tokens: (facts: {
    tokens: string;
    longest: string;
    longestLine: number;
    model: string;
    isExact: boolean;
    window: string | null;
  }) =>
    `${facts.isExact ? "" : "~"}${facts.tokens} tokens (${facts.isExact ? `vocabulary of ${facts.model}` : "estimated"}) · longest example ${facts.longest}, line ${facts.longestLine}${facts.window === null ? "" : ` · context window ${facts.window}`}`,
  cost: ({ cost }: { cost: string }) => `About ${cost} per epoch`,
  costUnknown: ({ model, currency }: { model: string; currency: string }) =>
    `Cost unknown: ${model} has no training price in ${currency}. Set models.${model}.${currency}.training in the config file.`,
  found: ({ title, turn, role, kind, excerpt, mask }: FoundFacts) =>
    `${mask ? "Masked" : "Found"} in “${title}”, turn ${turn}, ${role}: ${kinds[kind]} ${excerpt}`,
  leftOut: ({ title, turn, why }: { title: string; turn: number | null; why: keyof typeof reasons }) =>
    `Left out: “${title}”${turn === null ? "" : `, turn ${turn}`} (${reasons[why]})`,
  reallyReplace: ({ path }: { path: string }) => `${path} already exists. Replace it?`,
  prepared: ({
    examples,
    path,
    validation,
  }: {
    examples: number;
    path: string;
    validation: { examples: number; path: string } | null;
  }) =>
    `Wrote ${counted(examples, "example", "examples")} to ${path}${validation === null ? "" : ` and ${validation.examples} to ${validation.path}`}. Nothing was sent.`,
  notAllCompared: "Only the first 4,000,000 examples were compared for duplicates.",
  few: ({ examples }: { examples: number }) =>
    `Only ${counted(examples, "example", "examples")}: services with OpenAI's API need at least 10.`,
  verdict: ({ errors, warnings }: { errors: number; warnings: number }) =>
    errors + warnings === 0
      ? "No problems found. Nothing was sent."
      : `${counted(errors, "error", "errors")}, ${counted(warnings, "warning", "warnings")}. Nothing was sent.`,
};
