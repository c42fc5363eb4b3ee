import { AppError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import { watchedFetch } from "./http.ts";
import { redact, redactedError } from "./redact.ts";
import { fromNetwork, fromRefusal, hostOf, isRecord } from "./wire-errors.ts";

/** What the providers tell besides answers: their models, and what is left of the money. */
export interface Balance {
  readonly currency: string;
  /** Units of the currency, as the service writes them. */
  readonly total: string;
  readonly granted: string | null;
  readonly toppedUp: string | null;
}

/**
 * Ids of the models a provider offers, `GET /models`.
 *
 * @throws AppError as for a question
 */
export async function listModels(connection: Connection, signal: AbortSignal): Promise<string[]> {
  const query = new URLSearchParams(connection.modelsQuery).toString();
  const answer = await get(connection, `/models${query === "" ? "" : `?${query}`}`, signal);
  const rows = isRecord(answer) && Array.isArray(answer["data"]) ? (answer["data"] as unknown[]) : [];
  return rows.flatMap((row) => (isRecord(row) && typeof row["id"] === "string" ? [row["id"]] : []));
}

/**
 * The account's balances; null where the provider has no such endpoint.
 *
 * @throws AppError as for a question
 */
export async function readBalance(connection: Connection, signal: AbortSignal): Promise<Balance[] | null> {
  if (connection.balance === "none") return null;
  const { path, read } = balances[connection.balance];
  return read(await get(connection, path, signal));
}

const balances = {
  // GET /user/balance: {is_available, balance_infos: [{currency, total_balance, granted_balance, topped_up_balance}]}
  deepseek: {
    path: "/user/balance",
    read: (answer: unknown) => {
      const rows =
        isRecord(answer) && Array.isArray(answer["balance_infos"]) ? (answer["balance_infos"] as unknown[]) : [];
      return rows.filter(isRecord).map((row) => ({
        currency: asText(row["currency"]) ?? "?",
        total: asText(row["total_balance"]) ?? "?",
        granted: asText(row["granted_balance"]),
        toppedUp: asText(row["topped_up_balance"]),
      }));
    },
  },
  // GET /user/info: {code, data: {balance, chargeBalance, totalBalance}}: given, paid in, and both.
  siliconflow: {
    path: "/user/info",
    read: (answer: unknown) => {
      const data = isRecord(answer) && isRecord(answer["data"]) ? answer["data"] : {};
      const total = asText(data["totalBalance"]) ?? "?";
      return [{ currency: "CNY", total, granted: asText(data["balance"]), toppedUp: asText(data["chargeBalance"]) }];
    },
  },
} as const;

function asText(value: unknown): string | null {
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}

/** Milliseconds that such a small request may take, where nobody said. */
const patience = 20_000;

async function get(connection: Connection, path: string, signal: AbortSignal): Promise<unknown> {
  const limit = connection.silence ?? patience;
  const timer = AbortSignal.timeout(limit);
  try {
    return await request(connection, path, AbortSignal.any([signal, timer]));
  } catch (error) {
    if (signal.aborted) throw new AppError("interrupted", {}, { cause: error });
    if (timer.aborted) throw new AppError("timeout", { host: hostOf(connection.baseUrl), seconds: limit / 1000 });
    throw redactedError(fromNetwork(error, connection), connection);
  }
}

async function request(connection: Connection, path: string, signal: AbortSignal): Promise<unknown> {
  let refusal = "";
  const fetch = watchedFetch(connection.transport, {
    onBytes: () => {},
    onFailure: () => {},
    onRefusal: (body) => (refusal = body),
  });
  const headers: [string, string][] = [["accept", "application/json"], ...Object.entries(connection.headers)];
  if (connection.key !== null) headers.push(["authorization", `Bearer ${connection.key}`]);
  const response = await fetch(`${connection.baseUrl.replace(/\/$/u, "")}${path}`, { headers, signal });
  if (!response.ok) {
    const header = (name: string) => response.headers.get(name);
    throw fromRefusal({ status: response.status, body: refusal, header }, connection, "");
  }
  const text = redact(await response.text(), connection);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const contentType = response.headers.get("content-type")?.split(";")[0] ?? "no content type";
    const start = text.slice(0, 80).replace(/\s+/gu, " ").trim() || "(empty)";
    throw new AppError("not_a_stream", { provider: connection.name, contentType, start }, { cause: error });
  }
}
