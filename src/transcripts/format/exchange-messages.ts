import type { ChatEvent } from "../../chat/events.ts";
import { callsOf } from "../../chat/message-text.ts";
import { MessageTrace } from "../../chat/message-trace.ts";
import type { AssistantMessage, ToolMessage } from "../../chat/messages.ts";
import { hasCalls, orderedSections } from "./sections.ts";
import { readCallBody, readResultBody } from "./tool-sections.ts";
import type { Exchange } from "./types.ts";

/** What a model is told of a call whose result nobody wrote down. */
const noResult = "No result: the program ended before the tool did.";

/** Whether an exchange is part of the conversation: something was answered, or a tool was called. */
export function isAnswered(exchange: Exchange): boolean {
  return exchange.answer !== "" || hasCalls(exchange);
}

/**
 * The messages of exchanges in which tools were called, in order: each call has its result behind it, as the services demand.
 *
 * @param exchanges one, then those that continue its answer
 */
export function toolMessages(exchanges: readonly Exchange[]): readonly (AssistantMessage | ToolMessage)[] {
  const trace = new MessageTrace(null);
  for (const exchange of exchanges) for (const event of eventsOf(exchange)) trace.take(event);
  return withResults(trace.messages);
}

function* eventsOf(exchange: Exchange): Generator<ChatEvent> {
  const calls = new Map<string, Extract<ChatEvent, { type: "tool_call" }>["call"]>();
  for (const { name, text } of orderedSections(exchange)) {
    if (name === "Thinking") yield { type: "reasoning", text };
    else if (name === "Answer") yield { type: "text", text };
    else if (name === "Call") {
      const call = readCallBody(text);
      if (call === null) continue;
      calls.set(call.id, call);
      yield { type: "tool_call", call };
    } else if (name === "Result") {
      const result = readResultBody(text);
      const call = result === null ? undefined : calls.get(result.id);
      if (call !== undefined) yield { type: "tool_result", call, output: result!.output };
    }
  }
}

function withResults(messages: readonly (AssistantMessage | ToolMessage)[]): (AssistantMessage | ToolMessage)[] {
  return messages.flatMap((message, index) => {
    const rest = messages.slice(index + 1);
    const next = rest.findIndex(({ role }) => role === "assistant");
    const results = next < 0 ? rest : rest.slice(0, next);
    const given = new Set(results.map((each) => (each.role === "tool" ? each.callId : "")));
    const missing = callsOf(message).filter(({ id }) => !given.has(id));
    return [
      message,
      ...missing.map(({ id: callId }): ToolMessage => ({
        role: "tool",
        callId,
        content: [{ type: "text", text: noResult }],
        isError: true,
      })),
    ];
  });
}
