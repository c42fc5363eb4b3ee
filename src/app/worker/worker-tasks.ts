import type { AppError } from "../../errors.ts";
import type { OutgoingPicture } from "../../pictures/outgoing-picture.ts";
import type { PictureFaultReason } from "../../pictures/picture-fault.ts";
import type { PictureForm } from "../../pictures/picture-form.ts";
import type { MarkdownOptions } from "../../terminal/markdown/options.ts";
import type { DocumentOrder, DocumentPiece } from "../../documents/document-text.ts";
import type { FoundLines } from "../library/found-lines.ts";
import type { FileMatches, FileSearch } from "../../tools/file-matches.ts";
import type { Item } from "../../transcripts/import/types.ts";
import type { SearchResults, SearchQuery } from "../../transcripts/search/search.ts";
import type { ReadablePage } from "../../web/readable-text.ts";

/** What a task is given beside its input. */
export interface TaskCourse {
  /** Says that the work goes on; what gives no sign for long is ended. */
  readonly sign: () => void;
  /** Aborted when nobody waits any more for the result that is being made; each result has its own. */
  readonly signal: () => AbortSignal;
}

interface ContentSearch {
  readonly folder: string;
  /** Where the index is kept; null for none. */
  readonly cache: string | null;
}

interface PatternSearch extends Omit<SearchQuery, "what"> {
  readonly folder: string;
  readonly what: RegExp;
}

interface RenderWork {
  readonly texts: readonly string[];
  readonly options: MarkdownOptions;
}

interface PatternFindings {
  readonly findings: SearchResults;
  /** Files that were passed over. */
  readonly unreadable: readonly Pick<AppError, "code" | "details">[];
}

interface PictureWork {
  readonly bytes: Uint8Array;
  readonly form: PictureForm;
}

/** A picture, or what is wrong with it: of errors, threads pass on no more than those of the program. */
type PictureResult =
  | { readonly fault: null; readonly picture: OutgoingPicture }
  | { readonly fault: { readonly reason: PictureFaultReason; readonly detail: string | undefined } };

/**
 * Work whose time what comes from outside decides: each gives its results one after the other. It runs in a thread that can be
 * ended at any moment, so that what goes in and what comes out is data, and nothing is written.
 */
export const tasks = {
  async *search({ folder, ...query }: PatternSearch, { sign }: TaskCourse): AsyncGenerator<PatternFindings> {
    const { Searcher } = await import("../../transcripts/search/search.ts");
    const unreadable: Pick<AppError, "code" | "details">[] = [];
    using searcher = new Searcher(folder, null, "once");
    const findings = await searcher.search(query, {
      signal: new AbortController().signal,
      onProgress: sign,
      onUnreadable: ({ code, details }) => unreadable.push({ code, details }),
    });
    yield { findings, unreadable };
  },
  /**
   * Searches for one filter after the other, with an index that stays open. A filter comes with the request for its result; the first
   * request has none.
   */
  async *filter(
    { folder, cache }: ContentSearch,
    { sign, signal }: TaskCourse,
  ): AsyncGenerator<FoundLines, void, string> {
    const { Searcher } = await import("../../transcripts/search/search.ts");
    const { foundLines } = await import("../library/found-lines.ts");
    using searcher = new Searcher(folder, cache, "often");
    let what = yield new Map();
    for (;;) what = yield await foundLines(searcher, what, { signal: signal(), onProgress: sign });
  },
  async *render({ texts, options }: RenderWork): AsyncGenerator<string> {
    const { loadLanguages, renderMarkdown } = await import("../../terminal/markdown/stream.ts");
    for (const text of texts) {
      await loadLanguages(text);
      yield renderMarkdown(text, options);
    }
  },
  /** The lines of files that match a regular expression. */
  async *files(search: FileSearch, { sign }: TaskCourse): AsyncGenerator<FileMatches> {
    const { fileMatches } = await import("../../tools/file-matches.ts");
    yield fileMatches(search, sign);
  },
  async *readPage({ html, url }: { readonly html: string; readonly url: string }): AsyncGenerator<ReadablePage> {
    const { readablePage } = await import("../../web/readable-text.ts");
    yield await readablePage(html, url);
  },
  /** The text of a document, part by part. */
  async *document(order: DocumentOrder, { sign }: TaskCourse): AsyncGenerator<DocumentPiece> {
    const { documentPieces } = await import("../../documents/document-pieces.ts");
    yield* documentPieces({ ...order, sign });
  },
  /** A picture converted and shrunk to what services take. */
  async *picture({ bytes, form }: PictureWork): AsyncGenerator<PictureResult> {
    const [{ encodePicture }, { PictureFault }] = await Promise.all([
      import("../../pictures/outgoing-picture.ts"),
      import("../../pictures/picture-fault.ts"),
    ]);
    try {
      // A thread gets the bytes of a buffer without its methods.
      yield {
        fault: null,
        picture: await encodePicture(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), form),
      };
    } catch (error) {
      if (!(error instanceof PictureFault)) throw error;
      yield { fault: { reason: error.reason, detail: error.detail } };
    }
  },
  async *import({ path }: { readonly path: string }, { sign }: TaskCourse): AsyncGenerator<Item> {
    const { conversationsIn } = await import("../../transcripts/import/detect-format.ts");
    yield* conversationsIn(path, sign);
  },
};

export type TaskName = keyof typeof tasks;
export type TaskInput<Name extends TaskName> = Parameters<(typeof tasks)[Name]>[0];
export type TaskResult<Name extends TaskName> =
  ReturnType<(typeof tasks)[Name]> extends AsyncGenerator<infer Result, unknown, never> ? Result : never;

/** What a thread is told. */
export type ThreadOrder =
  /** To give the next result; `value` is what the task is told with it. */
  | { readonly do: "next"; readonly value: unknown }
  /** To leave the result that is being made, or to end in order. */
  | { readonly do: "leave" | "end" };

/** What a thread is begun with. */
export interface ThreadWork {
  readonly name: TaskName;
  readonly input: unknown;
}

/** What a thread answers when it is asked for the next result, and the signs that it gives in between. */
export type ThreadMessage =
  | { readonly type: "sign" | "done" }
  | { readonly type: "result"; readonly result: unknown }
  | { readonly type: "error"; readonly code: AppError["code"]; readonly details: AppError["details"] }
  | { readonly type: "failure"; readonly message: string; readonly stack: string };
