/**
 * How a stream ended, decided from all that it says and does: finish reasons, `[DONE]`, usage, the close of the connection,
 * silence, and content that comes behind any of them:
 *
 * - A finish reason is the end once nothing but usage follows. Content that follows takes it back, and the whole limit on
 *   silence holds again, until another sign comes.
 * - `[DONE]` confirms the last finish reason, content between them or not. Without any reason it is the end only where the
 *   service has counted the answer behind its last word. Content behind it takes it back too.
 * - A connection that closes or breaks, or silence, leaves an answer whole that a finish reason had ended, and cut otherwise.
 *
 * The rows are in docs/faults.md, each held by a run of the built program.
 */
export class StreamEnd {
  #reason: FinishWord | null = null;
  #hasContent = false;
  #hasAnswer = false;
  /** Whether content came behind a finish reason: the next one may be early too. */
  #isDoubted = false;
  #contentSinceReason = false;
  #countedSinceContent = false;
  #done = false;

  /** @param isAnswer false for thinking, true for text or a call of a tool */
  content(isAnswer: boolean): void {
    this.#hasContent = true;
    this.#hasAnswer ||= isAnswer;
    this.#isDoubted ||= this.#reason !== null;
    this.#contentSinceReason = true;
    this.#countedSinceContent = false;
    this.#done = false;
  }

  /** A finish reason came, behind the content of the same chunk. */
  reason(word: FinishWord): void {
    this.#reason = word;
    this.#contentSinceReason = false;
  }

  /** Usage came in a chunk without a choice. */
  counted(): void {
    this.#countedSinceContent = this.#hasContent;
  }

  /** `[DONE]` came. */
  done(): void {
    this.#done = true;
  }

  get isDone(): boolean {
    return this.#done;
  }

  /**
   * What may still come: content; after a finish reason that may be early, content or the end; after one that is credible, usage;
   * after that the close of the connection; after `[DONE]` nothing.
   */
  get awaits(): "content" | "any" | "usage" | "close" | "nothing" {
    if (this.#done) return "nothing";
    if (this.#reason === null || this.#contentSinceReason) return "content";
    if (this.#isDoubted || !this.#hasAnswer) return "any";
    return this.#countedSinceContent ? "close" : "usage";
  }

  /**
   * Of the stream as it is when it closes, breaks or falls silent.
   *
   * @returns the last finish reason where it is the end; `cut` where the answer is not whole
   */
  verdict(): FinishWord | "cut" {
    if (this.#done && this.#reason === null) return this.#countedSinceContent ? stop : "cut";
    if (this.#reason === null || (this.#contentSinceReason && !this.#done)) return "cut";
    return this.#reason;
  }
}

/** A finish reason in OpenAI's spelling, where one of its meaning is known. */
export interface FinishWord {
  readonly kind: "ended" | "failed" | "unknown";
  /** `stop`, `length`, `content_filter`, `tool_calls`; or the service's own word. */
  readonly word: string;
}

const stop: FinishWord = { kind: "ended", word: "stop" };

/** What services say for the same, in small letters with `_`; OpenAI's word first. Gemini's have `finish_reason_` before them. */
const ends: readonly (readonly string[])[] = [
  [
    "stop",
    "end_turn",
    "eos",
    "eos_token",
    "eos_found",
    "end",
    "end_of_text",
    "end_of_sequence",
    "end_of_turn",
    "stop_sequence",
    "stop_token",
    "stop_str",
    "stop_string",
    "stopped",
    "complete",
    "completed",
    "finish",
    "finished",
    "done",
    "normal",
    "success",
    "pause_turn",
  ],
  [
    "length",
    "max_tokens",
    "max_length",
    "max_output_tokens",
    "max_completion_tokens",
    "max_new_tokens",
    "max_tokens_reached",
    "model_length",
    "token_limit",
    "limit",
    "model_context_window_exceeded",
    "context_length_exceeded",
    "context_length",
  ],
  [
    "content_filter",
    "content_filtered",
    "content_moderation",
    "moderation",
    "safety",
    "sensitive",
    "refusal",
    "recitation",
    "blocklist",
    "prohibited_content",
    "spii",
    "guardrail_intervened",
  ],
  ["tool_calls", "tool_call", "tool_use", "tool", "function_call", "function_calls", "function"],
];
const canonical: ReadonlyMap<string, string> = new Map(ends.flatMap((words) => words.map((word) => [word, words[0]!])));

/** What stands in the place of a reason while there is none. */
const none = new Set([
  "",
  "null",
  "none",
  "nil",
  "undefined",
  "nan",
  "false",
  "unspecified",
  "not_finished",
  "unfinished",
  "in_progress",
  "streaming",
  "running",
  "continue",
  "generating",
  "incomplete_stream",
]);

/**
 * What a field for the finish reason says.
 *
 * @param value of any type
 * @returns null where it says nothing: no text, an empty one, or a word for none
 */
export function finishWord(value: unknown): FinishWord | null {
  if (typeof value !== "string") return null;
  // The way of nearly every chunk that has one.
  if (value === "stop") return stop;
  const plain = value
    .trim()
    .toLowerCase()
    .replace(/[\s.-]+/gu, "_")
    .replace(/^(?:finish|stop)_?reason_/u, "");
  if (none.has(plain)) return null;
  const known = canonical.get(plain) ?? canonical.get(plain.replaceAll("_", ""));
  if (known !== undefined) return { kind: "ended", word: known };
  const fails =
    /err|fail|abort|cancel|timeout|timed_out|exception|disconnect|interrupt|crash|overload|unavailable|insufficient/u;
  return { kind: fails.test(plain) ? "failed" : "unknown", word: value.trim().slice(0, 200) };
}
