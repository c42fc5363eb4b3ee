import { BodyEncoder } from "./escape.ts";
import {
  rule,
  type Compaction,
  type ExchangeEnd,
  type Exchange,
  type TranscriptHeader,
  type ExchangeStart,
} from "./types.ts";
import { endLine, headerLine, metadataLine, missingEnd, turnLine } from "./metadata-write.ts";
import { sectionsOf } from "./sections.ts";
import { localStamp } from "./times.ts";

function label(at: Date, name: string): string {
  return `[${localStamp(at)}] ${name}:\n`;
}

function section(at: Date, name: string, text: string): string {
  const body = new BodyEncoder();
  return `${label(at, name)}${body.write(text)}${body.end()}\n\n`;
}

/**
 * One exchange as text to append, piece by piece. Each call gives what to write for it, in one write: a label never comes
 * without the first piece of its body, nor the end of a body without what follows.
 */
export class ExchangeEncoder {
  readonly #id: string | null;
  readonly #turn: ExchangeStart;
  readonly #body = new BodyEncoder();
  #open: string | null = null;
  #firstAt: Date | null = null;
  #answeredAt: Date | null = null;

  constructor(id: string | null, turn: ExchangeStart) {
    this.#id = id;
    this.#turn = turn;
  }

  /** The question; for the parameters see `turnLine`. */
  begin(carriedSystem: string | null | undefined): string {
    return `${turnLine(this.#id, this.#turn, carriedSystem)}\n${section(this.#turn.at, "Question", this.#turn.question)}`;
  }

  /** A piece of thinking or answer, or another section as a whole; an empty one opens no section. */
  piece(name: string, text: string, at: Date): string {
    if (text === "") return "";
    this.#firstAt ??= at;
    if (name === "Answer") this.#answeredAt ??= at;
    if (this.#open === name && (name === "Thinking" || name === "Answer")) return this.#body.write(text);
    const before = this.#close();
    this.#open = name;
    return `${before}${label(at, name)}${this.#body.write(text)}`;
  }

  end(ending: ExchangeEnd): string {
    const { at } = ending;
    let text = this.#close();
    if (ending.status === "complete" && this.#answeredAt === null) {
      this.#answeredAt = at;
      text += section(at, "Answer", "");
    }
    if (ending.status !== "complete") {
      const name = ending.status === "failed" ? "Error" : "Interrupted";
      text += section(at, name, ending.notice ?? ending.error?.message ?? "");
    }
    const firstTokenMs = this.#firstAt === null ? null : this.#firstAt.getTime() - this.#turn.at.getTime();
    const facts = { firstTokenMs, endedAt: at, answeredAt: this.#answeredAt };
    return `${text}${rule}\n${endLine({ ...ending, ...facts })}\n\n`;
  }

  #close(): string {
    if (this.#open === null) return "";
    this.#open = null;
    return `${this.#body.end()}\n\n`;
  }
}

/** What closes an exchange that broke off at an unknown point of a body. */
export function interruptedEnd(at: Date): string {
  return `${section(at, "Interrupted", "")}${rule}\n${missingEnd(at)}\n\n`;
}

/** A whole exchange that is already known, as text to append. `carriedSystem` as for `turnLine`. */
export function encodeExchange(exchange: Exchange, carriedSystem: string | null | undefined): string {
  const { id, askedAt: at, answeredAt, withdrawn, good } = exchange;
  const sections = sectionsOf(exchange);
  const answer = sections.find(({ name }) => name === "Answer");
  return [
    new ExchangeEncoder(id, { ...exchange, at }).begin(carriedSystem),
    ...sections.map((each) => section(each.at, each.name, each.text)),
    `${rule}\n${endLine({ ...exchange, answeredAt: answer === undefined ? null : (answeredAt ?? answer.at) })}\n\n`,
    good && id !== null ? `${metadataLine("good", { id, good })}\n\n` : "",
    withdrawn && id !== null ? `${metadataLine("undo", { id })}\n\n` : "",
  ].join("");
}

/** A whole file; the compaction is left out where it covers an exchange that is not among these. */
export function encodeTranscript(
  header: TranscriptHeader,
  exchanges: readonly Exchange[],
  compaction: Compaction | null = null,
): string {
  let text = `${headerLine(header)}\n\n`;
  let system: string | null = null;
  for (const exchange of exchanges) {
    text += encodeExchange(exchange, system);
    system = exchange.system;
  }
  const covered = compaction !== null && exchanges.some(({ id }) => id === compaction.through);
  return covered ? `${text}${metadataLine("compact", compaction)}\n\n` : text;
}
