import { type AskedQuestion, summaryTurn, type Turn } from "../../chat/conversation.ts";
import type { DocumentPart, UserMessage } from "../../chat/messages.ts";
import { splitAttached, userMessage } from "../../chat/message-text.ts";
import { withImages } from "../../transcripts/format/exchange-images.ts";
import { answersIn, isAnswered } from "../../transcripts/format/exchange-messages.ts";
import { imageParts } from "../../transcripts/format/section-bodies.ts";
import type { Exchange, SavedFile, SavedImage, Transcript } from "../../transcripts/format/types.ts";

/** The conversation that a transcript holds, as the next request would tell it. */
export interface Rebuilt {
  readonly turns: readonly Turn[];
  /** Turns that a summary took the place of, or that were dropped. */
  readonly covered: readonly AskedQuestion[];
  /** Whether the last answer can be continued. */
  readonly cut: boolean;
}

/**
 * Rebuilds a conversation exactly: without undone turns, with continued answers joined, and after the newest summary, if any.
 * Questions without an answer are no part of it.
 *
 * @param heading stands before a summary
 * @param resolve gives a picture itself, as far as it can be had; only for pictures that are sent
 */
export function rebuild(
  { exchanges, compaction }: Transcript,
  heading: string,
  resolve: (image: SavedImage) => SavedImage = (image) => image,
): Rebuilt {
  const covered = compaction === null ? -1 : exchanges.findIndex(({ id }) => id === compaction.through);
  const standing = exchanges.slice(covered + 1).filter(({ withdrawn }) => !withdrawn);
  const summary = covered >= 0 ? (compaction?.summary ?? null) : null;
  const before = summary === null ? [] : [summaryTurn(heading, summary, [compaction!.through])];
  const [latest, last] = [standing.at(-1), standing.findLast(isAnswered)];
  // A question without an answer can't be continued; a failed attempt to continue can.
  const isLast = latest !== undefined && (isAnswered(latest) || latest.continues !== null);
  return {
    turns: turnsOf(
      standing.map((exchange) => withImages(exchange, resolve)),
      before,
    ),
    covered: turnsOf(exchanges.slice(0, covered + 1)).map(({ question, ids }) => ({ question, ids })),
    cut: isLast && last !== undefined && isCut(last),
  };
}

function turnsOf(exchanges: readonly Exchange[], before: readonly Turn[] = []): Turn[] {
  // An answer may have been continued thousands of times, so that its pieces are gathered first and put together once.
  const groups: [Exchange, ...Exchange[]][] = [];
  for (const exchange of exchanges) {
    if (exchange.withdrawn || !isAnswered(exchange)) continue;
    const last = groups.at(-1);
    if (exchange.continues !== null && last !== undefined) last.push(exchange);
    else groups.push([exchange]);
  }
  return [...before, ...groups.map(turnOf)];
}

/** @param group an exchange, and those that continue its answer */
function turnOf(group: readonly [Exchange, ...Exchange[]]): Turn {
  return { question: questionOf(group[0]), answers: answersIn(group), ids: group.flatMap(({ id }) => id ?? []) };
}

function questionOf({ question, images, files: saved = [], askedAt }: Exchange): UserMessage {
  const { words, files } = splitAttached(question);
  return {
    role: "user",
    content: [...userMessage(words).content, ...files, ...saved.map(documentOf), ...images.flatMap(imageParts)],
    askedAt,
  };
}

function documentOf({ name, digest, bytes, provider, id }: SavedFile): DocumentPart {
  return { type: "document", name, digest, size: bytes, path: null, place: { provider, id } };
}

/** Whether the service did not say that the answer was finished. */
export function isCut({ status, finishReason }: Pick<Exchange, "status" | "finishReason">): boolean {
  return status !== "complete" || finishReason === "length";
}
