import type { AppError } from "../../errors.ts";
import type { MarkdownOptions } from "../../terminal/markdown/options.ts";
import type { Item } from "../../transcripts/import/types.ts";
import type { SearchResults, SearchQuery } from "../../transcripts/search/search.ts";

/** Says that the work goes on; what gives no sign for long is ended. */
type Sign = () => void;

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

/**
 * Work whose time what comes from outside decides: each gives its results one after the other. It runs in a thread that can be
 * ended at any moment, so that what goes in and what comes out is data, and nothing is written.
 */
export const tasks = {
  async *search({ folder, ...query }: PatternSearch, sign: Sign): AsyncGenerator<PatternFindings> {
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
  async *render({ texts, options }: RenderWork): AsyncGenerator<string> {
    const { loadLanguages, renderMarkdown } = await import("../../terminal/markdown/stream.ts");
    for (const text of texts) {
      await loadLanguages(text);
      yield renderMarkdown(text, options);
    }
  },
  async *import({ path }: { readonly path: string }, sign: Sign): AsyncGenerator<Item> {
    const { conversationsIn } = await import("../../transcripts/import/detect-format.ts");
    yield* conversationsIn(path, sign);
  },
};

export type TaskName = keyof typeof tasks;
export type TaskInput<Name extends TaskName> = Parameters<(typeof tasks)[Name]>[0];
export type TaskResult<Name extends TaskName> =
  ReturnType<(typeof tasks)[Name]> extends AsyncGenerator<infer Result> ? Result : never;

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
