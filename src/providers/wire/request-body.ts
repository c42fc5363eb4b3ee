import type { ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions";
import type { ChatRequest, Message } from "../../chat/model.ts";
import { type Sampling, samplingOf } from "../../chat/sampling.ts";
import type { Connection } from "../connection.ts";
import { thinkingFields } from "./thinking-switch.ts";

/**
 * The body of a request. Fields that OpenAI does not know (`top_k`, `thinking`) go in at the top level, where the services
 * read them; what nobody set is left out. Fields that somebody wrote for the provider come before settings, and those for the
 * request after them.
 */
export function requestBody(request: ChatRequest, connection: Connection): ChatCompletionCreateParamsStreaming {
  const last = request.messages.at(-1);
  // SiliconFlow takes the beginning beside the messages, and only without thinking (docs.siliconflow.cn, guides/prefix).
  const siliconflow = last?.prefix === true && connection.prefix === "field";
  const body = {
    ...(request.stream && connection.streamUsage && { stream_options: { include_usage: true } }),
    ...connection.body,
    model: request.model,
    messages: (siliconflow ? request.messages.slice(0, -1) : request.messages).map(wireMessage),
    stream: request.stream,
    ...samplingFields(request.sampling),
    ...thinkingFields(connection.thinking, siliconflow ? { enabled: false, effort: null } : request.thinking),
    ...request.sampling.body,
    ...(siliconflow && { prefix: last.content }),
  };
  // The package's types know neither the services' own fields nor `prefix`; its code sends what it is given.
  return body as unknown as ChatCompletionCreateParamsStreaming;
}

function samplingFields(sampling: Sampling): Record<string, unknown> {
  const fields = samplingOf(sampling, (kind) => kind !== "fields");
  const form = fields.response_format;
  return { ...fields, ...(typeof form === "string" && { response_format: { type: form } }) };
}

/** Thinking is sent back only with a prefix to go on from: elsewhere the services do not want it. */
function wireMessage({ role, content, reasoning, prefix, images }: Message): Record<string, unknown> {
  // An address would be fetched by the service, also one that only its machine reaches.
  const embedded = (images ?? []).filter(({ url }) => /^data:/iu.test(url));
  if (embedded.length > 0) {
    const pictures = embedded.map(({ url }) => ({ type: "image_url", image_url: { url } }));
    return { role, content: [{ type: "text", text: content }, ...pictures] };
  }
  if (prefix !== true) return { role, content };
  return { role, content, prefix: true, ...(reasoning && { reasoning_content: reasoning }) };
}
