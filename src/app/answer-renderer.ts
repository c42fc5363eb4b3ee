import { loadLanguages, renderMarkdown, type MarkdownOptions } from "../terminal/markdown/stream.ts";
import type { Engine } from "./engine.ts";
import { beside } from "./worker/worker.ts";

/** What a thread is ended with that takes too long. */
class TooSlow extends Error {}

/** UTF-16 units that are rendered without a thread: the slowest Markdown of that length takes less than a second. */
const quick = 4000;

/**
 * Texts rendered as Markdown, null for those that it takes too long for. Long ones are rendered beside this thread, so that a
 * signal ends it: a conversation may be any number of megabytes, of which a second renders one or two.
 *
 * @param seconds that one text may take
 * @throws AppError `interrupted`
 */
export async function renderTexts(
  engine: Pick<Engine, "stop" | "thread">,
  texts: readonly string[],
  options: MarkdownOptions,
  seconds: number,
): Promise<(string | null)[]> {
  if (texts.reduce((sum, { length }) => sum + length, 0) <= quick) {
    await loadLanguages(texts.join("\n"));
    return texts.map((text) => renderMarkdown(text, options));
  }
  const late = () => new TooSlow();
  const bounds = { idleTimeout: seconds, limit: Infinity, onSlow: late, onMemory: late };
  const rendered: (string | null)[] = [];
  try {
    for await (const text of beside(engine, "render", { texts, options }, bounds)) rendered.push(text);
  } catch (error) {
    if (!(error instanceof TooSlow)) throw error;
  }
  return texts.map((_, index) => rendered[index] ?? null);
}
