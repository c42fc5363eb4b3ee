import { headerLine } from "./metadata-write.ts";
import { parseTranscript } from "./parse.ts";
import type { TranscriptHeader } from "./types.ts";

const headerForm = /^<!-- deepseek-chat conversation [^\n]*\n\n?/mu;

/**
 * The text of a conversation as that of another one, which names where it comes from.
 *
 * @param id of the conversation it comes from; null where it has none yet
 * @param begun id of an exchange at its end that only the new one will have as a whole; null for none
 */
export function branchOf(
  text: string,
  id: string | null,
  begun: string | null,
  header: Pick<TranscriptHeader, "id" | "startedAt" | "zone">,
): string {
  const { header: before, exchanges } = parseTranscript(text);
  const turns = exchanges.filter((exchange) => exchange.id !== begun).length;
  const origin = id === null ? null : { id, turns };
  const own = headerLine({ ...header, title: before?.title ?? null, origin });
  return `${own}\n\n${before === null ? text : text.replace(headerForm, "")}`;
}
