import type { Message } from "../chat/model.ts";
import type { Exchange, Transcript } from "../transcripts/format.ts";

/** The conversation that a transcript holds, as the next request would tell it. */
export interface Rebuilt {
  readonly turns: readonly Message[];
  /** Id of the last exchange, and whether its answer can be gone on with. */
  readonly last: { readonly id: string | null; readonly cut: boolean } | null;
}

/**
 * Rebuilds a conversation exactly: without what was taken back, continued answers in one piece, and behind the newest summary
 * where there is one. A question that brought no answer is no part of it.
 *
 * @param heading stands before a summary
 */
export function rebuild({ exchanges, compaction }: Transcript, heading: string): Rebuilt {
  const covered = compaction === null ? -1 : exchanges.findIndex(({ id }) => id === compaction.through);
  const summary: Message[] =
    compaction === null || covered < 0
      ? []
      : [
          { role: "user", content: heading },
          { role: "assistant", content: compaction.summary },
        ];
  const turns = [...summary];
  const counted = exchanges.slice(covered + 1).filter(({ withdrawn, answer }) => !withdrawn && answer !== "");
  for (const exchange of counted) add(turns, exchange);
  const last = counted.at(-1);
  return { turns, last: last === undefined ? null : { id: last.id, cut: isCut(last) } };
}

function add(turns: Message[], exchange: Exchange): void {
  const { question, images, answer, continues } = exchange;
  const before = turns.at(-1);
  if (continues !== null && before?.role === "assistant") {
    turns[turns.length - 1] = { ...before, content: before.content + answer };
    return;
  }
  turns.push(
    { role: "user", content: question, ...(images.length > 0 && { images }) },
    { role: "assistant", content: answer, ...reasoningOf(exchange) },
  );
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
