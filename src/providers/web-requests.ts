import type { Connection } from "./connection.ts";
import { requestJson } from "./http/json-request.ts";
import { rowsAt, valueAt } from "./model-list.ts";
import { complaintIn } from "./wire/error-body.ts";
import { fromDocument } from "./wire/errors.ts";

/** A page that a search found. */
export interface FoundOnWeb {
  readonly title: string;
  readonly url: string;
  /** What the service quotes of it, the longest text first that it gives; empty for nothing. */
  readonly text: string;
  /** As the service writes it; empty where it does not say. */
  readonly date: string;
}

/** UTF-16 units of a query (api-docs.deepseek.com, search and fetch). */
const maxQuery = 128;

/**
 * Searches the web by DeepSeek's endpoint, which needs no model: `POST /v1/tools/search`. Finding nothing is free.
 *
 * @param count pages, 1 to 50
 * @throws AppError as for a question
 */
export async function searchWeb(
  connection: Connection,
  { query, count }: { readonly query: string; readonly count: number },
  signal: AbortSignal,
): Promise<FoundOnWeb[]> {
  const body = { query: query.slice(0, maxQuery).toWellFormed(), count, need_content: false };
  const answer = await post(connection, "search", body, signal);
  return rowsAt(answer, "results").flatMap((row) => {
    const text = (name: string) => (typeof row[name] === "string" ? row[name] : "");
    const url = text("url");
    const said = text("summary") || text("snippet") || text("content");
    return url === "" ? [] : [{ title: text("title"), url, text: said, date: text("date") }];
  });
}

/**
 * Reads a web page by DeepSeek's endpoint, `POST /v1/tools/fetch`: the service fetches it, not this machine.
 *
 * @returns its title and its text as Markdown; null where there is none
 * @throws AppError as for a question
 */
export async function fetchByService(
  connection: Connection,
  url: string,
  signal: AbortSignal,
): Promise<{ readonly title: string; readonly text: string } | null> {
  const answer = await post(connection, "fetch", { url }, signal);
  const texts = ["markdown", "content", "text", "data.markdown", "data.content", "result.markdown", "result.content"];
  const text = texts.map((path) => valueAt(answer, path)).find((each) => typeof each === "string" && each !== "");
  const title = ["title", "data.title", "result.title"]
    .map((path) => valueAt(answer, path))
    .find((each) => typeof each === "string");
  return typeof text === "string" ? { title: typeof title === "string" ? title : "", text } : null;
}

async function post(connection: Connection, tool: string, body: object, signal: AbortSignal): Promise<unknown> {
  const base = connection.baseUrl.replace(/\/(?:v1|beta)\/?$/u, "").replace(/\/$/u, "");
  const answer = await requestJson(connection, `${base}/v1/tools/${tool}`, signal, body);
  const complaint = complaintIn(answer);
  if (complaint !== null) throw fromDocument(complaint, connection, "");
  return answer;
}
