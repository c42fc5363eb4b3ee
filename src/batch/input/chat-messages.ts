import type { AssistantMessage, ImagePart, Message, TextPart, ToolCall } from "../../chat/messages.ts";
import { LineMistake } from "./record.ts";
import { isFields } from "./request-fields.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Gives the address of a picture that a line names: its own, or of a file as `data:`. @throws LineMistake `bad_picture`, `picture_outside` */
export type PictureSource = (url: string) => string;

/**
 * Messages as OpenAI's API has them.
 *
 * @throws LineMistake `bad_message`, `bad_picture`, `picture_outside`; `no_prompt` for none
 */
export function chatMessages(given: unknown, picture: PictureSource): readonly Message[] {
  if (!Array.isArray(given)) throw new LineMistake("bad_message", "messages");
  if (given.length === 0) throw new LineMistake("no_prompt");
  return given.map((message: unknown, index) => {
    const at = `messages[${index}]`;
    if (!isFields(message)) throw new LineMistake("bad_message", at);
    const read = readers[String(message["role"])];
    if (read === undefined) throw new LineMistake("bad_message", `${at}.role`);
    return read(message, at, picture);
  });
}

const readers: Readonly<Record<string, (message: Fields, at: string, picture: PictureSource) => Message>> = {
  system: systemMessage,
  developer: systemMessage,
  user: ({ content }, at, picture) => ({ role: "user", content: partsOf(content, `${at}.content`, picture) }),
  assistant: assistantMessage,
  tool: ({ content, tool_call_id: callId }, at, picture) => {
    if (typeof callId !== "string") throw new LineMistake("bad_message", `${at}.tool_call_id`);
    return { role: "tool", callId, content: partsOf(content, `${at}.content`, picture) };
  },
};

function systemMessage({ content }: Fields, at: string): Message {
  return { role: "system", content: textIn(content, `${at}.content`) };
}

function assistantMessage(message: Fields, at: string): AssistantMessage {
  const { content, reasoning_content: thinking, prefix, tool_calls: calls } = message;
  const hasCalls = Array.isArray(calls) && calls.length > 0;
  const text = (content ?? null) === null && hasCalls ? "" : textIn(content, `${at}.content`);
  return {
    role: "assistant",
    content: [
      ...(typeof thinking === "string" && thinking !== "" ? [{ type: "thinking", text: thinking } as const] : []),
      ...(text === "" ? [] : [{ type: "text", text } as const]),
      ...(hasCalls ? calls.map((call: unknown, index) => callOf(call, `${at}.tool_calls[${index}]`)) : []),
    ],
    ...(prefix === true && { prefix }),
  };
}

function callOf(call: unknown, at: string): ToolCall {
  const { id, function: called } = isFields(call) ? call : {};
  const { name, arguments: given } = isFields(called) ? called : {};
  if (typeof id !== "string" || typeof name !== "string") throw new LineMistake("bad_message", at);
  if (typeof given !== "string") throw new LineMistake("bad_message", `${at}.function.arguments`);
  return { type: "tool_call", id, name, arguments: given };
}

/** Text, also where it is written as a list of parts. */
function textIn(content: unknown, at: string): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) throw new LineMistake("bad_message", at);
  return content.map((part: unknown, index) => textPart(part, `${at}[${index}]`)).join("");
}

function textPart(part: unknown, at: string): string {
  if (isFields(part) && part["type"] === "text" && typeof part["text"] === "string") return part["text"];
  throw new LineMistake("bad_message", at);
}

function partsOf(content: unknown, at: string, picture: PictureSource): readonly (TextPart | ImagePart)[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  if (!Array.isArray(content)) throw new LineMistake("bad_message", at);
  return content.map((part: unknown, index) => {
    const place = `${at}[${index}]`;
    if (!isFields(part) || part["type"] !== "image_url") return { type: "text", text: textPart(part, place) };
    const image = part["image_url"];
    const { url, detail } = isFields(image) ? image : { url: image };
    if (typeof url !== "string") throw new LineMistake("bad_message", place);
    return { type: "image", name: "image", url: picture(url), ...(typeof detail === "string" && { detail }) };
  });
}
