import type { Connection } from "../connection.ts";
import { complaintIn } from "../wire/error-body.ts";
import { fromDocument } from "../wire/errors.ts";
import { isRecord } from "../wire/json.ts";
import { type OpenAICall, OpenAIService } from "../wire/openai-service.ts";
import { redactedJson } from "../wire/redact.ts";
import { type DocumentPurpose, patient, readingTimeout } from "./deepseek-files.ts";
import { formFile } from "./form-file.ts";
import type { OutgoingFile } from "./uploaded-file.ts";

/** Bytes of a document, and its pages, that the service takes (api-docs.deepseek.com). */
export const recognitionLimits = { bytes: 100 * 1024 * 1024, pages: 1000 } as const;

/** Bytes of the text of that many pages. */
const maxAnswer = 256 * 1024 * 1024;

/** A page whose text was recognized. */
export interface RecognizedPage {
  /** From 1. */
  readonly number: number;
  /** With the service's marks in it; see `withoutMarks`. */
  readonly text: string;
  /** `stop`, or why the text ends early; null where the service does not tell. */
  readonly finishReason: string | null;
}

/**
 * Recognizes the text of a document or a picture by DeepSeek's `POST /v1/tools/ocr`, which sends newlines while it works.
 *
 * @param others providers that recognize text, named where this one turns out not to
 * @param onSent gets the bytes that have gone out
 * @returns pages in their order, each once
 * @throws AppError as for a question; `input_unreadable` for a file that has changed or is gone; `not_offered`
 */
export async function recognizePages(
  connection: Connection,
  others: readonly string[],
  { file, purpose }: { readonly file: OutgoingFile; readonly purpose: DocumentPurpose },
  onSent: (bytes: number) => void,
  stop: AbortSignal,
): Promise<RecognizedPage[]> {
  const own = patient({ ...connection, maxAnswer: Math.max(maxAnswer, connection.maxAnswer) });
  const service = new OpenAIService(own, "ocr", others);
  const body = new FormData();
  body.append("purpose", purpose);
  body.append("file", await formFile(file));
  const post: OpenAICall = (client, options) => client.post("/tools/ocr", { body, ...options });
  const baseUrl = `${connection.baseUrl.replace(/\/(?:v1|beta)\/?$/u, "").replace(/\/$/u, "")}/v1`;
  const json = await service.ask(post, { stop, timeout: readingTimeout, onSent, baseUrl }).catch(service.withoutRoute);
  const answer = redactedJson(json, connection);
  const complaint = complaintIn(answer);
  if (complaint !== null) throw fromDocument(complaint, connection, "");
  return service.known(answer, readPages);
}

/** Null for what has no pages. */
function readPages(json: unknown): RecognizedPage[] | null {
  if (!isRecord(json) || !Array.isArray(json["pages"])) return null;
  const pages = new Map<number, RecognizedPage>();
  for (const [place, page] of (json["pages"] as unknown[]).entries()) {
    if (!isRecord(page) || typeof page["text"] !== "string") return null;
    const { index = place, text, finish_reason: reason } = page;
    const number = typeof index === "number" && Number.isInteger(index) && index >= 0 ? index : place;
    if (!pages.has(number)) {
      pages.set(number, { number, text, finishReason: typeof reason === "string" ? reason : null });
    }
  }
  // Counted from 0, or from 1 where there is no page 0.
  const shift = pages.has(0) ? 1 : 0;
  return [...pages.values()]
    .map(({ number, text, finishReason }) => ({ number: number + shift, text, finishReason }))
    .sort((one, other) => one.number - other.number);
}
