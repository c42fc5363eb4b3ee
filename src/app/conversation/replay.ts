import type { AskedQuestion, TurnSource } from "../../chat/conversation.ts";
import type { Image, Message } from "../../chat/model.ts";
import type { Exchange, Transcript } from "../../transcripts/format/types.ts";

/** The conversation that a transcript holds, as the next request would tell it. */
export interface Rebuilt {
  readonly turns: readonly Message[];
  /** For each two of them. */
  readonly places: readonly TurnSource[];
  /** Turns that a summary took the place of, or that were dropped. */
  readonly covered: readonly AskedQuestion[];
  /** Whether the last answer can be gone on with. */
  readonly cut: boolean;
}

/**
 * Rebuilds a conversation exactly: without what was taken back, continued answers in one piece, and behind the newest summary
 * where there is one. A question that brought no answer is no part of it.
 *
 * @param heading stands before a summary
 */
export function rebuild({ exchanges, compaction }: Transcript, heading: string): Rebuilt {
  const covered = compaction === null ? -1 : exchanges.findIndex(({ id }) => id === compaction.through);
  const turns: Message[] = [];
  const places: TurnSource[] = [];
  if (compaction !== null && compaction.summary !== null && covered >= 0) {
    turns.push({ role: "user", content: heading }, { role: "assistant", content: compaction.summary });
    places.push({ through: compaction.through });
  }
  const [before, standing] = [exchanges.slice(0, covered + 1), exchanges.slice(covered + 1)].map((part) =>
    part.filter(({ withdrawn }) => !withdrawn),
  ) as [Exchange[], Exchange[]];
  const counted = standing.filter(({ answer }) => answer !== "");
  for (const exchange of counted) add(turns, places, exchange);
  const [latest, last] = [standing.at(-1), counted.at(-1)];
  // Behind a question that brought nothing there is nothing to go on with; behind a vain attempt to go on there is.
  const isLast = latest !== undefined && (latest.answer !== "" || latest.continues !== null);
  return { turns, places, covered: askedIn(before), cut: isLast && last !== undefined && isCut(last) };
}

function askedIn(exchanges: readonly Exchange[]): AskedQuestion[] {
  const asked: AskedQuestion[] = [];
  for (const { id, question, answer, continues } of exchanges) {
    const ids = id === null ? [] : [id];
    const last = asked.at(-1);
    if (answer === "") continue;
    if (continues !== null && last !== undefined) asked.splice(-1, 1, { ...last, ids: [...last.ids, ...ids] });
    else asked.push({ question, ids });
  }
  return asked;
}

function add(turns: Message[], places: TurnSource[], exchange: Exchange): void {
  const { id, question, images, answer, continues } = exchange;
  const [before, place] = [turns.at(-1), places.at(-1)];
  const ids = id === null ? [] : [id];
  if (continues !== null && before?.role === "assistant" && Array.isArray(place)) {
    turns[turns.length - 1] = { ...before, content: before.content + answer };
    places[places.length - 1] = [...(place as readonly string[]), ...ids];
    return;
  }
  const embedded = images.filter(isEmbedded);
  turns.push(
    { role: "user", content: question, ...(embedded.length > 0 && { images: embedded }) },
    { role: "assistant", content: answer, ...reasoningOf(exchange) },
  );
  places.push(ids);
}

/**
 * Whether a picture is in the file itself. What only has an address is not sent: a service on this machine would fetch it, also
 * from places that only this machine reaches.
 */
export function isEmbedded({ url }: Image): boolean {
  return /^data:/iu.test(url);
}

/** The thinking that an answer came of; left out where one that broke off stands before it, and nobody can tell them apart. */
export function reasoningOf({ reasoning, seams }: Pick<Exchange, "reasoning"> & ThoughtAgain): { reasoning?: string } {
  return reasoning === "" || seams.some(({ how }) => how === "again") ? {} : { reasoning };
}

interface ThoughtAgain {
  readonly seams: readonly { readonly how: string }[];
}

/** Whether the service did not say that the answer was finished. */
export function isCut({ status, finishReason }: Pick<Exchange, "status" | "finishReason">): boolean {
  return status !== "complete" || finishReason === "length";
}
