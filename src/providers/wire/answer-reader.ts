import type { AnswerRows } from "../../config/wire-schema.ts";
import type { AppError } from "../../errors.ts";
import type { Connection } from "../connection.ts";
import type { ChunkSource, SourceItem } from "./chunk-source.ts";
import { type Complaint, complaintIn, complaintOf } from "./error-body.ts";
import { contradicts, matches, placedAt, pointedAt } from "./json-pointer.ts";
import { unexpectedShape } from "./unexpected-shape.ts";

/** A chunk that says that the answer is whole. */
const stopChunk = { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] };

/**
 * Reads the documents of a service's own form (a whole answer, events of a stream, frames of a WebSocket) by the rows of the config file, and
 * gives each as the chunk that `/chat/completions` would have sent, so that all behind it is the same.
 */
export class AnswerReader {
  readonly #rows: AnswerRows;
  readonly #connection: Connection;
  #hasFinish = false;
  #hasUsage = false;
  #isEnded = false;
  /** Whether anything was at a place of the answer, empty or not. */
  #isFound = false;
  /** The first document in which nothing was found. */
  #unread: { readonly document: unknown } | null = null;

  constructor(rows: AnswerRows, connection: Connection) {
    this.#rows = rows;
    this.#connection = connection;
  }

  /**
   * Ends behind the document that the rows call the last one. Where they say nothing of an end, an orderly end of the source is one.
   *
   * @param isWhole asked at the end of the source: whether all of it was one document
   */
  async *read(source: ChunkSource, isWhole: () => boolean): ChunkSource {
    for await (const items of source) {
      yield this.#items(items);
      if (this.#isEnded) return;
    }
    const { end, finish_reason: finish } = this.#rows;
    if (isWhole() || (end === undefined && finish === undefined)) yield this.#end();
  }

  /** What the service says is wrong in a document; null where it says nothing. */
  complaintAbout(document: unknown): Complaint | null {
    const { ok = {}, error = {} } = this.#rows;
    const message = placedAt(document, error.message);
    const isMessage =
      error.when === undefined && this.#rows.ok === undefined && typeof message === "string" && message !== "";
    const isError = contradicts(document, ok) || (error.when === undefined ? isMessage : matches(document, error.when));
    if (!isError) return null;
    const said = complaintOf(JSON.stringify(document));
    const code = placedAt(document, error.code);
    const codes = typeof code === "string" || typeof code === "number" ? [String(code), ...said.codes] : said.codes;
    return this.withStatus({
      ...said,
      codes,
      reason: typeof message === "string" && message.trim() !== "" ? message.replace(/\s+/gu, " ").trim() : said.reason,
    });
  }

  /** A complaint with the status that the rows give its code. */
  withStatus(complaint: Complaint): Complaint {
    const statuses = this.#rows.error?.statuses ?? {};
    const code = complaint.codes.find((each) => Object.hasOwn(statuses, each));
    return code === undefined ? complaint : { ...complaint, status: statuses[code]! };
  }

  /** What is wrong with an answer of which nothing could be read; null where something was there to be read. */
  misfit(): AppError | null {
    if (this.#isFound || this.#unread === null) return null;
    return unexpectedShape(this.#unread.document, this.#rows, this.#connection);
  }

  *#items(items: Iterable<SourceItem>): Generator<SourceItem> {
    for (const item of items) {
      if (item.type === "chunk") yield* this.#document(item.chunk);
      else if (item.type === "done") yield* this.#end();
      else yield item;
      if (this.#isEnded) return;
    }
  }

  *#document(document: unknown): Generator<SourceItem> {
    const complaint = this.complaintAbout(document);
    if (complaint !== null) return yield { type: "complaint", complaint, isCertain: true };
    const chunk = this.#chunk(document);
    const isLast = this.#rows.end !== undefined && matches(document, this.#rows.end);
    if (chunk !== null) yield { type: "chunk", chunk };
    else if (!isLast) yield* this.#nothing(document);
    // Where no mark of the end is known, nothing follows the reason but usage.
    const isOver =
      this.#rows.end === undefined && this.#hasFinish && (this.#rows.usage === undefined || this.#hasUsage);
    if (isLast || isOver) yield* this.#end();
  }

  /** A document in which the rows find nothing: perhaps an error of a form that many services share. */
  *#nothing(document: unknown): Generator<SourceItem> {
    const complaint = complaintIn(document);
    if (complaint !== null) yield { type: "complaint", complaint: this.withStatus(complaint), isCertain: true };
    this.#unread ??= { document };
  }

  *#end(): Generator<SourceItem> {
    this.#isEnded = true;
    if (!this.#hasFinish) yield { type: "chunk", chunk: stopChunk };
    yield { type: "done" };
  }

  #chunk(document: unknown): Readonly<Record<string, unknown>> | null {
    const rows = this.#rows;
    const content = placedAt(document, rows.text);
    const reasoning = placedAt(document, rows.reasoning);
    const calls = placedAt(document, rows.tool_calls);
    const finish = placedAt(document, rows.finish_reason);
    const usage = this.#usage(document);
    const hasPart = [content, reasoning, calls].some((part) => part !== undefined);
    this.#isFound ||= hasPart;
    this.#hasUsage ||= usage !== undefined;
    const hasFinish = finish !== undefined && finish !== "";
    this.#hasFinish ||= hasFinish;
    if (!hasPart && !hasFinish) return usage === undefined ? null : { choices: [], usage };
    const delta = {
      ...(content !== undefined && { content: typeof content === "number" ? String(content) : content }),
      ...(reasoning !== undefined && { reasoning_content: reasoning }),
      ...(calls !== undefined && { tool_calls: calls }),
    };
    const choice = { index: 0, delta, finish_reason: hasFinish ? finish : null };
    return { choices: [choice], ...(usage !== undefined && { usage }) };
  }

  /** In OpenAI's form. */
  #usage(document: unknown): unknown {
    const { usage } = this.#rows;
    if (usage === undefined) return undefined;
    if (typeof usage === "string") return pointedAt(document, usage) ?? undefined;
    const count = (pointer: string | undefined) => {
      const value = pointer === undefined ? undefined : pointedAt(document, pointer);
      return typeof value === "string" && /^\d+$/u.test(value) ? Number(value) : value;
    };
    const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } = usage;
    const counted = { prompt_tokens: count(prompt), completion_tokens: count(completion), total_tokens: count(total) };
    if (Object.values(counted).every((value) => typeof value !== "number")) return undefined;
    return {
      ...counted,
      prompt_tokens_details: { cached_tokens: count(usage.cached_tokens) },
      completion_tokens_details: { reasoning_tokens: count(usage.reasoning_tokens) },
    };
  }
}
