import { Defuddle } from "defuddle/node";
import { parseHTML } from "linkedom";

/** A page as people read it: without menus, advertisements and scripts. */
export interface ReadablePage {
  /** Empty where it has none. */
  readonly title: string;
  /** Markdown; empty where the page shows nothing without its scripts. */
  readonly text: string;
}

/**
 * Finds the main text of an HTML page, as Markdown. Nothing of the page is run, and nothing it names is fetched. May take seconds
 * for large pages: it belongs into a thread.
 *
 * @param url that relative links begin at
 */
export async function readablePage(html: string, url: string): Promise<ReadablePage> {
  const { document } = parseHTML(html);
  // Its asynchronous extractors would ask other services about the page.
  const { title, content } = await Defuddle(document, url, { markdown: true, useAsync: false });
  return { title: title.trim(), text: content.trim() };
}
