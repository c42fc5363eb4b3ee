import { Queue } from "../async-queue.ts";
import { AppError } from "../errors.ts";
import type { ChatEvent } from "./events.ts";
import type { Model } from "./layers.ts";
import { prefixOf, textOf } from "./message-text.ts";
import { MessageTrace } from "./message-trace.ts";
import type { ToolCall } from "./messages.ts";
import type { ChatRequest, ModelRef } from "./model.ts";
import type { Toolbox, ToolOutput } from "./tools.ts";

/** What a model is told where it gets no result. It is read by models only, and in English as tool protocols are. */
const refusals = {
  stopped: "The user stopped this call. It may have had effects.",
  rounds: "Not run: the limit of tool calls for this turn is reached. Answer with what is known.",
} as const;

/** Characters of a call's id that are kept; some services send none, or one that they sent before. */
const maxIdLength = 128;

/**
 * The events of a turn in which the model may call tools: answer, calls, results, next request, until it calls nothing. Calls of one
 * message run side by side; their results are reported, and go back, in the order of the calls. After the last allowed round one more
 * request asks for the answer, and may call nothing. It ends with one `finish` or `error`, as the events of a model do.
 */
export async function* toolLoop(
  model: Model,
  request: ChatRequest,
  toolbox: Toolbox,
  signal: AbortSignal,
): AsyncGenerator<ChatEvent> {
  const beginning = prefixOf(request.messages);
  const before = beginning === null ? request.messages : request.messages.slice(0, -1);
  const trace = new MessageTrace(beginning);
  const round = new RoundEvents(trace);
  const offering: ChatRequest = { ...request, tools: toolbox.definitions };
  let next = offering;
  for (let number = 1; ; number++) {
    const end = yield* round.of(model(next, signal));
    const calls = end?.type === "finish" ? callsToRun(end) : [];
    if (calls.length === 0) {
      if (end !== null) yield end;
      return;
    }
    const unique = calls.map((call) => round.identified(call));
    for (const call of unique) yield round.take({ type: "tool_call", call });
    const isLast = number > toolbox.maxRounds;
    for await (const event of isLast ? refused(unique, refusals.rounds) : run(unique, toolbox, signal)) {
      yield round.take(event);
    }
    if (isLast) return yield { type: "error", error: new AppError("tool_rounds", { rounds: toolbox.maxRounds }) };
    if (signal.aborted) return yield { type: "error", error: new AppError("interrupted", {}) };
    next = {
      ...offering,
      messages: [...before, ...trace.messages],
      wantsTitle: false,
      ...(round.answeredBy !== null && { preferred: round.answeredBy }),
      ...(number >= toolbox.maxRounds && { toolChoice: "none" as const }),
    };
  }
}

/** An answer that was cut off or filtered has no call that may be taken at its word. */
function callsToRun({ reason, calls = [] }: Extract<ChatEvent, { type: "finish" }>): readonly ToolCall[] {
  return reason === "length" || reason === "content_filter" ? [] : calls;
}

/** The events of one request after the other, as the turn gives them. */
class RoundEvents {
  readonly #trace: MessageTrace;
  readonly #ids = new Set<string>();
  #number = 0;
  answeredBy: ModelRef | null = null;

  constructor(trace: MessageTrace) {
    this.#trace = trace;
  }

  take<Event extends ChatEvent>(event: Event): Event {
    this.#trace.take(event);
    return event;
  }

  /** Gives all events but the last one, which it returns. */
  async *of(
    events: AsyncIterable<ChatEvent>,
  ): AsyncGenerator<ChatEvent, Extract<ChatEvent, { type: "finish" | "error" }> | null> {
    this.#number++;
    for await (const event of events) {
      if (event.type === "finish" || event.type === "error") return event;
      // The text of earlier rounds is certainly none of this one's thinking; and what the person has read stays text.
      if (event.type === "rethink" && this.#hasEarlierText()) continue;
      const opens = event.type === "request" && event.why === "first" && this.#number > 1;
      const given = opens ? { ...event, why: "tools" as const } : event;
      if (given.type === "request") this.answeredBy = given.to;
      yield this.take(given);
    }
    return null;
  }

  /** A call with an id that no other call of the turn has. */
  identified(call: ToolCall): ToolCall {
    const wanted = call.id.slice(0, maxIdLength) || `call_${this.#ids.size + 1}`;
    let id = wanted;
    for (let copy = 2; this.#ids.has(id); copy++) id = `${wanted}_${copy}`;
    this.#ids.add(id);
    return { ...call, id };
  }

  #hasEarlierText(): boolean {
    const { messages } = this.#trace;
    const lastResult = messages.findLastIndex(({ role }) => role === "tool");
    return messages
      .slice(0, lastResult + 1)
      .some(({ role, content }) => role === "assistant" && textOf(content) !== "");
  }
}

function* refused(calls: readonly ToolCall[], text: string): Generator<ChatEvent> {
  for (const call of calls) yield { type: "tool_result", call, output: failed(text) };
}

function failed(text: string): ToolOutput {
  return { content: [{ type: "text", text }], isError: true };
}

/** Runs calls side by side: what they report comes as it happens, the results in the order of the calls. */
async function* run(calls: readonly ToolCall[], toolbox: Toolbox, signal: AbortSignal): AsyncGenerator<ChatEvent> {
  const queue = new Queue<ChatEvent>();
  const outputs = calls.map(async (call) => {
    const context = {
      signal,
      onStart: () => queue.push({ type: "tool_start", call }),
      onProgress: (text: string) => queue.push({ type: "tool_progress", call, text }),
    };
    return await untilStopped(toolbox.call(call, context), signal);
  });
  void (async () => {
    for (const [index, output] of outputs.entries()) {
      queue.push({ type: "tool_result", call: calls[index]!, output: await output });
    }
    queue.end();
  })();
  yield* queue;
}

/** Milliseconds that a stopped call is waited for: less than the program has to end in order after a signal. */
const stopTimeout = 500;

/** A call's output; where the person stops it and it does not end, it is not waited for. */
async function untilStopped(output: Promise<ToolOutput>, signal: AbortSignal): Promise<ToolOutput> {
  const { promise, resolve } = Promise.withResolvers<ToolOutput>();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    timer = setTimeout(() => resolve(failed(refusals.stopped)), stopTimeout);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([output, promise]);
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
