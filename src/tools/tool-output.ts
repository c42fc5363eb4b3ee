import type { TextPart } from "../chat/messages.ts";
import type { ToolOutput } from "../chat/tools.ts";

/** UTF-16 units of text that a result may have: some 12,000 tokens. */
const maxText = 50_000;

/** A result that is a text. */
export function textOutput(text: string): ToolOutput {
  return { content: [{ type: "text", text }], isError: false };
}

/** A failure, in a sentence for the model. */
export function errorOutput(text: string): ToolOutput {
  return { content: [{ type: "text", text }], isError: true };
}

/** The texts of a result, without its pictures. */
export function outputText({ content }: Pick<ToolOutput, "content">): string {
  return content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
}

/** The result with at most as much text as a model should get; what is cut is cut in the middle of a text, with a mark that tells how much. */
export function limitedOutput(output: ToolOutput): ToolOutput {
  const total = output.content.reduce((sum, part) => sum + (part.type === "text" ? part.text.length : 0), 0);
  if (total <= maxText) return output;
  let room = maxText;
  const content = output.content.map((part) => {
    if (part.type !== "text") return part;
    const text = cutMiddle(part.text, room);
    room = Math.max(0, room - text.length);
    return { type: "text", text } satisfies TextPart;
  });
  return { ...output, content };
}

/**
 * A text with its middle left out, where it is too long.
 *
 * @param max UTF-16 units that are kept
 */
export function cutMiddle(text: string, max = maxText): string {
  return text.length <= max ? text : joinCut(text, text, Buffer.byteLength(text), max);
}

/**
 * The beginning of a text and its end, with a mark in between that tells the model how much is missing.
 *
 * @param total bytes of the whole text
 * @param max UTF-16 units that are kept
 */
export function joinCut(start: string, end: string, total: number, max = maxText): string {
  const half = Math.floor(max / 2);
  const kept = [start.slice(0, half).toWellFormed(), half === 0 ? "" : end.slice(-half).toWellFormed()] as const;
  const missing = total - Buffer.byteLength(kept[0]) - Buffer.byteLength(kept[1]);
  return `${kept[0]}\n[… ${missing} of ${total} bytes left out …]\n${kept[1]}`;
}
