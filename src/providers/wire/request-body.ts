import type { ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions";
import type { Message, UserMessage } from "../../chat/messages.ts";
import type { ChatRequest } from "../../chat/model.ts";
import { type Sampling, samplingOf } from "../../chat/sampling.ts";
import { callsOf, prefixOf, textOf, thinkingOf } from "../../chat/message-text.ts";
import type { Provider } from "../catalogue.ts";
import { dayOf, withDay } from "./date-reminder.ts";
import { formed } from "./answer-form.ts";
import { withFieldRules } from "./field-rules.ts";
import { thinkingFields } from "./thinking-switch.ts";
import { declaresWebTools, hasBlocks, withBlocks, withWebTools } from "./web-tools.ts";
import {
  functionMessages,
  picturesIn,
  returnedPictures,
  toolFields,
  toolMessages,
  withoutTools,
} from "./tool-messages.ts";

/**
 * The body of a request. Fields that OpenAI does not know (`top_k`, `thinking`) go in at the top level, where the services
 * read them; what nobody set is left out. Of fields that somebody wrote for the provider, defaults come before settings and the others
 * after them, and those for the request last. The provider's rules of fields are applied to the whole.
 */
export function requestBody(asked: ChatRequest, connection: Provider): ChatCompletionCreateParamsStreaming {
  if (asked.suffix !== undefined) return fillInBody(asked, asked.suffix, connection) as never;
  const { request, fields } = formed(asked, connection);
  const beginning = prefixOf(request.messages);
  // SiliconFlow takes the beginning beside the messages, and only without thinking (docs.siliconflow.cn, guides/prefix).
  const field = connection.prefix === "field" ? beginning : null;
  const body = {
    ...(request.stream && connection.streamUsage && { stream_options: { include_usage: true } }),
    ...(request.wantsTitle === true && connection.titles && { title: { enabled: true } }),
    ...connection.defaults,
    ...connection.body,
    model: request.model,
    messages: wireMessages(field !== null ? request.messages.slice(0, -1) : request.messages, connection, request),
    stream: request.stream,
    ...withWebTools(toolFields(request, connection), request, connection),
    ...samplingFields(request.sampling),
    ...thinkingFields(connection.thinking, field !== null ? { enabled: false, effort: null } : request.thinking),
    ...fields,
    ...connection.extraBody,
    ...request.sampling.body,
    ...(field !== null && { prefix: textOf(field.content) }),
  };
  // The package's types know neither the services' own fields nor `prefix`; its code sends what it is given.
  return withFieldRules(body, connection) as unknown as ChatCompletionCreateParamsStreaming;
}

/** The body of a request to fill a gap. Some servers refuse `suffix`, which is left out where nothing stands behind the gap. */
function fillInBody(request: ChatRequest, suffix: string, connection: Provider): Record<string, unknown> {
  const [before] = request.messages;
  const body = {
    ...(request.stream && connection.streamUsage && { stream_options: { include_usage: true } }),
    ...connection.defaults,
    ...connection.body,
    model: request.model,
    prompt: before === undefined ? "" : textOf(before.content),
    ...(suffix !== "" && { suffix }),
    stream: request.stream,
    ...samplingFields(request.sampling),
    ...connection.extraBody,
    ...request.sampling.body,
  };
  return withFieldRules(body, connection);
}

function samplingFields(sampling: Sampling): Record<string, unknown> {
  const fields = samplingOf(sampling, (kind) => kind !== "fields" && kind !== "detail");
  const form = fields.response_format;
  return { ...fields, ...(typeof form === "string" && { response_format: { type: form } }) };
}

/** The day a question was asked on is told before it, where it is to be told and is not that of the question before. */
function wireMessages(
  given: readonly Message[],
  connection: Provider,
  request: ChatRequest,
): Record<string, unknown>[] {
  const { tellsDate = false, tools = [] } = request;
  const messages = connection.tools === "none" ? withoutTools(given) : given;
  const { image_detail: detail } = request.sampling;
  const write = messageWriter(connection, tools.length > 0 || declaresWebTools(request, connection), detail);
  let told = "";
  return messages.flatMap((message, index) => {
    const written = write(message);
    if (message.role === "tool" && messages[index + 1]?.role !== "tool")
      return written.concat(returnedPictures(messages, index, detail));
    if (!tellsDate || message.role !== "user" || message.askedAt === undefined) return written;
    const day = dayOf(message.askedAt);
    if (day === told) return written;
    told = day;
    return written.flatMap((question) => withDay(question, day, connection.reminders));
  });
}

/**
 * Writes messages one after the other. DeepSeek demands the thinking back with every request behind a call of a tool; it goes back with
 * all messages where tools are offered, and elsewhere from the first call on, so that no message changes from request to request. It misses
 * the field of an answer without thinking too, as of another model. Services of other makers do not know the field.
 */
function messageWriter(
  provider: Provider,
  offersTools: boolean,
  detail: string | undefined,
): (message: Message) => Record<string, unknown>[] {
  const { thinking, tools, name } = provider;
  const knowsThinking = thinking === "deepseek" || thinking === "enable_thinking";
  const writeTurn = tools === "functions" ? functionMessages() : toolMessages;
  let returnsThinking = knowsThinking && offersTools;
  return (message) => {
    const { role } = message;
    const hasTools = callsOf(message).length > 0 || (role === "assistant" && hasBlocks(message));
    returnsThinking ||= knowsThinking && hasTools;
    if (role === "system") return [{ role, content: message.content }];
    if (role === "user") return [{ role, content: userContent(message, provider, detail) }];
    if (role === "tool") return writeTurn(message, {});
    // Elsewhere thinking goes back only with a prefix to continue from.
    const thought = returnsThinking || message.prefix ? thinkingOf(message.content) : "";
    const isDemanded = returnsThinking && thinking === "deepseek";
    const written = writeTurn(message, thought === "" && !isDemanded ? {} : { reasoning_content: thought });
    return role === "assistant" ? written.map((fields) => withBlocks(fields, message, name)) : written;
  };
}

/** A document of another provider, or of none, is not left out without a word: the model could not tell why it is spoken of. */
function userContent({ content }: UserMessage, { name, files }: Provider, detail: string | undefined): unknown {
  const documents = content.filter((part) => part.type === "document");
  const here = documents.flatMap(({ place }) => (files !== null && place?.provider === name ? [place.id] : []));
  const missing = documents.filter(({ place }) => files === null || place?.provider !== name);
  const notes = missing.map((document) => `[The document "${document.name}" is not available.]`);
  const text = [textOf(content), ...notes].filter((each) => each !== "").join("\n\n");
  const attached = [
    ...here.map((id) => ({ type: "file", file: { file_id: id } })),
    // An address would be fetched by the service, also one that only its machine reaches.
    ...picturesIn(content, detail),
  ];
  return attached.length === 0 ? text : [{ type: "text", text }, ...attached];
}
