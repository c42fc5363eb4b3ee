import type { ChatEvent } from "./events.ts";
import type {
  AssistantMessage,
  DocumentPart,
  FilePart,
  ImagePart,
  Message,
  ToolCall,
  ToolMessage,
  UserMessage,
} from "./messages.ts";

/** A message of text alone. */
export function userMessage(text: string): UserMessage {
  return { role: "user", content: text === "" ? [] : [{ type: "text", text }] };
}

/**
 * @param thinking that the text came of; empty for none
 * @param calls of tools, behind the text
 */
export function assistantMessage(text: string, thinking = "", calls: readonly ToolCall[] = []): AssistantMessage {
  const words = text === "" && calls.length > 0 ? [] : [{ type: "text", text } as const];
  const thoughts = thinking === "" ? [] : [{ type: "thinking", text: thinking } as const];
  return { role: "assistant", content: [...thoughts, ...words, ...calls] };
}

/** The events that answers and results of tools once came by, in order. */
export function* answerEvents(messages: readonly (AssistantMessage | ToolMessage)[]): Generator<ChatEvent> {
  const calls = new Map<string, ToolCall>();
  for (const message of messages) {
    if (message.role === "tool") {
      const call = calls.get(message.callId);
      const output = { content: message.content, isError: message.isError === true };
      if (call !== undefined) yield { type: "tool_result", call, output };
      continue;
    }
    for (const part of message.content) {
      if (part.type === "thinking") yield { type: "reasoning", text: part.text };
      else if (part.type === "text" && part.text !== "") yield { type: "text", text: part.text };
      else if (part.type === "service") yield { type: "block", block: part };
      else if (part.type === "image") yield { type: "image", image: part };
      else if (part.type === "tool_call") yield { type: "tool_call", call: part };
    }
    for (const call of callsOf(message)) calls.set(call.id, call);
  }
}

/** The calls of tools in a message. */
export function callsOf({ role, content }: Message): readonly ToolCall[] {
  return role === "assistant" ? content.filter((part) => part.type === "tool_call") : [];
}

/** The text of a message as services and transcripts have it: files fenced and named behind the words, thinking left out. */
export function textOf(content: Message["content"]): string {
  if (typeof content === "string") return content;
  const words = wordsOf(content);
  const files = content.flatMap((part) => (part.type === "file" ? [fenced(part)] : []));
  return [...(words === "" ? [] : [words]), ...files].join("\n\n");
}

/** What was typed or said, without files and thinking. */
export function wordsOf(content: Exclude<Message["content"], string>): string {
  return content.map((part) => (part.type === "text" ? part.text : "")).join("");
}

/** The pictures that answers brought, in order. */
export function answerPictures(messages: readonly (AssistantMessage | ToolMessage)[]): readonly ImagePart[] {
  return messages.flatMap(({ role, content }) =>
    role === "assistant" ? content.flatMap((part) => (part.type === "image" ? [part] : [])) : [],
  );
}

/** The documents that messages name as files. */
export function documentsIn(messages: readonly Message[]): DocumentPart[] {
  return messages.flatMap((message) =>
    message.role === "user" ? message.content.filter((part) => part.type === "document") : [],
  );
}

/** The thinking in a message; empty where there is none. */
export function thinkingOf(content: AssistantMessage["content"]): string {
  return content.map((part) => (part.type === "thinking" ? part.text : "")).join("");
}

/** The beginning of an answer that a request continues; null where it asks a question. */
export function prefixOf(messages: readonly Message[]): AssistantMessage | null {
  const last = messages.at(-1);
  return last?.role === "assistant" && last.prefix === true ? last : null;
}

/**
 * Takes the text of a saved question apart: what was typed, and the files behind it.
 *
 * @returns parts of which `textOf` gives the same text
 */
export function splitAttached(question: string): { readonly words: string; readonly files: readonly FilePart[] } {
  const files: FilePart[] = [];
  let end = question.length;
  for (;;) {
    const last = lastFile(question, end);
    if (last === null) return { words: question.slice(0, end), files: files.reverse() };
    files.push(last.file);
    end = last.start;
  }
}

/** The file that stands last before `end`, and where what comes before it ends. Looks at that file alone: there may be thousands. */
function lastFile(question: string, end: number): { file: FilePart; start: number } | null {
  let close = end;
  while (question[close - 1] === "`") close--;
  const fence = question.slice(close, end);
  if (fence.length < 3 || question[close - 1] !== "\n") return null;
  // No line of the file begins with as many backticks, so the last one that does opens it.
  const opening = question.lastIndexOf(`\n${fence}`, close - 2);
  if (opening < 0) return null;
  const blank = question.lastIndexOf("\n\n", opening - 1);
  const start = blank < 0 ? 0 : blank + 2;
  const bodyAt = question.indexOf("\n", opening + 1) + 1;
  const name = question.slice(start, opening).replace(/:$/u, "");
  const body = bodyAt > close - 1 ? "" : question.slice(bodyAt, close - 1);
  // A line break at the end of a file does not stand in the question.
  const file: FilePart = { type: "file", name, text: body.endsWith("\n") ? `${body}\n` : body };
  return blank !== 0 && fenced(file) === question.slice(start, end) ? { file, start: Math.max(blank, 0) } : null;
}

function fenced({ name, text }: FilePart): string {
  let longest = 2;
  for (const [ticks] of text.matchAll(/^`{3,}/gmu)) longest = Math.max(longest, ticks.length);
  const fence = "`".repeat(longest + 1);
  const extension = /[^./]\.([^./]+)$/u.exec(name)?.[1] ?? "";
  return `${name}:\n${fence}${extension}\n${text.replace(/\n$/u, "")}\n${fence}`;
}
