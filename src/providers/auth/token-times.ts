import type { Connection } from "../connection.ts";
import { isRecord } from "../wire/json.ts";

/** Why a token is not good now, and the moment that says so. */
export interface UntimelyToken {
  readonly why: "expired" | "early";
  /** ISO 8601. */
  readonly at: string;
}

/**
 * Whether the newest token (RFC 7519) that a refused request was sent with has ended, or has not begun; null where there is none, or
 * nothing of the kind.
 */
export function untimelyToken({ key, proofs }: Pick<Connection, "key" | "proofs">): UntimelyToken | null {
  const tokens = [key ?? "", ...(proofs?.values ?? [])].flatMap((value) => timesIn(value) ?? []);
  const newest = tokens.reduce<TokenTimes | null>(
    (one, other) => (one === null || other.to > one.to ? other : one),
    null,
  );
  if (newest === null) return null;
  const now = Date.now();
  const at = (moment: number) => new Date(moment).toISOString();
  if (newest.to < now) return { why: "expired", at: at(newest.to) };
  return newest.from > now ? { why: "early", at: at(newest.from) } : null;
}

/** Milliseconds since 1970. */
interface TokenTimes {
  readonly from: number;
  readonly to: number;
}

/** The last moment that a `Date` knows. */
const never = 8.64e15;

function timesIn(value: string): TokenTimes | null {
  const claims = /^[\w-]+\.([\w-]+)\.[\w-]*$/u.exec(value)?.[1];
  if (claims === undefined) return null;
  try {
    const read: unknown = JSON.parse(Buffer.from(claims, "base64url").toString("utf8"));
    if (!isRecord(read) || typeof read["exp"] !== "number") return null;
    // Some services count in milliseconds.
    const moment = (time: unknown) => Math.min(Number(time) > 1e11 ? Number(time) : Number(time) * 1000, never);
    return { from: typeof read["nbf"] === "number" ? moment(read["nbf"]) : 0, to: moment(read["exp"]) };
  } catch {
    return null;
  }
}
