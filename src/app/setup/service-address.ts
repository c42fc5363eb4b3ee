import { type AppError, asAppError } from "../../errors.ts";
import { offeredModels } from "../../providers/account.ts";
import { normalBaseUrl, withVersion } from "../../providers/http/base-url.ts";
import type { Connection } from "../../providers/connection.ts";
import type { OfferedModel } from "../../providers/model-list.ts";

/**
 * A base URL out of what a person types or pastes: `api.example.com`, `localhost:8080`, an endpoint of it, with a query.
 *
 * @returns null for what is no address, or holds a password
 */
export function normalisedAddress(typed: string): string | null {
  const text = typed.trim();
  if (text === "" || /\s/u.test(text)) return null;
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//iu.test(text) ? text : `${schemeFor(text)}://${text}`);
  if (url === null || !/^https?:$/u.test(url.protocol) || url.hostname === "" || url.username + url.password !== "") {
    return null;
  }
  return normalBaseUrl(`${url.origin}${url.pathname}`);
}

/** Servers of one's own speak plain http, services https. */
function schemeFor(text: string): "http" | "https" {
  const host = /^(\[[^\]]*\]|[^:/?#]*)/u.exec(text)?.[1] ?? "";
  return /^(?:\[.*\]|\d{1,3}(?:\.\d{1,3}){3}|[^.]*|.*\.localhost)$/iu.test(host) ? "http" : "https";
}

/** Where the service may be under an address: there, and at `/v1` where the address names no version. */
function candidatesFor(address: string): string[] {
  const versioned = withVersion(address);
  return versioned === null ? [address] : [address, versioned];
}

/** What is found at an address. */
export interface FoundService {
  readonly baseUrl: string;
  /** Null where it gives no list. */
  readonly offered: readonly OfferedModel[] | null;
  /** Why there is no list; null where there is one. */
  readonly error: AppError | null;
}

/**
 * Looks for a list of models at an address and at its `/v1`.
 *
 * @param open a connection to one of them
 * @returns the first with a list; else one that wants a key, or another one; else the one whose answer says most
 */
export async function findService(
  address: string,
  open: (baseUrl: string) => Connection | Promise<Connection>,
  signal: AbortSignal,
): Promise<FoundService> {
  const tried: FoundService[] = [];
  for (const baseUrl of candidatesFor(address)) {
    try {
      return { baseUrl, offered: await offeredModels(await open(baseUrl), signal), error: null };
    } catch (thrown) {
      const error = asAppError(thrown);
      if (error.code === "interrupted") throw error;
      tried.push({ baseUrl, offered: null, error });
      // Nobody is there: nor will anybody be at another path.
      if (error.code === "no_connection" || error.code === "timeout") break;
    }
  }
  const first = tried.find(({ error }) => wantsKey(error));
  // `/v1` is what most services have.
  return first ?? tried.at(-1)!;
}

/** Whether a service was reached and wants a key, or another one. */
export function wantsKey(error: AppError | null): boolean {
  return error !== null && ["key_rejected", "key_wanted", "forbidden"].includes(error.code);
}
