import type { ChatEvent } from "../../chat/events.ts";
import type { Layer } from "../../chat/layers.ts";
import type { AdaptedRequest, Connection } from "../connection.ts";
import { answerTool, schemaFormOf } from "./answer-form.ts";

/** Where a model has to call a tool to give its answer: makes that call's arguments the text of the answer. */
export function withAnswerTool(connection: Connection): Layer {
  return (next) => (request: AdaptedRequest, signal) => {
    const form = schemaFormOf(request, { ...connection, ...request.adapted });
    const events = next(request, signal);
    return form === "strict_tool" || form === "tool" ? argumentsAsText(events) : events;
  };
}

/**
 * The events of an answer whose text is the arguments of the first call. Text before the call is no part of the answer, and so
 * becomes thinking; where no call comes, it is the answer.
 */
async function* argumentsAsText(events: AsyncIterable<ChatEvent>): AsyncGenerator<ChatEvent> {
  let before = "";
  let index: number | null = null;
  let hasText = false;
  for await (const event of events) {
    if (event.type === "text" && index === null) before += event.text;
    else if (event.type === "call") {
      if (index !== null || event.name !== answerTool) continue;
      index = event.index;
      if (before !== "") yield { type: "reasoning", text: before };
      before = "";
    } else if (event.type === "arguments") {
      if (event.index !== index || event.text === "") continue;
      hasText = true;
      yield { type: "text", text: event.text };
    } else if (event.type === "finish") {
      const call = event.calls?.find(({ name }) => name === answerTool);
      if (before !== "") yield { type: call === undefined ? "text" : "reasoning", text: before };
      if (call !== undefined && !hasText && call.arguments !== "") yield { type: "text", text: call.arguments };
      yield call === undefined ? event : finished(event);
    } else {
      if (event.type === "error" && before !== "") yield { type: "text", text: before };
      yield event;
    }
  }
}

/** An answer was given, and no tool is called. */
function finished({ reason, refused }: Extract<ChatEvent, { type: "finish" }>): ChatEvent {
  const isCall = reason === "tool_calls" || reason === "function_call";
  return { type: "finish", reason: isCall ? "stop" : reason, ...(refused === true && { refused }) };
}
