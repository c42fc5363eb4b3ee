import { parseTranscript } from "../format/parse.ts";
import { identify, toTranscript } from "../format/decode.ts";
import { skip, type Item } from "./types.ts";
import { isEmpty } from "./messages.ts";

/** A transcript of ours or of the older plain form (`conversation.txt`); null for a text that is none. */
export function readTranscriptText(text: string): Item | null {
  const parsed = parseTranscript(text.replaceAll("\r\n", "\n"));
  const transcript = toTranscript("", parsed);
  if (transcript === null) return null;
  const { startedAt, zone, origin, exchanges, compaction } = transcript;
  if (isEmpty(exchanges)) return skip("empty");
  return {
    found: {
      source: "transcript",
      key: null,
      id: identify(parsed),
      ...parsed.notes,
      startedAt,
      zone,
      origin,
      exchanges,
      compaction,
      leftOut: 0,
    },
  };
}
