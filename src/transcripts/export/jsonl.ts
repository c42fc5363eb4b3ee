import type { Exchange, Transcript } from "../format/types.ts";
import { spoken } from "./visible-turns.ts";

type Content = string | readonly ({ type: "text"; text: string } | { type: "image_url"; image_url: { url: string } })[];

interface JsonlMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: Content;
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
    messages.push({ role: "user", content: contentOf(exchange) }, { role: "assistant", content: exchange.answer });
  }
  return messages.length === 0 ? "" : `${JSON.stringify({ messages })}\n`;
}

/** A service that says nothing of why it ended (an import, say) is taken at its word that it ended. */
function isWhole({ status, finishReason, question, answer }: Exchange): boolean {
  const finished = finishReason === null || finishReason === "stop" || finishReason === "tool_calls";
  return status === "complete" && finished && question.trim() !== "" && answer.trim() !== "";
}

function contentOf({ question, images }: Exchange): Content {
  if (images.length === 0) return question;
  return [
    { type: "text", text: question },
    ...images.map(({ url }) => ({ type: "image_url" as const, image_url: { url } })),
  ];
}
