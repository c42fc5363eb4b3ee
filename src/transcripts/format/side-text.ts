import { rule } from "./types.ts";
import { parseTranscript } from "./parse.ts";

const opening = /^<!-- deepseek-chat turn \{[^\n]*\} -->\n\[[^\n]*\] Question:\n/;
const note = String.raw`<!-- deepseek-chat (?:title|undo|compact) \{[^\n]*\} -->\n\n`;
const notesAlone = new RegExp(`^${note}$`);
const behindRule = new RegExp(String.raw`^<!-- deepseek-chat end \{[^\n]*\} -->\n\n(?:${note})*$`);

/**
 * Whether a text is just what a program that had to wait writes aside: one exchange with notes behind it, or one note. Nothing
 * else is in it, not a line.
 *
 * @param id of the exchange; a note has none
 */
export function isSideText(text: string, id: string): boolean {
  if (notesAlone.test(text)) return true;
  if (!opening.test(text)) return false;
  const { header, exchanges, tear } = parseTranscript(text);
  if (header !== null || tear !== null || exchanges.length !== 1 || exchanges[0]!.id !== id) return false;
  // No line of what was asked and answered has the form of a rule.
  const ruleLine = `\n${rule}\n`;
  return behindRule.test(text.slice(text.indexOf(ruleLine) + ruleLine.length));
}
