import { type JsonFields, isJsonObject } from "./json-fields.ts";
import type { LineProblem, ExampleFault } from "./line-problem.ts";

/** Takes what is wrong. */
export type OnProblem = (code: ExampleFault, at: string, detail?: string) => void;

const roles: ReadonlySet<unknown> = new Set(["system", "developer", "user", "assistant", "tool", "function"]);
const messageFields: ReadonlySet<string> = new Set(
  "role content name weight tool_calls tool_call_id function_call refusal reasoning_content".split(" "),
);

/** What a list of messages says, as far as it can be understood. */
export interface CheckedMessages {
  readonly texts: readonly string[];
  readonly count: number;
}

/**
 * Checks messages of a training example: roles and their order, contents, weights, calls of tools with their results.
 *
 * @param at where they stand in the line
 * @param toolNames names of the tools that the line lists; null where it lists none
 * @param endsWithAnswer whether the last one is to be the assistant's
 */
export function checkMessages(
  given: unknown,
  at: string,
  toolNames: ReadonlySet<string> | null,
  endsWithAnswer: boolean,
  onProblem: OnProblem,
): CheckedMessages {
  if (!Array.isArray(given) || given.length === 0) {
    onProblem("no_messages", at);
    return { texts: [], count: 0 };
  }
  const check = new MessageCheck(toolNames, onProblem);
  for (const [index, message] of given.entries()) check.take(message, `${at}[${index}]`);
  check.end(at, endsWithAnswer);
  return { texts: check.texts, count: given.length };
}

class MessageCheck {
  readonly texts: string[] = [];
  readonly #toolNames: ReadonlySet<string> | null;
  readonly #onProblem: OnProblem;
  /** Calls without a result so far: where each stands, by its id. */
  readonly #open = new Map<string, string>();
  readonly #weights: unknown[] = [];
  #role = "";
  #answers = 0;
  #hasBegun = false;

  constructor(toolNames: ReadonlySet<string> | null, onProblem: OnProblem) {
    this.#toolNames = toolNames;
    this.#onProblem = onProblem;
  }

  take(message: unknown, at: string): void {
    if (!isJsonObject(message)) return this.#onProblem("bad_message", at);
    const { role } = message;
    if (!roles.has(role)) return this.#onProblem("bad_role", `${at}.role`, shown(role));
    this.#order(role as string, at);
    for (const name of Object.keys(message)) if (!messageFields.has(name)) this.#onProblem("unknown_field", at, name);
    const calls = this.#calls(message, at);
    const text = this.#text(message["content"], `${at}.content`, role === "assistant" && calls > 0);
    if (text !== null) this.#checkEmpty(role as string, text, `${at}.content`, calls);
    if (role === "tool") this.#result(message["tool_call_id"], at);
    this.#weight(message["weight"], role, at);
  }

  end(at: string, endsWithAnswer: boolean): void {
    if (this.#answers === 0 && endsWithAnswer) this.#onProblem("no_answer", at);
    else if (endsWithAnswer && this.#role !== "assistant") this.#onProblem("last_not_answer", at, this.#role);
    if (this.#weights.length > 0 && this.#weights.every((weight) => weight === 0)) this.#onProblem("no_weight", at);
    // The calls that an example ends with are what the model learns to make.
    if (this.#role === "assistant") return;
    for (const [id, place] of this.#open) this.#onProblem("call_without_result", place, id);
  }

  #order(role: string, at: string): void {
    const isSystem = role === "system" || role === "developer";
    if (isSystem && this.#hasBegun) this.#onProblem("system_late", at);
    if (role === "assistant" && !this.#hasBegun) this.#onProblem("answer_first", at);
    const isRepeated = role === this.#role && (role === "user" || role === "assistant");
    if (isRepeated) this.#onProblem("repeated_role", at, role);
    if (!isSystem) this.#hasBegun = true;
    if (role === "assistant") this.#answers++;
    if (role === "user") {
      for (const [id, place] of this.#open) this.#onProblem("call_without_result", place, id);
      this.#open.clear();
    }
    this.#role = role;
  }

  /** The text of a content; null where it is none. */
  #text(content: unknown, at: string, mayBeMissing: boolean): string | null {
    if (typeof content === "string") {
      this.texts.push(content);
      return content;
    }
    if ((content === null || content === undefined) && mayBeMissing) return "";
    if (!Array.isArray(content)) {
      this.#onProblem("bad_content", at, shown(content));
      return null;
    }
    return content.map((part: unknown, index) => this.#part(part, `${at}[${index}]`)).join("");
  }

  #part(part: unknown, at: string): string {
    const { type, text } = isJsonObject(part) ? part : {};
    if (type === "text" && typeof text === "string") {
      this.texts.push(text);
      return text;
    }
    // A picture is a content too.
    if (type === "image_url" || type === "refusal" || type === "input_audio" || type === "file") return shown(type);
    this.#onProblem("bad_content", at, shown(type));
    return " ";
  }

  #checkEmpty(role: string, text: string, at: string, calls: number): void {
    if (text.trim() !== "") return;
    if (role === "system" || role === "developer") this.#onProblem("empty_system", at);
    else if (role === "user" || (role === "assistant" && calls === 0)) this.#onProblem("empty_text", at);
  }

  /** How many tools the message calls. */
  #calls({ tool_calls: calls, function_call: older }: JsonFields, at: string): number {
    if (older !== undefined && older !== null) return 1;
    if (calls === undefined || calls === null) return 0;
    if (!Array.isArray(calls)) {
      this.#onProblem("bad_call", `${at}.tool_calls`);
      return 0;
    }
    for (const [index, call] of calls.entries()) this.#call(call, `${at}.tool_calls[${index}]`);
    return calls.length;
  }

  #call(call: unknown, at: string): void {
    const { id, function: called } = isJsonObject(call) ? call : {};
    const { name, arguments: json } = isJsonObject(called) ? called : {};
    if (typeof id !== "string" || typeof name !== "string" || typeof json !== "string" || !isJson(json)) {
      return this.#onProblem("bad_call", at);
    }
    this.texts.push(name, json);
    this.#open.set(id, at);
    if (this.#toolNames?.has(name) !== true) this.#onProblem("unlisted_tool", at, name);
  }

  #result(id: unknown, at: string): void {
    if (typeof id === "string" && this.#open.delete(id)) return;
    this.#onProblem("tool_without_call", at, shown(id));
  }

  #weight(weight: unknown, role: unknown, at: string): void {
    if (role === "assistant") this.#weights.push(weight ?? 1);
    if (weight === undefined) return;
    if (role !== "assistant" || (weight !== 0 && weight !== 1))
      this.#onProblem("bad_weight", `${at}.weight`, shown(weight));
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A value as it stands in a sentence. */
function shown(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** Keeps what is wrong with a line. */
export function problemList(): { readonly problems: LineProblem[]; readonly onProblem: OnProblem } {
  const problems: LineProblem[] = [];
  return { problems, onProblem: (code, at, detail = "") => void problems.push({ code, at, detail }) };
}
