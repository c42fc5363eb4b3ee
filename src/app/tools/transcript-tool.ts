import { textOutput, errorOutput } from "../../tools/tool-output.ts";
import type { Tool } from "../../tools/tool.ts";
import type { TranscriptSummary } from "../../transcripts/store/read.ts";
import type { ConversationHits } from "../../transcripts/search/search.ts";
import { isoWithOffset } from "../../transcripts/format/times.ts";
import type { Engine } from "../engine.ts";

const maxConversations = 10;
const maxExchanges = 3;
/** Lines of an exchange, and UTF-16 units of a line. */
const maxLines = 3;
const maxLine = 300;

/** Searches the person's saved conversations. */
export function searchTranscriptsTool(engine: Engine): Tool {
  return {
    definition: {
      name: "search_transcripts",
      description:
        "Search the person's saved conversations with models for words that all occur in a question or its answer.",
      parameters: {
        type: "object",
        properties: { query: { type: "string", description: "Words; a quoted phrase is matched verbatim" } },
        required: ["query"],
        additionalProperties: false,
      },
    },
    origin: { kind: "built-in", source: "", identity: "" },
    approval: "ask",
    describe: () => engine.transcripts,
    async run({ query }, { signal }) {
      if (typeof query !== "string" || query.trim() === "") return errorOutput("There is no query.");
      const { openSearcher } = await import("../library/search.ts");
      using searcher = openSearcher(engine, "once");
      const stop = AbortSignal.any([engine.stop, signal]);
      const wanted = { what: query, role: null, since: null, limit: maxConversations, exchanges: maxExchanges };
      const { conversations, total } = await searcher.search(wanted, { signal: stop, onProgress() {} });
      const found: string[] = [];
      for (const one of conversations) {
        const summary = await searcher.describe(one);
        if (summary !== null) found.push(conversationText(summary, one));
      }
      const more = total > found.length ? [`[${total - found.length} more conversations match]`] : [];
      return textOutput(found.length === 0 ? "No matches." : [...found, ...more].join("\n\n"));
    },
  };
}

function conversationText({ id, title, updatedAt }: TranscriptSummary, { exchanges }: ConversationHits): string {
  const lines = exchanges.flatMap(({ turn, lines: found }) =>
    found
      .slice(0, maxLines)
      .map(({ role, text }) => `turn ${turn}, ${role}: ${text.trim().slice(0, maxLine).toWellFormed()}`),
  );
  return [`${title} (${id}, ${isoWithOffset(updatedAt)})`, ...lines].join("\n");
}
