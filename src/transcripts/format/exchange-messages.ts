import { callsOf, textOf } from "../../chat/message-text.ts";
import { MessageTrace, type TraceEvent } from "../../chat/message-trace.ts";
import type { AssistantMessage, ToolCall, ToolMessage } from "../../chat/messages.ts";
import { imageParts, readCallBody, readPictureBody, readResultBody } from "./section-bodies.ts";
import { hasCalls, hasParts, orderedSections } from "./sections.ts";
import type { AnswerSeam, Exchange, SavedBlock } from "./types.ts";

/** What a model is told of a call whose result nobody wrote down. */
const noResult = "No result: the program ended before the tool did.";

/** Whether an exchange is part of the conversation: something was answered, a picture came, or a tool was called. */
export function isAnswered(exchange: Exchange): boolean {
  return exchange.answer !== "" || hasParts(exchange);
}

/** What was said in an exchange, in one piece; before and after calls of tools as paragraphs. */
export function saidText(exchange: Exchange): string {
  if (!hasCalls(exchange)) return exchange.answer;
  const texts = answersIn([exchange]).map(({ role, content }) => (role === "assistant" ? textOf(content) : ""));
  return texts.filter((text) => text !== "").join("\n\n");
}

/**
 * What answered a question, in order: an answer, or answers with calls of tools, each with its result behind it, as the services demand.
 * Pictures are those that stand in the exchanges themselves.
 *
 * @param exchanges one, then those that continue its answer
 */
export function answersIn(exchanges: readonly Exchange[]): readonly (AssistantMessage | ToolMessage)[] {
  const trace = new MessageTrace(null);
  for (const exchange of exchanges) {
    for (const event of withBlocks(eventsOf(exchange), exchange.blocks ?? [])) trace.take(event);
  }
  return withResults(trace.messages);
}

function* eventsOf(exchange: Exchange): Generator<TraceEvent> {
  const calls = new Map<string, ToolCall>();
  const seams = new Seams(exchange.seams);
  for (const { name, text } of orderedSections(exchange)) {
    if (name === "Thinking") yield* seams.through("reasoning", text);
    else if (name === "Answer") yield* seams.through("text", text);
    else if (name === "Call") {
      const call = readCallBody(text);
      if (call === null) continue;
      yield* seams.here();
      calls.set(call.id, call);
      yield { type: "tool_call", call };
    } else if (name === "Result") {
      const result = readResultBody(text);
      const call = result === null ? undefined : calls.get(result.id);
      if (call !== undefined) yield { type: "tool_result", call, output: result!.output };
    } else if (name === "Picture") {
      const picture = readPictureBody(text);
      yield* seams.here();
      for (const image of picture === null ? [] : imageParts(picture.image)) yield { type: "image", image };
    }
  }
}

const reasons = { prefix: "continue-prefix", asked: "continue-prompt", again: "restart" } as const;

/** Where in thinking and answer another request took over, which has thought for itself. */
class Seams {
  readonly #seams: readonly AnswerSeam[];
  /** Whether all of them say where the thinking was; else what broke off cannot be told from what led to the answer. */
  readonly #knowThinking: boolean;
  #next = 0;
  /** UTF-16 units so far. */
  readonly #given = { text: 0, reasoning: 0 };

  constructor(seams: readonly AnswerSeam[]) {
    this.#seams = seams;
    this.#knowThinking = seams.every(({ how, thought }) => how !== "again" || thought !== undefined);
  }

  /** A piece, taken apart where there are seams in it. */
  *through(type: "text" | "reasoning", whole: string): Generator<TraceEvent> {
    for (let text = whole; text !== "";) {
      yield* this.here();
      const seam = this.#seams[this.#next];
      const left = seam === undefined ? 0 : (type === "text" ? seam.at : (seam.thought ?? 0)) - this.#given[type];
      const piece = left > 0 ? text.slice(0, left) : text;
      this.#given[type] += piece.length;
      if (type === "text" || this.#knowThinking) yield { type, text: piece };
      text = text.slice(piece.length);
    }
  }

  /** The requests that begin here. */
  *here(): Generator<TraceEvent> {
    for (let seam = this.#seams[this.#next]; seam !== undefined; seam = this.#seams[++this.#next]) {
      if (this.#given.text < seam.at || this.#given.reasoning < (seam.thought ?? 0)) return;
      yield { type: "request", why: reasons[seam.how] };
    }
  }
}

/** The events with the blocks of the service in their places. */
function* withBlocks(events: Iterable<TraceEvent>, blocks: readonly SavedBlock[]): Generator<TraceEvent> {
  const left = [...blocks];
  let [length, calls] = [0, 0];
  const isDue = (end: number) => left[0] !== undefined && left[0].calls <= calls && left[0].at <= end;
  function* due(end: number): Generator<TraceEvent> {
    while (isDue(end)) {
      const { at: _at, calls: _calls, ...block } = left.shift()!;
      yield { type: "block", block: { type: "service", ...block } };
    }
  }
  for (const event of events) {
    if (event.type === "tool_call") {
      yield* due(Infinity);
      calls++;
    }
    if (event.type !== "text") {
      yield event;
      continue;
    }
    let { text } = event;
    while (text !== "" && isDue(length + text.length)) {
      const before = text.slice(0, Math.max(0, left[0]!.at - length));
      if (before !== "") yield { type: "text", text: before };
      length += before.length;
      text = text.slice(before.length);
      yield* due(length);
    }
    if (text !== "") yield { type: "text", text };
    length += text.length;
  }
  yield* due(Infinity);
}

/** Each call's result behind it, in the order of the calls; where nobody wrote one down, that there is none. */
function withResults(messages: readonly (AssistantMessage | ToolMessage)[]): (AssistantMessage | ToolMessage)[] {
  return messages.flatMap((message, index) => {
    if (message.role === "tool") return [];
    const next = messages.findIndex(({ role }, place) => place > index && role === "assistant");
    const results = messages.slice(index + 1, next < 0 ? undefined : next).filter((each) => each.role === "tool");
    const given = new Map(results.map((each) => [each.callId, each]));
    return [message, ...callsOf(message).map(({ id }) => given.get(id) ?? withoutResult(id))];
  });
}

function withoutResult(callId: string): ToolMessage {
  return { role: "tool", callId, content: [{ type: "text", text: noResult }], isError: true };
}
