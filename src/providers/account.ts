import { AppError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import { complaintIn } from "./wire/error-body.ts";
import { type OfferedModel, readModelList, rowsAt, valueAt } from "./model-list.ts";
import { requestJson } from "./http/json-request.ts";
import { fromDocument } from "./wire/errors.ts";

/** What the providers tell besides answers: their models, and what is left of the money. */
export interface Balance {
  readonly currency: string;
  /** Units of the currency, as the service writes them. */
  readonly total: string;
  readonly granted: string | null;
  readonly toppedUp: string | null;
}

/**
 * The models a provider offers, `GET /models`, with what the list says of them.
 *
 * @throws AppError as for a question; `not_a_list` for what holds no list of models
 */
export async function offeredModels(connection: Connection, signal: AbortSignal): Promise<OfferedModel[]> {
  const query = new URLSearchParams(connection.modelsQuery).toString();
  const answer = await requestJson(connection, `/models${query === "" ? "" : `?${query}`}`, signal);
  const rows = readModelList(answer);
  if (rows !== null) return rows;
  const text = JSON.stringify(answer);
  // Gateways tell errors with status 200 too.
  const complaint = complaintIn(answer);
  if (complaint !== null) throw fromDocument(complaint, connection, "");
  const start = text.length > maxStart ? `${text.slice(0, maxStart)}…` : text;
  throw new AppError("not_a_list", { provider: connection.name, start });
}

/** Characters of a wrong answer that are quoted. */
const maxStart = 80;

/**
 * The account's balances; null where the provider has no such endpoint.
 *
 * @throws AppError as for a question
 */
export async function readBalance(connection: Connection, signal: AbortSignal): Promise<Balance[] | null> {
  if (connection.balance === "none") return null;
  const { path, read } = balances[connection.balance];
  const answer = await requestJson(connection, path, signal);
  const complaint = complaintIn(answer);
  if (complaint !== null) throw fromDocument(complaint, connection, "");
  return read(answer);
}

const balances = {
  // GET /user/balance: {is_available, balance_infos: [{currency, total_balance, granted_balance, topped_up_balance}]}
  deepseek: {
    path: "/user/balance",
    read: (answer: unknown) =>
      rowsAt(answer, "balance_infos").map((row) => ({
        currency: asText(row["currency"]) ?? "?",
        total: asText(row["total_balance"]) ?? "?",
        granted: asText(row["granted_balance"]),
        toppedUp: asText(row["topped_up_balance"]),
      })),
  },
  // GET /user/info: {code, data: {balance, chargeBalance, totalBalance}}: given, paid in, and both.
  siliconflow: {
    path: "/user/info",
    read: (answer: unknown) => {
      const field = (name: string) => asText(valueAt(answer, `data.${name}`));
      const total = field("totalBalance") ?? "?";
      return [{ currency: "CNY", total, granted: field("balance"), toppedUp: field("chargeBalance") }];
    },
  },
} as const;

function asText(value: unknown): string | null {
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}
