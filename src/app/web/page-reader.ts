import type { Settings } from "../../config/schema.ts";
import { AppError } from "../../errors.ts";
import { closeAgents } from "../../providers/http/agents.ts";
import { addressGuard } from "../../providers/http/address-guard.ts";
import { type PageRequestOptions, type ReceivedPage, requestPage } from "../../providers/http/page-request.ts";
import { createTransport, type Transport } from "../../providers/http/transport.ts";
import { mediaTypeOf, pageContent } from "../../web/page-content.ts";
import type { ReadablePage } from "../../web/readable-text.ts";
import { beside } from "../worker/worker.ts";
import type { WebPage, WebPages } from "./web-page.ts";

/** Bytes of a page: texts are rarely larger, and what is made of it is held in memory several times. */
const maxPageBytes = 5 * 1024 * 1024;
/** Milliseconds for a page, and for a file, redirects included. */
const pageTimeout = 30_000;
const fileTimeout = 300_000;
/** Seconds for finding the text in a page. */
const readingTimeout = 20;

/** What pages are fetched with; the engine is one. */
interface PageSource {
  readonly stop: AbortSignal;
  readonly thread: string | null;
  readonly settings: Pick<Settings, "fetch_hosts">;
  readonly transport: Pick<Transport, "variables" | "onExchange">;
}

/** Fetches web pages for one run of the program, on connections of their own. */
export class PageReader implements WebPages {
  readonly #source: PageSource;
  readonly #options: PageRequestOptions;
  /** By the origin that may be reached wherever it is. */
  readonly #trusting = new Map<string, PageRequestOptions>();

  constructor(source: PageSource) {
    this.#source = source;
    this.#options = this.#optionsWith([]);
  }

  /** @param exceptions hosts that may be reached beside those of the settings */
  #optionsWith(exceptions: readonly string[]): PageRequestOptions {
    const { settings, transport: own } = this.#source;
    const guard = addressGuard([...(settings.fetch_hosts ?? []), ...exceptions]);
    const transport = createTransport(own.variables, own.onExchange, guard.lookup);
    return { transport, guard, timeout: pageTimeout, maxBytes: maxPageBytes };
  }

  async download(
    url: string,
    { maxBytes, origin }: Parameters<WebPages["download"]>[1],
    signal: AbortSignal,
  ): Promise<ReceivedPage> {
    const { hostname, origin: asked } = URL.parse(url) ?? { hostname: "", origin: "" };
    const options = asked === origin ? (this.#trusting.get(origin) ?? this.#optionsWith([hostname])) : this.#options;
    if (asked === origin) this.#trusting.set(origin, options);
    const stop = AbortSignal.any([this.#source.stop, signal]);
    return await requestPage(url, { ...options, elsewhere: this.#options, maxBytes, timeout: fileTimeout }, stop);
  }

  async read(url: string, signal: AbortSignal): Promise<WebPage> {
    const stop = AbortSignal.any([this.#source.stop, signal]);
    const page = await requestPage(url, this.#options, stop);
    const content = pageContent(page.bytes, page.contentType);
    const facts = { url: page.url, mediaType: mediaTypeOf(page.contentType), bytes: page.bytes, title: "" };
    if (content.kind === "binary") return { ...facts, text: null, convertedFrom: null };
    if (content.kind === "text") return { ...facts, text: content.text, convertedFrom: content.convertedFrom };
    const { title, text } = await this.#readable(content.html, page.url, stop);
    return { ...facts, title, text: withHeading(title, text, page.url), convertedFrom: null };
  }

  async #readable(html: string, url: string, stop: AbortSignal): Promise<ReadablePage> {
    const tooSlow = () => new AppError("url_unreadable", { url, reason: "too_slow" });
    const bounds = { idleTimeout: readingTimeout, limit: readingTimeout, onSlow: tooSlow, onMemory: tooSlow };
    const thread = { stop, thread: this.#source.thread };
    try {
      for await (const page of beside(thread, "readPage", { html, url }, bounds)) {
        if (page.text !== "") return page;
      }
    } catch (error) {
      // What is nested too deep, for instance, fails in the packages.
      if (error instanceof AppError) throw error;
      throw new AppError("url_unreadable", { url, reason: "type", detail: "HTML" }, { cause: error });
    }
    throw new AppError("url_unreadable", { url, reason: "empty" });
  }

  [Symbol.dispose](): void {
    for (const { transport } of [this.#options, ...this.#trusting.values()]) closeAgents(transport);
  }
}

function withHeading(title: string, text: string, url: string): string {
  return `${title === "" ? "" : `# ${title}\n\n`}${url}\n\n${text}\n`;
}
