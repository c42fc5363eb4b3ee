import type { ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions";
import type { Message } from "../../chat/messages.ts";
import type { ChatRequest } from "../../chat/model.ts";
import { type Sampling, samplingOf } from "../../chat/sampling.ts";
import { prefixOf, textOf, thinkingOf } from "../../chat/message-text.ts";
import type { Connection } from "../connection.ts";
import { dayOf, withDay } from "./date-reminder.ts";
import { thinkingFields } from "./thinking-switch.ts";

/**
 * The body of a request. Fields that OpenAI does not know (`top_k`, `thinking`) go in at the top level, where the services
 * read them; what nobody set is left out. Fields that somebody wrote for the provider come before settings, and those for the
 * request after them.
 */
export function requestBody(request: ChatRequest, connection: Connection): ChatCompletionCreateParamsStreaming {
  const beginning = prefixOf(request.messages);
  // SiliconFlow takes the beginning beside the messages, and only without thinking (docs.siliconflow.cn, guides/prefix).
  const field = connection.prefix === "field" ? beginning : null;
  const body = {
    ...(request.stream && connection.streamUsage && { stream_options: { include_usage: true } }),
    ...(request.wantsTitle === true && connection.titles && { title: { enabled: true } }),
    ...connection.body,
    model: request.model,
    messages: wireMessages(field !== null ? request.messages.slice(0, -1) : request.messages, connection, request),
    stream: request.stream,
    ...samplingFields(request.sampling),
    ...thinkingFields(connection.thinking, field !== null ? { enabled: false, effort: null } : request.thinking),
    ...request.sampling.body,
    ...(field !== null && { prefix: textOf(field.content) }),
  };
  // The package's types know neither the services' own fields nor `prefix`; its code sends what it is given.
  return body as unknown as ChatCompletionCreateParamsStreaming;
}

function samplingFields(sampling: Sampling): Record<string, unknown> {
  const fields = samplingOf(sampling, (kind) => kind !== "fields");
  const form = fields.response_format;
  return { ...fields, ...(typeof form === "string" && { response_format: { type: form } }) };
}

/** The day a question was asked on is told before it, where it is to be told and is not that of the question before. */
function wireMessages(
  messages: readonly Message[],
  { reminders }: Connection,
  { tellsDate = false }: ChatRequest,
): Record<string, unknown>[] {
  if (!tellsDate) return messages.map(wireMessage);
  let told = "";
  return messages.flatMap((message) => {
    const day = message.role === "user" && message.askedAt !== undefined ? dayOf(message.askedAt) : told;
    if (day === told) return [wireMessage(message)];
    told = day;
    return withDay(wireMessage(message), day, reminders);
  });
}

/** Thinking is sent back only with a prefix to continue from: elsewhere the services do not want it. */
function wireMessage(message: Message): Record<string, unknown> {
  const { role } = message;
  const content = textOf(message.content);
  if (role === "system") return { role, content };
  if (role === "tool") return { role, tool_call_id: message.callId, content };
  if (role === "user") {
    // An address would be fetched by the service, also one that only its machine reaches.
    const pictures = message.content.flatMap((part) =>
      part.type === "image" && /^data:/iu.test(part.url) ? [{ type: "image_url", image_url: { url: part.url } }] : [],
    );
    return { role, content: pictures.length === 0 ? content : [{ type: "text", text: content }, ...pictures] };
  }
  const calls = message.content.flatMap((part) =>
    part.type === "tool_call"
      ? [{ id: part.id, type: "function", function: { name: part.name, arguments: part.arguments } }]
      : [],
  );
  const thinking = message.prefix === true ? thinkingOf(message.content) : "";
  return {
    role,
    content,
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(message.prefix && { prefix: true }),
    ...(thinking !== "" && { reasoning_content: thinking }),
  };
}
