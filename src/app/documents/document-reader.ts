import type { DocumentForm } from "../../documents/document-form.ts";
import {
  type DocumentOrder,
  type DocumentPiece,
  documentRefusal,
  type DocumentBytes,
} from "../../documents/document-text.ts";
import { numbersIn, type PageRange } from "../../documents/page-range.ts";
import { AppError } from "../../errors.ts";
import { beside } from "../worker/worker.ts";

/** Seconds without a page, and seconds for a document in all; 5,000 pages take a minute. */
const idleTimeout = 60;
const limit = 3600;

/** A document whose text is wanted. */
export interface DocumentRequest {
  readonly source: DocumentBytes;
  readonly form: DocumentForm;
  /** What errors call it. */
  readonly name: string;
  /** Null for all of it. */
  readonly range: PageRange | null;
  /** Characters of all text together. */
  readonly maxLength: number;
  readonly signal: AbortSignal;
  /** Called with each part that is read, with the number of those that are wanted. */
  readonly onProgress?: (done: number, total: number) => void;
  /**
   * Asks for the document's password; null where nobody can be asked, or nobody answers.
   *
   * @param isAgain whether the last one was wrong
   */
  readonly askPassword?: (isAgain: boolean) => Promise<string | null>;
}

/** The text of a document. */
export interface DocumentText {
  readonly form: DocumentForm;
  /** Parts that it has, such as pages; 1 where it has none. */
  readonly count: number;
  /** The numbers of those that were read, from 1. */
  readonly numbers: readonly number[];
  /** Those of them in which no text was found. */
  readonly empty: readonly number[];
  /** Whether there are pictures in it, as far as anybody looked. */
  readonly hasPictures: boolean;
  /** What a model gets: parts under heads of their own. */
  readonly text: string;
}

/** Where threads come from; the engine is one. */
type ThreadSource = { readonly thread: string | null };

/**
 * Takes the text out of a document, in a thread that a signal or a bound ends at once.
 *
 * @throws AppError `input_unreadable`, `interrupted`
 */
export async function documentText(threads: ThreadSource, request: DocumentRequest): Promise<DocumentText> {
  return await withPassword(request, async (password) => {
    let [count, hasPictures, wanted] = [0, false, [] as readonly number[]];
    const parts: { number: number; title: string; text: string }[] = [];
    for await (const piece of piecesOf(threads, request, password)) {
      if (piece.type === "parts") {
        count = piece.count;
        hasPictures = piece.hasPictures === true;
        wanted = numbersIn(request.range, count);
        if (request.range !== null) refuseRange(request, count, wanted);
      } else {
        parts.push({ ...piece, text: cleaned(piece.text) });
        request.onProgress?.(parts.length, wanted.length);
      }
    }
    const empty = parts.filter(({ text }) => !/[\p{L}\p{N}]/u.test(text)).map(({ number }) => number);
    if (empty.length === parts.length) {
      throw documentRefusal(request, hasPictures ? "document_scanned" : "document_empty", request.form.label);
    }
    const { unit } = request.form;
    const text =
      unit === null
        ? parts.map((part) => part.text).join("\n\n")
        : parts.map((part) => headed(part, unit, count)).join("\n\n");
    return {
      form: request.form,
      count,
      numbers: parts.map(({ number }) => number),
      empty,
      hasPictures,
      text: `${text}\n`,
    };
  });
}

/**
 * How many pages, slides, sheets or chapters a document has; null where it has none of these.
 *
 * @throws AppError as `documentText`
 */
export async function documentPages(threads: ThreadSource, request: DocumentRequest): Promise<number | null> {
  if (request.form.unit === null) return null;
  return await withPassword(request, async (password) => {
    for await (const piece of piecesOf(threads, request, password)) if (piece.type === "parts") return piece.count;
    return null;
  });
}

function piecesOf(
  { thread }: ThreadSource,
  request: DocumentRequest,
  password: string | null,
): AsyncGenerator<DocumentPiece> {
  const { source, form, name, range, maxLength, signal: stop } = request;
  const order: DocumentOrder = { source, form, name, range, maxLength, password };
  const bounds = {
    idleTimeout,
    limit,
    onSlow: () => documentRefusal(request, "document_slow", form.label),
    onMemory: () => documentRefusal(request, "document_memory", form.label),
  };
  return beside({ stop, thread }, "document", order, bounds);
}

/** Does it without a password, then with those that are given. */
async function withPassword<Result>(
  request: DocumentRequest,
  read: (password: string | null) => Promise<Result>,
): Promise<Result> {
  let password: string | null = null;
  for (;;) {
    try {
      return await read(password);
    } catch (error) {
      if (!needsPassword(error)) throw error;
      password = (await request.askPassword?.(password !== null)) ?? null;
      if (password === null) throw error;
    }
  }
}

function needsPassword(error: unknown): boolean {
  if (!(error instanceof AppError) || error.code !== "input_unreadable") return false;
  const { reason } = (error as AppError<"input_unreadable">).details;
  return reason === "document_password" || reason === "document_password_wrong";
}

function refuseRange(request: DocumentRequest, count: number, wanted: readonly number[]): void {
  if (request.form.unit === null) throw documentRefusal(request, "document_no_pages");
  if (wanted.length === 0) throw documentRefusal(request, "document_range", String(count));
}

/** Without control characters, which no text needs. */
function cleaned(text: string): string {
  return text.replaceAll(/\r\n?/gu, "\n").replaceAll(/[\0-\x08\x0b-\x1f\x7f]/gu, "");
}

/** Heads are the same in all languages, so that a document is the same text for everybody, and found in a service's cache. */
function headed(
  { number, title, text }: { readonly number: number; readonly title: string; readonly text: string },
  unit: string,
  count: number,
): string {
  const head = `--- ${unit} ${number} of ${count}${title === "" ? "" : `: ${cleaned(title).replaceAll("\n", " ")}`} ---`;
  return `${head}\n\n${text === "" ? "(no text)" : text}`;
}
