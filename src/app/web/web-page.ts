import type { ReceivedPage } from "../../providers/http/page-request.ts";
import type { TextEncoding } from "../../text-encoding.ts";

/** A web page that was fetched. */
export interface WebPage {
  /** After redirects. */
  readonly url: string;
  /** In small letters, without parameters; empty where the server gave none. */
  readonly mediaType: string;
  /** As it came, decompressed. */
  readonly bytes: Buffer;
  /** What it says: of HTML its main text as Markdown, else the text as it is; null for pictures, documents and archives. */
  readonly text: string | null;
  /** Of HTML; empty where it has none. */
  readonly title: string;
  readonly convertedFrom: TextEncoding | null;
}

interface DownloadOptions {
  readonly maxBytes: number;
  /** An origin that named the file itself: what lies there may be fetched wherever it is. */
  readonly origin: string;
}

/** Fetches web pages for one run of the program. */
export interface WebPages extends Disposable {
  /**
   * Fetches a page and reads it.
   *
   * @throws AppError `url_unreadable`, `no_connection`, `timeout`, `interrupted`
   */
  readonly read: (url: string, signal: AbortSignal) => Promise<WebPage>;
  /**
   * Fetches a file, whatever it is.
   *
   * @throws AppError as `read`
   */
  readonly download: (url: string, options: DownloadOptions, signal: AbortSignal) => Promise<ReceivedPage>;
}
