import { callsOf, textOf } from "../../chat/message-text.ts";
import type { AssistantMessage, Message, ToolMessage } from "../../chat/messages.ts";
import type { ChatRequest } from "../../chat/model.ts";
import type { Provider } from "../catalogue.ts";

type Fields = Record<string, unknown>;

/** What a request says of the tools that the model may call. */
export function toolFields({ tools = [], toolChoice }: ChatRequest, provider: Pick<Provider, "tools">): Fields {
  if (tools.length === 0 || provider.tools === "none") return {};
  const form = provider.tools;
  const functions = tools.map(({ name, description, parameters }) => ({ name, description, parameters }));
  const choice =
    typeof toolChoice !== "object"
      ? toolChoice
      : form === "functions"
        ? { name: toolChoice.tool }
        : { type: "function", function: { name: toolChoice.tool } };
  if (form === "functions") return { functions, ...(choice !== undefined && { function_call: choice }) };
  return {
    tools: functions.map((each) => ({ type: "function", function: each })),
    ...(choice !== undefined && { tool_choice: choice }),
  };
}

/** An answer or a result in the form of `tools`. */
export function toolMessages(message: AssistantMessage | ToolMessage, thinking: Fields): Fields[] {
  const content = textOf(message.content);
  if (message.role === "tool") {
    return [{ role: "tool", tool_call_id: message.callId, content }];
  }
  const calls = callsOf(message).map(({ id, name, arguments: json }) => ({
    id,
    type: "function",
    function: { name, arguments: json },
  }));
  return [{ ...answerFields(message), ...(calls.length > 0 && { tool_calls: calls }), ...thinking }];
}

/** The same in the older form of `functions`: one call a message, with its result behind it, which is told by the function's name. */
export function functionMessages(): (message: AssistantMessage | ToolMessage, thinking: Fields) => Fields[] {
  let calls = new Map<string, Fields>();
  let opening: Fields = {};
  return (message, thinking) => {
    if (message.role === "tool") {
      const call = calls.get(message.callId) ?? {};
      const result = { role: "function", name: call["name"] ?? "", content: textOf(message.content) };
      const asked = { ...opening, function_call: call };
      opening = { role: "assistant", content: "" };
      return [asked, result];
    }
    const fields = { ...answerFields(message), ...thinking };
    const own = callsOf(message);
    calls = new Map(own.map(({ id, name, arguments: json }) => [id, { name, arguments: json }]));
    if (own.length === 0) return [fields];
    opening = fields;
    return [];
  };
}

/**
 * Messages for a service that knows nothing of tools: of each turn what was said, without calls and their results.
 *
 * @param messages of a conversation, which earlier had tools
 */
export function withoutTools(messages: readonly Message[]): readonly Message[] {
  const plain: Message[] = [];
  for (const message of messages) {
    if (message.role === "tool") continue;
    const before = plain.at(-1);
    if (message.role !== "assistant") plain.push(message);
    else if (before?.role === "assistant") plain.splice(-1, 1, joinedAnswer(before, message));
    else plain.push({ ...message, content: message.content.filter(({ type }) => type !== "tool_call") });
  }
  return plain;
}

function joinedAnswer(before: AssistantMessage, message: AssistantMessage): AssistantMessage {
  const text = [before, message].map(({ content }) => textOf(content)).filter((each) => each !== "");
  const thinking = message.content.filter(({ type }) => type === "thinking");
  return { ...message, content: [...thinking, { type: "text", text: text.join("\n\n") }] };
}

/** Pictures of an answer do not go back; one of pictures alone names them, as some services take no answer without text. */
function answerFields({ role, content, prefix }: AssistantMessage): Fields {
  const names = content.flatMap((part) => (part.type === "image" ? [`[${part.name}]`] : []));
  return { role, content: textOf(content) || names.join(" "), ...(prefix && { prefix }) };
}

/**
 * The pictures that tools returned, as a message of the user's behind their results: a result is text, and nothing may stand between
 * the results of one answer.
 *
 * @param last index of the last of the results
 * @param detail of the settings
 */
export function returnedPictures(messages: readonly Message[], last: number, detail: string | undefined): Fields[] {
  const first = messages.findLastIndex(({ role }, index) => index < last && role !== "tool") + 1;
  const pictures = messages
    .slice(first, last + 1)
    .flatMap(({ content }) => (typeof content === "string" ? [] : picturesIn(content, detail)));
  return pictures.length === 0 ? [] : [{ role: "user", content: pictures }];
}

/**
 * The pictures of a message that are in it themselves.
 *
 * @param detail how closely the model is to look at those that do not say it; undefined: as the service likes
 */
export function picturesIn(content: Exclude<Message["content"], string>, detail: string | undefined): Fields[] {
  return content.flatMap((part) => {
    if (part.type !== "image" || !/^data:/iu.test(part.url)) return [];
    const wanted = part.detail ?? detail;
    return [{ type: "image_url", image_url: { url: part.url, ...(wanted !== undefined && { detail: wanted }) } }];
  });
}
