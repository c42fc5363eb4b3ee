import { AppError } from "../../errors.ts";
import { fetchUrlTool } from "../../tools/fetch-url.ts";
import type { Tool } from "../../tools/tool.ts";
import { webFetchTool, webSearchTool } from "../../tools/web-search.ts";
import type { Engine } from "../engine.ts";

/** The provider whose search and fetch need no model. */
const searchProvider = "deepseek";

/** The built-in tools that search the web and read pages by DeepSeek's own endpoints, with the person's key for it. */
export function webSearch(engine: Engine, approval: Tool["approval"] = "ask"): Tool {
  return webSearchTool(
    async (query, count, signal) => {
      const { searchWeb } = await import("../../providers/web-requests.ts");
      const connection = await engine.connect(searchProvider);
      const sentAt = new Date();
      const found = await searchWeb(connection, { query, count }, AbortSignal.any([engine.stop, signal]));
      if (found.length > 0) await bookSearch(engine, sentAt);
      return found;
    },
    explained,
    approval,
  );
}

export function webFetch(engine: Engine, approval: Tool["approval"] = "ask"): Tool {
  return webFetchTool(
    async (url, signal) => {
      const { fetchByService } = await import("../../providers/web-requests.ts");
      const connection = await engine.connect(searchProvider);
      const sentAt = new Date();
      const page = await fetchByService(connection, url, AbortSignal.any([engine.stop, signal]));
      if (page !== null) await bookSearch(engine, sentAt);
      return page;
    },
    explained,
    approval,
  );
}

/** What searches where a person asked for that by `--web`, and the model's service does not: allowed with it. None without a key. */
export async function webSearchTools(engine: Engine): Promise<readonly Tool[]> {
  try {
    await engine.connect(searchProvider);
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
  return [webSearch(engine, "allow"), webFetch(engine, "allow")];
}

/** Books one search or page in the ledger; empty results and errors are free. */
async function bookSearch(engine: Engine, sentAt: Date): Promise<void> {
  const [{ Books }, { searchCost }, { newId }] = await Promise.all([
    import("../usage/books.ts"),
    import("../../usage/prices.ts"),
    import("../../transcripts/store/names.ts"),
  ]);
  const { currency } = engine.settings;
  const amount = searchCost(searchProvider, currency, 1);
  using books = new Books(engine.folders, (error) => engine.log?.write("warn", "search", { code: error.code }));
  const to = { provider: searchProvider, model: "web-search" };
  const cost = amount === null ? null : { currency, amount };
  const row = { sentAt, to, purpose: "search" as const, usage: null, cost, atMost: null };
  await books.book([{ ...row, conversation: null, turn: null, id: `${newId()}.0` }]);
}

/** The built-in tool that reads web pages from this machine. */
export function fetchUrl(engine: Engine): Tool {
  return fetchUrlTool(async (url, signal) => await (await engine.pages()).read(url, signal), explained);
}

/** What failed, for a model: in English, with the facts. */
function explained(error: unknown): string {
  if (!(error instanceof AppError)) return `Failed: ${String(error)}`;
  if (error.code === "interrupted") return "Stopped by the user.";
  if (error.code === "url_unreadable") {
    const { url, reason, detail = "" } = (error as AppError<"url_unreadable">).details;
    return `Can't read ${url}: ${reasons[reason](detail)}.`;
  }
  const facts = Object.values(error.details).filter((fact) => typeof fact === "string" && fact !== "");
  return `Failed (${error.code}): ${facts.join(", ")}`;
}

const reasons: Readonly<Record<AppError<"url_unreadable">["details"]["reason"], (detail: string) => string>> = {
  malformed: () => "it is not a URL",
  scheme: () => "only http and https URLs can be read",
  credentials: () => "URLs with a user name or password are refused",
  private: (address) => `its host is not on the public internet (${address})`,
  unresolved: () => "its host is unknown",
  redirects: (max) => `more than ${max} redirects`,
  status: (status) => `the server answered ${status}`,
  too_large: (limit) => `it is larger than ${limit}`,
  too_slow: () => "finding its text takes too long",
  empty: () => "the page has no readable text without its scripts",
  type: (type) => `it is not text (${type})`,
};
