import type { AnswerRows } from "../../config/wire-schema.ts";
import type { AppError } from "../../errors.ts";
import type { Connection } from "../connection.ts";
import type { ChunkSource, SourceItem } from "./chunk-source.ts";
import { type Complaint, complaintIn, complaintOf } from "./error-body.ts";
import { contradicts, matches, parseMatch, parsePlaces, parsePointer, placedAt, pointedAt } from "./json-pointer.ts";
import { unexpectedShape } from "./unexpected-shape.ts";

/** A chunk that says that the answer is whole. */
const stopChunk = { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] };

/**
 * Reads the documents of a service's own form (a whole answer, events of a stream, frames of a WebSocket) by the rows of the config file, and
 * gives each as the chunk that `/chat/completions` would have sent, so that all behind it is the same.
 */
export class AnswerReader {
  readonly #given: AnswerRows;
  readonly #rows: ReturnType<typeof parsed>;
  readonly #connection: Connection;
  #hasFinish = false;
  #hasUsage = false;
  #isEnded = false;
  /** Whether anything was at a place of the answer, empty or not. */
  #isFound = false;
  /** The first document in which nothing was found. */
  #unread: { readonly document: unknown } | null = null;

  constructor(rows: AnswerRows, connection: Connection) {
    this.#given = rows;
    this.#rows = parsed(rows);
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
    const { end, finish_reason: finish } = this.#given;
    if (isWhole() || (end === undefined && finish === undefined)) yield this.#end();
  }

  /** What the service says is wrong in a document; null where it says nothing. */
  complaintAbout(document: unknown): Complaint | null {
    const { ok, errorWhen, message: messages, code: codes } = this.#rows;
    const message = placedAt(document, messages);
    const isText = typeof message === "string" && message.trim() !== "";
    // Without other rows a message is what makes an error.
    const isError = errorWhen === null ? ok.length === 0 && isText : matches(document, errorWhen);
    if (!isError && !contradicts(document, ok)) return null;
    const said = complaintOf(JSON.stringify(document));
    const code = placedAt(document, codes);
    const all = typeof code === "string" || typeof code === "number" ? [String(code), ...said.codes] : said.codes;
    const reason = isText ? message.replace(/\s+/gu, " ").trim() : said.reason;
    return this.withStatus({ ...said, codes: all, reason });
  }

  /** A complaint with the status that the rows give its code. */
  withStatus(complaint: Complaint): Complaint {
    const statuses = this.#given.error?.statuses ?? {};
    const code = complaint.codes.find((each) => Object.hasOwn(statuses, each));
    return code === undefined ? complaint : { ...complaint, status: statuses[code]! };
  }

  /** What is wrong with an answer of which nothing could be read; null where something was there to be read. */
  misfit(): AppError | null {
    if (this.#isFound || this.#unread === null) return null;
    return unexpectedShape(this.#unread.document, this.#given, this.#connection);
  }

  *#items(items: Iterable<SourceItem>): Generator<SourceItem> {
    for (const item of items) {
      if (item.type === "chunk") yield* this.#document(item.chunk);
      else if (item.type === "done") yield* this.#end();
      else yield item;
      if (this.#isEnded) return;
    }
  }

  #document(document: unknown): readonly SourceItem[] {
    const complaint = this.complaintAbout(document);
    if (complaint !== null) return [{ type: "complaint", complaint, isCertain: true }];
    const chunk = this.#chunk(document);
    const { end, hasUsage } = this.#rows;
    const isLast = end !== null && matches(document, end);
    // Where no mark of the end is known, nothing follows the reason but usage.
    const isOver = isLast || (end === null && this.#hasFinish && (!hasUsage || this.#hasUsage));
    if (chunk === null) return isLast ? this.#end() : this.#nothing(document);
    const item: SourceItem = { type: "chunk", chunk };
    return isOver ? [item, ...this.#end()] : [item];
  }

  /** A document in which the rows find nothing: perhaps an error of a form that many services share. */
  #nothing(document: unknown): readonly SourceItem[] {
    this.#unread ??= { document };
    const complaint = complaintIn(document);
    return complaint === null ? [] : [{ type: "complaint", complaint: this.withStatus(complaint), isCertain: true }];
  }

  #end(): readonly SourceItem[] {
    this.#isEnded = true;
    return this.#hasFinish ? [{ type: "done" }] : [{ type: "chunk", chunk: stopChunk }, { type: "done" }];
  }

  #chunk(document: unknown): Readonly<Record<string, unknown>> | null {
    const rows = this.#rows;
    const content = placedAt(document, rows.text);
    const reasoning = placedAt(document, rows.reasoning);
    const calls = placedAt(document, rows.calls);
    const finish = placedAt(document, rows.finish);
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
    const { usage, counts } = this.#rows;
    if (usage !== null) return pointedAt(document, usage) ?? undefined;
    if (counts === null) return undefined;
    const { prompt_tokens, completion_tokens, total_tokens, cached_tokens, reasoning_tokens } = Object.fromEntries(
      counts.map(([name, pointer]) => [name, countOf(pointedAt(document, pointer))]),
    );
    const counted = { prompt_tokens, completion_tokens, total_tokens };
    if (Object.values(counted).every((value) => typeof value !== "number")) return undefined;
    return {
      ...counted,
      prompt_tokens_details: { cached_tokens },
      completion_tokens_details: { reasoning_tokens },
    };
  }
}

/** A number; some services write it as a text. */
function countOf(value: unknown): unknown {
  return typeof value === "string" && /^\d+$/u.test(value) ? Number(value) : value;
}

/** The rows with their pointers read. */
function parsed({ text, reasoning, tool_calls: calls, finish_reason: finish, usage, ok, error, end }: AnswerRows) {
  const counts = typeof usage === "object" ? (Object.entries(usage) as [string, string][]) : null;
  return {
    text: parsePlaces(text),
    reasoning: parsePlaces(reasoning),
    calls: parsePlaces(calls),
    finish: parsePlaces(finish),
    hasUsage: usage !== undefined,
    usage: typeof usage === "string" ? parsePointer(usage) : null,
    counts: counts === null ? null : counts.map(([name, pointer]) => [name, parsePointer(pointer)] as const),
    ok: parseMatch(ok ?? {}),
    errorWhen: error?.when === undefined ? null : parseMatch(error.when),
    message: parsePlaces(error?.message),
    code: parsePlaces(error?.code),
    end: end === undefined ? null : parseMatch(end),
  };
}
