import * as v from "valibot";
import type { ChatEvent } from "../chat/events.ts";
import type { ModelRef, Usage } from "../chat/model.ts";

const count = v.pipe(v.number(), v.minValue(0));
const usageSchema = v.object({
  promptTokens: count,
  cachedTokens: count,
  completionTokens: count,
  reasoningTokens: count,
  totalTokens: count,
});
const answerSchema = v.object({
  /** Milliseconds since 1970. */
  storedAt: v.number(),
  pieces: v.array(v.object({ type: v.picklist(["text", "reasoning"]), text: v.string() })),
  /** As the service counted it when it gave the answer. */
  usage: v.nullable(usageSchema),
  title: v.nullable(v.string()),
});

/** An answer that a service finished, and that says something. */
export type StoredAnswer = Readonly<v.InferOutput<typeof answerSchema>>;

/** The answer in a stored text; null for a damaged one. Others may write to the place that it comes from. */
export function readAnswer(text: string): StoredAnswer | null {
  try {
    const read = v.safeParse(answerSchema, JSON.parse(text));
    return read.success ? read.output : null;
  } catch {
    return null;
  }
}

/** The events of a stored answer, as a stream of its own. */
export function* replay({ storedAt, pieces, usage, title }: StoredAnswer, to: ModelRef): Generator<ChatEvent> {
  yield { type: "cached", to, storedAt: new Date(storedAt) };
  yield* pieces;
  if (title !== null) yield { type: "title", title };
  if (usage !== null) yield { type: "usage", usage };
  yield { type: "finish", reason: "stop" };
}

/** Gathers the events of an answer on its way, to store it. */
export class AnswerRecord {
  /** Of texts, so that a long answer is put together once. */
  #pieces: { readonly type: "text" | "reasoning"; readonly texts: string[] }[] = [];
  #usage: Usage | null = null;
  #title: string | null = null;
  /** Whether it came of one request. */
  #isWhole = true;

  take(event: ChatEvent): void {
    if (event.type === "text" || event.type === "reasoning") this.#add(event.type, event.text);
    else if (event.type === "rethink") this.#pieces = this.#pieces.map(({ texts }) => ({ type: "reasoning", texts }));
    else if (event.type === "usage") this.#usage = event.usage;
    else if (event.type === "title") this.#title = event.title;
    // What was found on the web is of that moment; its blocks and pictures are not stored.
    else if (event.type === "block" || event.type === "web" || event.type === "image") this.#isWhole = false;
    else if (event.type === "request") this.#isWhole &&= event.why === "first" || event.why === "retry";
  }

  /**
   * The answer, if it may stand for another one: the service called it finished and it says something, it calls no tool and is no
   * refusal, and one request brought it. One that another provider took over, or that was continued, the same question may get
   * better.
   */
  answer({ reason, calls = [], refused = false }: Extract<ChatEvent, { type: "finish" }>): StoredAnswer | null {
    const pieces = this.#pieces.map(({ type, texts }) => ({ type, text: texts.join("") }));
    const says = pieces.some(({ type, text }) => type === "text" && text.trim() !== "");
    if (!this.#isWhole || reason !== "stop" || calls.length > 0 || refused || !says) return null;
    return { storedAt: Date.now(), pieces, usage: this.#usage, title: this.#title };
  }

  #add(type: "text" | "reasoning", text: string): void {
    const last = this.#pieces.at(-1);
    if (last?.type === type) last.texts.push(text);
    else this.#pieces.push({ type, texts: [text] });
  }
}
