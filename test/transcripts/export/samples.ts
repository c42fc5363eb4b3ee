import type { Exchange, Transcript } from "../../../src/transcripts/format/types.ts";
import { exporting } from "../../../src/words/en/export.ts";
import { transcripts } from "../../../src/words/en/transcripts.ts";
import { expected, noon } from "../../support/transcripts.ts";

export const words = { exporting, transcripts };

const plain = expected({
  id: "abcdefgh",
  turn: { at: noon, question: "", provider: "demo", model: "tour", system: null, sampling: {}, thinking: null },
  pieces: [],
  pieceAt: noon,
  ending: { at: noon, status: "complete", finishReason: "stop", usage: null, cost: null, error: null, notice: null },
});

export function exchange(question: string, answer: string, more: Partial<Exchange> = {}): Exchange {
  return { ...plain, question, answer, answeredAt: noon, ...more };
}

export function transcript(exchanges: readonly Exchange[], more: Partial<Transcript> = {}): Transcript {
  const nothing = { zone: null, origin: null, compaction: null, ownRequests: [] };
  const rest = { named: true, pinned: false, tags: [], torn: false, ...nothing };
  return { id: "abcdefgh", path: "/x/a.md", title: "A title", startedAt: noon, ...rest, exchanges, ...more };
}
