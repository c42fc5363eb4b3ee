import type { WebSource, WebUse } from "../../chat/events.ts";
import type { AssistantMessage, ServiceBlock } from "../../chat/messages.ts";
import type { ChatRequest } from "../../chat/model.ts";
import type { Provider } from "../catalogue.ts";
import { isRecord } from "./json.ts";

/**
 * DeepSeek's own web tools, as documented for Chat Completions since 2026-11-13. They are no functions: the service runs them. How it
 * returns them stands nowhere, so that whatever an answer has beside text counts as theirs.
 */
const webTools: readonly { readonly type: string }[] = [{ type: "deepseek_web_search" }, { type: "deepseek_read_url" }];

/** Whether a request declares them. */
export function declaresWebTools(
  { webSearch = false, model, toolChoice }: Pick<ChatRequest, "webSearch" | "model" | "toolChoice">,
  { webModels }: Pick<Provider, "webModels">,
): boolean {
  // Where one tool is the answer, the others may have to fit its rules.
  return webSearch && typeof toolChoice !== "object" && webModels.includes(model);
}

/** The tools that a request declares, with those of the service. */
export function withWebTools(
  fields: Readonly<Record<string, unknown>>,
  request: ChatRequest,
  connection: Pick<Provider, "webModels">,
): Record<string, unknown> {
  if (!declaresWebTools(request, connection)) return fields;
  const functions = Array.isArray(fields["tools"]) ? (fields["tools"] as unknown[]) : [];
  return { ...fields, tools: [...functions, ...webTools] };
}

/** Whether a request's body lets the service search the web; also where a person wrote the tools into the body. */
export function hasWebTools({ tools }: { readonly tools?: unknown }): boolean {
  if (!Array.isArray(tools)) return false;
  return (tools as unknown[]).some((tool) => isRecord(tool) && webTools.some(({ type }) => type === tool["type"]));
}

/** Whether a service used tools of its own for a message. */
export function hasBlocks({ content }: AssistantMessage): boolean {
  return content.some(({ type }) => type === "service");
}

/** A message as it goes out, with the blocks that its service had sent in it, as they came. */
export function withBlocks(
  fields: Record<string, unknown>,
  { content }: AssistantMessage,
  provider: string,
): Record<string, unknown> {
  const blocks = content.filter((part) => part.type === "service" && part.provider === provider) as ServiceBlock[];
  if (blocks.length === 0) return fields;
  const whole = { ...fields };
  if (blocks.some(({ field }) => field === "content")) whole["content"] = contentWith(content, provider);
  for (const { field, value } of blocks) {
    if (field === "content") continue;
    const before = whole[field];
    whole[field] = Array.isArray(before) && Array.isArray(value) ? [...(before as unknown[]), ...value] : value;
  }
  return whole;
}

/** The text and the blocks between it, in order. */
function contentWith(content: AssistantMessage["content"], provider: string): unknown[] {
  const parts: unknown[] = [];
  let text = "";
  const flush = () => {
    if (text !== "") parts.push({ type: "text", text });
    text = "";
  };
  for (const part of content) {
    if (part.type === "text") text += part.text;
    if (part.type !== "service" || part.field !== "content" || part.provider !== provider) continue;
    if (part.text !== "" && text.endsWith(part.text)) text = text.slice(0, -part.text.length);
    flush();
    parts.push(part.value);
  }
  flush();
  return parts;
}

/** Sources of one answer that are kept, and nesting that is followed. */
const maxSources = 200;
const deepest = 8;

/**
 * What an answer's blocks say of the web.
 *
 * @param counted what the service says that it bills; null where it does not
 * @returns null where nothing in them is a search, a page or a source
 */
export function webUseOf(values: readonly unknown[], counted: number | null): WebUse | null {
  const found = new Map<string, WebSource>();
  for (const value of values) addSources(value, found, 0);
  const sources = [...found.values()];
  const [calls, results] = [count(values, isCall), count(values, isResult)];
  if (calls + results + sources.length + (counted ?? 0) === 0) return null;
  return { searches: counted ?? (calls || results || null), sources };
}

function addSources(value: unknown, found: Map<string, WebSource>, depth: number): void {
  if (depth > deepest || found.size >= maxSources) return;
  if (Array.isArray(value)) for (const item of value as unknown[]) addSources(item, found, depth + 1);
  if (typeof value === "string" && /^\s*[[{]/u.test(value)) return addSources(parsed(value), found, depth + 1);
  if (!isRecord(value)) return;
  const url = [value["url"], value["link"], value["uri"]].find((each) => typeof each === "string");
  if (typeof url === "string" && /^https?:\/\/\S+$/iu.test(url)) {
    const title = [value["title"], value["name"], value["site_name"]].find(
      (each) => typeof each === "string" && each !== "",
    );
    const known = found.get(url)?.title ?? null;
    found.set(url, { title: known ?? (typeof title === "string" ? title : null), url });
  }
  for (const each of Object.values(value)) if (typeof each === "object") addSources(each, found, depth + 1);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** How many objects are of a kind; those within one that is are not looked at. */
function count(value: unknown, is: (name: string) => boolean, depth = 0): number {
  if (depth > deepest) return 0;
  if (Array.isArray(value))
    return (value as unknown[]).reduce<number>((sum, each) => sum + count(each, is, depth + 1), 0);
  if (!isRecord(value)) return 0;
  const names = [value["type"], value["name"]].filter((each) => typeof each === "string");
  if (names.some((each) => webName.test(each)) && is(String(value["type"]))) return 1;
  return Object.values(value).reduce<number>((sum, each) => sum + count(each, is, depth + 1), 0);
}

/** Types and names of blocks about the web; a single hit in a list of results is none. */
const webName = /web_?(?:search|fetch)|read_?url|url_?fetch|^search(?:_tool)?_?(?:call|results?)?$/iu;

function isResult(type: string): boolean {
  return /results?$|output$/iu.test(type) && !/^web_search_result$/iu.test(type);
}

function isCall(type: string): boolean {
  return !/result|output|citation/iu.test(type);
}

/** The number of searches and pages that the service bills, in the forms of usage that services have; null where there is none. */
export function searchesIn(usage: unknown): number | null {
  if (!isRecord(usage)) return null;
  const places = [usage["server_tool_use"], usage["server_tool_usage"], usage["web_tools"], usage];
  for (const place of places) {
    if (!isRecord(place)) continue;
    const counts = Object.entries(place).filter(([name]) =>
      /(?:search|fetch|read_url|url)_(?:requests|calls|count)$/u.test(name),
    );
    const numbers = counts.flatMap(([, each]) =>
      Number.isSafeInteger(each) && (each as number) >= 0 ? [each as number] : [],
    );
    if (numbers.length > 0) return numbers.reduce((sum, each) => sum + each, 0);
  }
  return null;
}
