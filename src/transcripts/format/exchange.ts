import type { EndRecord, TurnFacts } from "./metadata-read.ts";
import { decodeBody } from "./escape.ts";
import { isPlain } from "./sections.ts";
import type { Exchange, ExchangeStatus } from "./types.ts";
import { labelTime, localStamp } from "./times.ts";

/** A label and the text under it, verbatim. */
export interface RawSection {
  readonly stamp: string;
  readonly name: string;
  readonly text: string;
}

export interface ExchangeContext {
  /** Null: an exchange of the older plain form. */
  readonly turn: TurnFacts | null;
  readonly end: EndRecord | null;
  readonly system: string | null;
  /** Whether a rule ended it. */
  readonly closed: boolean;
  readonly torn: boolean;
}

/** How the older form's line about a request that failed begins, which stands in the last paragraph. */
const plainError = "\u8bf7\u6c42\u9519\u8bef";

/** Puts an exchange together from its sections and metadata. */
export function buildExchange(written: readonly RawSection[], around: ExchangeContext): Exchange {
  const { turn, end } = around;
  const sections = turn === null ? written : written.map((each) => ({ ...each, text: decodeBody(each.text) }));
  const textOf = (name: string) =>
    sections
      .filter((section) => section.name === name)
      .map(({ text }) => text)
      .join("");
  const stampOf = (name: string) => sections.find((section) => section.name === name)?.stamp;
  const time = (stamp: string) => labelTime(stamp, turn?.offset ?? null);

  const bodies = { question: textOf("Question"), answer: textOf("Answer"), failure: null as string | null };
  if (turn === null && end === null) takePlainError(bodies);
  const rethought = bodies.answer.slice(0, end?.thinking_to ?? 0);
  const answerStamp = stampOf("Answer");
  const trouble = sections.findLast((section) => section.name === "Error" || section.name === "Interrupted");
  const notice = bodies.failure ?? (trouble === undefined ? null : textOf(trouble.name));
  const failed = trouble?.name === "Error" || bodies.failure !== null;

  const exchange: Exchange = {
    id: turn?.id ?? null,
    question: bodies.question,
    askedAt: turn?.at ?? time(sections[0]!.stamp),
    images: turn?.images ?? [],
    ...(turn !== null && turn.files.length > 0 && { files: turn.files }),
    reasoning: textOf("Thinking") + rethought,
    answer: bodies.answer.slice(rethought.length),
    answeredAt: end?.answered ?? (answerStamp === undefined ? null : time(answerStamp)),
    endedAt: end?.ended ?? null,
    firstTokenMs: end?.first_token_ms ?? null,
    status: end?.status ?? statusOf(around, failed, trouble !== undefined, bodies.answer),
    finishReason: end?.finish_reason ?? null,
    usage: end?.usage ?? null,
    cost: end?.cost ?? null,
    ...(end?.cached && { cached: true }),
    ...(end?.web !== undefined && { web: end.web }),
    ...(end?.blocks !== undefined && { blocks: end.blocks }),
    error: end === null && failed ? { code: "unknown", message: notice ?? "" } : (end?.error ?? null),
    notice,
    provider: turn?.provider ?? null,
    model: turn?.model ?? null,
    system: around.system,
    ...(turn !== null && turn.examples.length > 0 && { examples: turn.examples }),
    sampling: turn?.sampling ?? {},
    thinking: turn?.thinking ?? null,
    torn: around.torn && bodies.failure === null,
    continues: turn?.continues ?? null,
    edits: turn?.edits ?? null,
    withdrawn: false,
    seams: end?.seams ?? [],
    rethought: end?.thinking_to ?? 0,
    sections: null,
    answeredBy: end?.answered_by ?? null,
    requests: end?.requests ?? [],
  };
  // The older plain form has an Answer label also where nothing was answered.
  const known = sections.slice(1).filter(({ text }) => turn !== null || text !== "");
  const isDerived = exchange.rethought === 0 && isPlain(known, exchange);
  if (isDerived || bodies.failure !== null) return exchange;
  const at = (stamp: string) => momentOf(stamp, exchange) ?? time(stamp);
  return { ...exchange, sections: known.map(({ stamp, name, text }) => ({ name, at: at(stamp), text })) };
}

/** The second that a label's stamp means, of those that the metadata tell; null where it is none of them. */
function momentOf(stamp: string, { askedAt, firstTokenMs, answeredAt, endedAt }: Exchange): Date | null {
  const firstAt = firstTokenMs === null ? null : new Date(askedAt.getTime() + firstTokenMs);
  const found = [firstAt, answeredAt, endedAt].find((at) => at !== null && localStamp(at) === stamp) ?? null;
  return found === null ? null : new Date(Math.floor(found.getTime() / 1000) * 1000);
}

/** What the sections show where no end line says it. */
function statusOf(around: ExchangeContext, failed: boolean, trouble: boolean, answer: string): ExchangeStatus {
  if (around.torn && around.turn !== null) return "interrupted";
  if (failed) return "failed";
  if (trouble) return "interrupted";
  // The older program left the answer empty when a request failed.
  if (around.turn === null && answer.trim() === "") return "failed";
  return around.closed ? "complete" : "interrupted";
}

function takePlainError(bodies: { question: string; answer: string; failure: string | null }): void {
  const body = bodies.answer === "" ? "question" : "answer";
  const text = bodies[body];
  const at = plainErrorAt(text);
  // A question that begins with these words asks about them.
  if (at === null || (body === "question" && at === 0)) return;
  bodies.failure = text.slice(at + plainError.length + 1).trim();
  let end = at;
  while (end > 0 && text[end - 1] === "\n") end--;
  bodies[body] = text.slice(0, end);
}

/** Where the first such line of the last paragraph begins; null where there is none. In time linear in the text. */
function plainErrorAt(text: string): number | null {
  // Behind the last empty line; its own first newline begins no line.
  for (let at = text.indexOf(plainError, text.lastIndexOf("\n\n") + 1); at >= 0;) {
    const isLine = at === 0 || text[at - 1] === "\n";
    if (isLine && /[:\uff1a]/.test(text.charAt(at + plainError.length))) return at;
    at = text.indexOf(plainError, at + 1);
  }
  return null;
}
