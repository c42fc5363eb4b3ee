import type { ImagePart, TextPart } from "../chat/messages.ts";
import type { ToolOutput } from "../chat/tools.ts";
import { decodeText } from "../text-encoding.ts";
import type { CapturedOutput } from "./captured-output.ts";
import { cutMiddle, errorOutput, joinCut, textOutput } from "./tool-output.ts";
import type { ProcessEnd, ProcessResult } from "./tool-process.ts";

/** UTF-16 units of what a failed program said, on stderr and on stdout each. */
const maxSaid = 4000;

/**
 * What a program answered, for the model: its stdout, or how it failed with the end of what it said.
 *
 * @param timeout seconds that it had
 */
export function answerOf({ end, stdout, stderr }: ProcessResult, timeout: number): ToolOutput {
  if (end.type === "exit" && end.code === 0) return printedOutput(stdout);
  const said = [
    ["stderr", textOf(stderr)],
    ["stdout", textOf(stdout)],
  ].flatMap(([stream, text]) => (text!.trim() === "" ? [] : [`${stream}:\n${cutMiddle(text!.trimEnd(), maxSaid)}`]));
  return errorOutput([failureOf(end, timeout), ...said].join("\n"));
}

function failureOf(end: ProcessEnd, timeout: number): string {
  if (end.type === "exit") return `The tool failed with exit code ${end.code}.`;
  if (end.type === "signal") return `The tool was ended by ${end.signal}.`;
  if (end.type === "timeout") return `The tool was ended, as it took longer than ${timeout} s.`;
  if (end.type === "stopped") return "The person stopped the tool.";
  return `The tool could not be started (${end.reason}).`;
}

/** Text as it is, or JSON with texts and pictures. */
function printedOutput(stdout: CapturedOutput): ToolOutput {
  const text = textOf(stdout);
  return stdout.tail.length === 0 ? answerIn(text) : textOutput(text);
}

/** A whole answer: JSON with texts and pictures, or any other text. */
export function answerIn(text: string): ToolOutput {
  if (text.trim() === "") return textOutput("The tool printed nothing.");
  const content = contentOf(text);
  return content === null ? textOutput(cutMiddle(text)) : { content, isError: false };
}

/** Text in whatever encoding; of a long one the beginning and the end. */
function textOf(captured: CapturedOutput): string {
  const { head, tail, total } = captured;
  const whole = tail.length === 0;
  // An output is cut within a character, which decoding knows at the end alone.
  const end = whole ? head : tail.subarray(tail.findIndex((byte) => (byte & 0xc0) !== 0x80));
  const [start, rest] = [decoded(head), whole ? null : decoded(end)];
  if (start === null || (rest === null && !whole)) return `[${total} bytes that are no text]`;
  return rest === null ? start : joinCut(start, rest, total);
}

function decoded(bytes: Buffer): string | null {
  const read = decodeText(bytes);
  return typeof read === "string" ? null : read.text;
}

/** The parts of `{"content": [{"type": "text" | "image", …}]}`; null for a text of any other form. */
function contentOf(text: string): readonly (TextPart | ImagePart)[] | null {
  if (!text.trimStart().startsWith("{")) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const content = isObject(value) ? value["content"] : null;
  if (!Array.isArray(content) || content.length === 0) return null;
  const parts = content.map((part: unknown) => (isObject(part) ? partOf(part) : null));
  return parts.every((part) => part !== null) ? parts : null;
}

const imageTypes: ReadonlySet<unknown> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

function partOf({ type, text, data, mimeType, url }: Record<string, unknown>): TextPart | ImagePart | null {
  if (type === "text" && typeof text === "string") return { type: "text", text };
  if (type !== "image") return null;
  if (typeof url === "string" && /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+$/u.test(url)) {
    return { type: "image", name: "image", url };
  }
  const isBase64 = typeof data === "string" && /^[A-Za-z0-9+/=]+$/u.test(data);
  return isBase64 && imageTypes.has(mimeType)
    ? { type: "image", name: "image", url: `data:${String(mimeType)};base64,${data}` }
    : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
