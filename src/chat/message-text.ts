import type { AssistantMessage, FilePart, Message, UserMessage } from "./messages.ts";

/** A message of text alone. */
export function userMessage(text: string): UserMessage {
  return { role: "user", content: text === "" ? [] : [{ type: "text", text }] };
}

/** @param thinking that the text came of; empty for none */
export function assistantMessage(text: string, thinking = ""): AssistantMessage {
  const content = [{ type: "text", text }] as const;
  return { role: "assistant", content: thinking === "" ? content : [{ type: "thinking", text: thinking }, ...content] };
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
  let rest = question;
  for (;;) {
    const last = lastFile(rest);
    if (last === null) return { words: rest, files };
    files.unshift(last.file);
    rest = last.before;
  }
}

function lastFile(question: string): { file: FilePart; before: string } | null {
  const fence = /\n(`{3,})$/u.exec(question)?.[1];
  if (fence === undefined) return null;
  const end = question.length - fence.length - 1;
  // No line of the file begins with as many backticks, so the last one that does opens it.
  const opening = question.lastIndexOf(`\n${fence}`, end - 1);
  if (opening < 0) return null;
  const nameAt = Math.max(question.lastIndexOf("\n\n", opening - 1) + 2, 0);
  const start = nameAt === 1 ? 0 : nameAt;
  const bodyAt = question.indexOf("\n", opening + 1) + 1;
  const name = question.slice(start, opening).replace(/:$/u, "");
  const body = bodyAt > end ? "" : question.slice(bodyAt, end);
  // A line break at the end of a file does not stand in the question.
  const file: FilePart = { type: "file", name, text: body.endsWith("\n") ? `${body}\n` : body };
  const before = question.slice(0, Math.max(start - 2, 0));
  const joined = [...(before === "" ? [] : [before]), fenced(file)].join("\n\n");
  return joined === question ? { file, before } : null;
}

function fenced({ name, text }: FilePart): string {
  let longest = 2;
  for (const [ticks] of text.matchAll(/^`{3,}/gmu)) longest = Math.max(longest, ticks.length);
  const fence = "`".repeat(longest + 1);
  const extension = /[^./]\.([^./]+)$/u.exec(name)?.[1] ?? "";
  return `${name}:\n${fence}${extension}\n${text.replace(/\n$/u, "")}\n${fence}`;
}
