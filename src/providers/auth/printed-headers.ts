import { AppError } from "../../errors.ts";
import { isRecord } from "../wire/json.ts";

/** Headers that belong to the request itself. */
const reserved = new Set(["connection", "content-length", "content-type", "host", "transfer-encoding", "upgrade"]);

/**
 * The headers that a program printed: a JSON object, or lines `Name: value`.
 *
 * @returns names in small letters
 * @throws AppError `auth_failed` for what is none, without a word of what was printed but a header's name
 */
export function printedHeaders(provider: string, printed: string): Record<string, string> {
  const fail = (why: "program" | "header", reason: string) =>
    new AppError("auth_failed", { provider, why, reason, said: "" });
  const headers = printed.trimStart().startsWith("{") ? fromJson(printed) : fromLines(printed);
  if (headers === null || headers.length === 0) throw fail("program", "");
  for (const [name, value] of headers) {
    if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/u.test(name)) throw fail("program", "");
    if (reserved.has(name) || !/^[\t\x20-\x7e\x80-\xff]*$/u.test(value)) throw fail("header", name);
  }
  return Object.fromEntries(headers);
}

function fromLines(printed: string): [string, string][] | null {
  const lines = printed.split(/\r?\n/u).filter((line) => line.trim() !== "");
  const headers = lines.map((line) => /^([^\s:]+):\s*(.*?)\s*$/u.exec(line));
  if (headers.some((header) => header === null)) return null;
  return headers.map((header): [string, string] => [header![1]!.toLowerCase(), header![2]!]);
}

function fromJson(printed: string): [string, string][] | null {
  try {
    const read: unknown = JSON.parse(printed);
    if (!isRecord(read) || !Object.values(read).every((value) => typeof value === "string")) return null;
    return Object.entries(read).map(([name, value]): [string, string] => [name.toLowerCase(), value as string]);
  } catch {
    return null;
  }
}
