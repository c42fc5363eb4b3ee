import type { ModelFacts } from "./model-table.ts";
import { isRecord } from "./wire/json.ts";

/** A row of a provider's list of models. */
export interface OfferedModel {
  readonly id: string;
  /** What the list itself says of it. */
  readonly facts: ModelFacts;
  /** False for what only makes vectors. */
  readonly chats: boolean;
}

/**
 * The rows of a list of models in any of the forms that servers give it: OpenAI's `{data: […]}`, Ollama's and LM Studio's
 * `{models: […]}`, a bare array; of objects or of ids. Where a list comes in two of them (llama.cpp), `data` names the models
 * and both tell of them.
 *
 * @returns each id once; null where the answer holds no list, or a list without one readable row
 */
export function readModelList(answer: unknown): OfferedModel[] | null {
  const lists = listsIn(answer);
  const [first] = lists;
  if (first === undefined) return null;
  const found = new Map<string, OfferedModel>();
  for (const row of first.flatMap(readRow)) found.set(row.id, merged(found.get(row.id), row));
  for (const row of lists.slice(1).flat().flatMap(readRow)) {
    if (found.has(row.id)) found.set(row.id, merged(found.get(row.id), row));
  }
  return found.size === 0 && first.length > 0 ? null : [...found.values()];
}

function listsIn(answer: unknown): (readonly unknown[])[] {
  if (Array.isArray(answer)) return [answer];
  if (!isRecord(answer)) return [];
  const lists = ["data", "models", "result"].flatMap((name) => {
    const list = answer[name];
    if (Array.isArray(list)) return [list as unknown[]];
    // One level down, behind an envelope of the gateway's own.
    return isRecord(list) ? listsIn({ data: list["data"] ?? list["models"] }) : [];
  });
  return lists.length === 0 && answer["object"] === "list" && answer["data"] === null ? [[]] : lists;
}

function merged(before: OfferedModel | undefined, row: OfferedModel): OfferedModel {
  if (before === undefined) return row;
  return { id: row.id, facts: { ...row.facts, ...before.facts }, chats: before.chats && row.chats };
}

const idFields = ["id", "model", "name", "key", "model_name"] as const;

function readRow(row: unknown): OfferedModel[] {
  if (typeof row === "string") return row === "" ? [] : [{ id: row, facts: {}, chats: isChatId(row) }];
  if (!isRecord(row)) return [];
  const id = idFields.map((field) => row[field]).find((value) => typeof value === "string" && value !== "");
  if (typeof id !== "string") return [];
  const type = typeof row["type"] === "string" ? row["type"] : "";
  return [{ id, facts: factsOfRow(row), chats: isChatId(id) && !/embed|rerank/iu.test(type) }];
}

function isChatId(id: string): boolean {
  return !/(?:^|[-_/.:])(?:embed(?:ding)?s?|rerank(?:er)?)(?:$|[-_/.:])/iu.test(id);
}

/** Where servers tell the window, by path; the first that is a number counts, the one in force before the longest possible. */
const contextPaths = [
  "meta.n_ctx", // llama.cpp
  "loaded_context_length", // LM Studio
  "max_model_len", // vLLM, SGLang
  "context_length", // OpenRouter, Together, LiteLLM
  "context_window", // Groq
  "max_context_length", // LM Studio, Mistral
  "top_provider.context_length",
  "model_info.max_input_tokens", // LiteLLM
  "max_input_tokens",
  "limits.max_input_tokens", // GitHub Models
] as const;
const outputPaths = [
  "top_provider.max_completion_tokens",
  "max_completion_tokens",
  "max_output_tokens",
  "model_info.max_output_tokens",
  "limits.max_output_tokens",
] as const;
const inputPaths = ["architecture.input_modalities", "input_modalities", "supported_input_modalities"] as const;

/** What a row says of its model beside its id; nothing that makes no sense. */
export function factsOfRow(row: Readonly<Record<string, unknown>>): ModelFacts {
  const context = firstTokens(row, contextPaths);
  const maxOutput = firstTokens(row, outputPaths);
  const vision = visionIn(row);
  return {
    ...(context !== null && { context }),
    ...(maxOutput !== null && { maxOutput }),
    ...(vision !== null && { vision }),
  };
}

function firstTokens(row: unknown, paths: readonly string[]): number | null {
  for (const path of paths) {
    const count = tokensOf(valueAt(row, path));
    if (count !== null) return count;
  }
  return null;
}

/** Far above any model's window: what is larger is a mistake. */
const maxTokenCount = 1e9;

/** A number of tokens from outside; null for what cannot be one. */
export function tokensOf(value: unknown): number | null {
  const count = typeof value === "string" && /^\d{1,10}$/u.test(value) ? Number(value) : value;
  return typeof count === "number" && Number.isSafeInteger(count) && count > 0 && count <= maxTokenCount ? count : null;
}

function visionIn(row: Readonly<Record<string, unknown>>): boolean | null {
  const inputs = inputPaths.map((path) => valueAt(row, path)).find((value) => Array.isArray(value));
  if (Array.isArray(inputs)) return inputs.includes("image");
  const { type, capabilities } = row;
  if (type === "vlm") return true;
  if (Array.isArray(capabilities)) {
    if (capabilities.includes("vision") || capabilities.includes("multimodal")) return true;
    // Ollama and llama.cpp name all abilities in these words; lists of others leave it open.
    if (capabilities.includes("completion")) return false;
  }
  const said = [valueAt(row, "capabilities.vision"), valueAt(row, "model_info.supports_vision")];
  const flag = said.find((value) => typeof value === "boolean");
  return typeof flag === "boolean" ? flag : null;
}

/** The objects in the list at such a path; none where there is no list. */
export function rowsAt(value: unknown, path: string): Record<string, unknown>[] {
  const list = valueAt(value, path);
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

/** The value at a path of own fields; undefined where there is none. */
export function valueAt(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split(".")) {
    if (!isRecord(found) || !Object.hasOwn(found, name)) return undefined;
    found = found[name];
  }
  return found;
}
