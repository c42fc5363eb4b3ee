import { callsOf, textOf } from "../../chat/message-text.ts";
import { answersIn } from "../format/exchange-messages.ts";
import { hasCalls } from "../format/sections.ts";
import type { Exchange, Transcript } from "../format/types.ts";
import { spoken } from "./visible-turns.ts";

type Content = string | readonly ({ type: "text"; text: string } | { type: "image_url"; image_url: { url: string } })[];

/** A message of OpenAI's form. */
export interface JsonlMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: Content;
  readonly tool_calls?: readonly object[];
  readonly tool_call_id?: string;
}

/**
 * A conversation as one line of OpenAI's messages form, as fine-tuning takes it; empty when it has no exchange that came to
 * its end. What broke off, failed, or was cut by a limit or a filter would teach a model to break off.
 */
export function asMessagesLine({ exchanges }: Transcript): string {
  const messages: JsonlMessage[] = [];
  let system: string | null = null;
  for (const exchange of spoken(exchanges).filter(isWhole)) {
    if (exchange.system !== system && exchange.system !== null) {
      messages.push({ role: "system", content: exchange.system });
    }
    system = exchange.system;
    messages.push({ role: "user", content: contentOf(exchange) }, ...answersOf(exchange));
  }
  return messages.length === 0 ? "" : `${JSON.stringify({ messages })}\n`;
}

/** A service that says nothing of why it ended (an import, say) is taken at its word that it ended. */
export function isWhole({ status, finishReason, question, answer }: Exchange): boolean {
  const finished = finishReason === null || finishReason === "stop" || finishReason === "tool_calls";
  return status === "complete" && finished && question.trim() !== "" && answer.trim() !== "";
}

/** The answer; where tools were called, the calls and their results too, as messages of their own. */
export function answersOf(exchange: Exchange): readonly JsonlMessage[] {
  if (!hasCalls(exchange)) return [{ role: "assistant", content: exchange.answer }];
  return answersIn([exchange]).map((message) => {
    const content = textOf(message.content);
    if (message.role === "tool") return { role: "tool", tool_call_id: message.callId, content };
    const calls = callsOf(message).map(({ id, name, arguments: json }) => ({
      id,
      type: "function",
      function: { name, arguments: json },
    }));
    return calls.length === 0 ? { role: "assistant", content } : { role: "assistant", content, tool_calls: calls };
  });
}

function contentOf({ question, images }: Exchange): Content {
  const pictures = images.flatMap((image) =>
    "url" in image ? [{ type: "image_url" as const, image_url: { url: image.url } }] : [],
  );
  return pictures.length === 0 ? question : [{ type: "text", text: question }, ...pictures];
}
