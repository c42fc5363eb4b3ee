import type { Cost } from "../../chat/model.ts";
import { AppError } from "../../errors.ts";
import type { Connection } from "../../providers/connection.ts";
import { fetchUrlTool } from "../../tools/fetch-url.ts";
import type { Tool } from "../../tools/tool.ts";
import { type PricedAnswer, type ServiceToolOptions, webFetchTool, webSearchTool } from "../../tools/web-search.ts";
import { unitCost } from "../../usage/prices.ts";
import type { Engine } from "../engine.ts";

/** Who searches and fetches without a model. */
const searcher = { provider: "deepseek", model: "web-search" } as const;

/** The built-in tools that search the web and read pages by DeepSeek's own endpoints, with the person's key for it. */
export function webSearch(engine: Engine, approval: Tool["approval"] = "ask"): Tool {
  return webSearchTool(
    async (query, count, signal) => {
      const { searchWeb } = await import("../../providers/web-requests.ts");
      const send = async (connection: Connection, stop: AbortSignal) =>
        await searchWeb(connection, { query, count }, stop);
      return await priced(engine, signal, send, (found) => found.length === 0);
    },
    serviceOptions(engine, approval),
  );
}

export function webFetch(engine: Engine, approval: Tool["approval"] = "ask"): Tool {
  return webFetchTool(
    async (url, signal) => {
      const { fetchByService } = await import("../../providers/web-requests.ts");
      const send = async (connection: Connection, stop: AbortSignal) => await fetchByService(connection, url, stop);
      return await priced(engine, signal, send, (page) => page === null);
    },
    serviceOptions(engine, approval),
  );
}

function serviceOptions(engine: Engine, approval: Tool["approval"]): ServiceToolOptions {
  const cost = costOfOne(engine);
  return { approval, charge: cost && { to: searcher, cost }, explain: explained };
}

/** Of a search, or a page. */
function costOfOne({ settings: { currency } }: Engine): Cost | null {
  const amount = unitCost(searcher.provider, currency, "search", 1);
  return amount === null ? null : { currency, amount };
}

/** What the service answers, and what it bills: empty results and errors are free. */
async function priced<Answer>(
  engine: Engine,
  signal: AbortSignal,
  send: (connection: Connection, signal: AbortSignal) => Promise<Answer>,
  isFree: (answer: Answer) => boolean,
): Promise<PricedAnswer<Answer>> {
  const connection = await engine.connect(searcher.provider);
  const sentAt = new Date();
  const answer = await send(connection, AbortSignal.any([engine.stop, signal]));
  if (isFree(answer)) return { answer, billed: null };
  return {
    answer,
    billed: { sentAt, to: searcher, purpose: "search", usage: null, cost: costOfOne(engine), atMost: null },
  };
}

/** What searches where a person asked for that by `--web`, and the model's service does not: allowed with it. None without a key. */
export async function webSearchTools(engine: Engine): Promise<readonly Tool[]> {
  try {
    await engine.connect(searcher.provider);
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
  return [webSearch(engine, "allow"), webFetch(engine, "allow")];
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
