import type { ToolOutput } from "../chat/tools.ts";

/** UTF-16 units of text that a result may have: some 12,000 tokens. */
const maxText = 50_000;

/** UTF-16 units of the addresses that pictures in it may have; DeepSeek takes bodies of 48 MiB. */
const maxPictures = 16 * 1024 * 1024;

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

/**
 * The result with at most as much as a model should get. The text that is too long is cut in its middle, with a mark that tells how much
 * is missing; what there is no room for behind it is left out, with one mark for all of it.
 */
export function limitedOutput(output: ToolOutput): ToolOutput {
  let [room, roomForPictures, missing] = [maxText, maxPictures, 0];
  const content = output.content.flatMap((part): ToolOutput["content"] => {
    if (part.type === "image" && part.url.length <= roomForPictures) {
      roomForPictures -= part.url.length;
      return [part];
    }
    if (part.type === "image" || room === 0) {
      missing += Buffer.byteLength(part.type === "image" ? part.url : part.text);
      return [];
    }
    // Half a character, as JSON can hold it, would be refused by services, with all that follows it.
    const text = cutMiddle(part.text, room).toWellFormed();
    room = Math.max(0, room - text.length);
    return [{ type: "text", text }];
  });
  const mark: ToolOutput["content"] =
    missing === 0 ? [] : [{ type: "text", text: `\n[… ${missing} bytes left out …]` }];
  return { ...output, content: [...content, ...mark] };
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
