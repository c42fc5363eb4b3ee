import { randomUUID } from "node:crypto";
import type { ChatRequest } from "../../chat/model.ts";
import type { TemplateValues } from "../../template.ts";
import type { Connection } from "../connection.ts";
import { isRecord } from "./json.ts";
import { requestBody } from "./request-body.ts";

type WireMessage = Readonly<Record<string, unknown>>;

/**
 * What a template of a request may hold: the fields that a request to `/chat/completions` would have, by their names, and what is made of
 * them for services that want them otherwise.
 *
 * @param more further fields of the body
 */
export function requestVariables(
  connection: Connection,
  request: ChatRequest,
  more: Readonly<Record<string, unknown>>,
): TemplateValues {
  const fields = { ...requestBody(request, connection), ...more } as unknown as Record<string, unknown>;
  const { model: _model, messages: given, stream: _stream, stream_options: _counts, ...options } = fields;
  const messages = given as WireMessage[];
  const isSystem = ({ role }: WireMessage) => role === "system";
  const now = Date.now();
  return {
    ...fields,
    /** All further fields in one. */
    options,
    prompt: promptOf(messages),
    question: textOf(messages.findLast(({ role }) => role === "user")),
    system: messages.some(isSystem) ? messages.filter(isSystem).map(textOf).join("\n\n") : undefined,
    /** The messages without the system prompt. */
    turns: messages.filter((message) => !isSystem(message)),
    key: connection.key ?? undefined,
    id: randomUUID(),
    timestamp: Math.floor(now / 1000),
    timestamp_ms: now,
  };
}

const speakers: Readonly<Record<string, string>> = { system: "System", user: "User", assistant: "Assistant" };

/** The conversation as one text, for models that complete one: a single question verbatim, else each message behind who said it. */
function promptOf(messages: readonly WireMessage[]): string {
  const [first] = messages;
  if (messages.length === 1 && first?.["role"] === "user") return textOf(first);
  const said = messages.map((message) => `${speakers[String(message["role"])] ?? "User"}: ${textOf(message)}`);
  // A beginning of the answer is to be continued where it ends.
  const isBegun = messages.at(-1)?.["role"] === "assistant";
  return [...said, ...(isBegun ? [] : ["Assistant:"])].join("\n\n");
}

function textOf(message: WireMessage | undefined): string {
  const content = message?.["content"];
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => (isRecord(part) && typeof part["text"] === "string" ? part["text"] : "")).join("");
}
