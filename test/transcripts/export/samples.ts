import type { Exchange, Transcript } from "../../../src/transcripts/format/types.ts";
import { pageLanguages } from "../../../src/terminal/markdown/languages.ts";
import { formulas, products } from "../../../src/terminal/markdown/formula.ts";
import type { Dialect } from "../../../src/transcripts/export/html/prose.ts";
import { exporting } from "../../../src/words/en/export.ts";
import { transcripts } from "../../../src/words/en/transcripts.ts";
import { expected, noon } from "../../support/transcripts.ts";

export const words = { exporting, transcripts };

/** As the program puts it together. */
export const dialect: Dialect = {
  extend: (md) => void md.use(formulas).use(products),
  async highlight(code, info) {
    const name = pageLanguages.named(info);
    if (name === null) return null;
    await pageLanguages.load(name);
    return pageLanguages.highlighter(name)?.highlight(code, { language: name, ignoreIllegals: true }).value ?? null;
  },
};

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
  const rest = { named: true, pinned: false, tags: [], zone: null, origin: null, torn: false, compaction: null };
  return { id: "abcdefgh", path: "/x/a.md", title: "A title", startedAt: noon, ...rest, exchanges, ...more };
}
