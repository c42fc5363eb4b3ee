import { saidText } from "../format/exchange-messages.ts";
import type { Exchange, Transcript } from "../format/types.ts";
import { rule } from "../format/types.ts";
import { localStamp } from "../format/times.ts";
import { spoken } from "./visible-turns.ts";

/**
 * A conversation in the older plain form: labels, rules, and a line where a request failed. Thinking, metadata and escapes
 * are not part of it, so that what looks like structure in a text may be taken for structure by a reader.
 */
export function asPlainText({ exchanges }: Transcript): string {
  return spoken(exchanges).map(plainExchange).join("");
}

function plainExchange(exchange: Exchange): string {
  const { question, askedAt, answeredAt, status } = exchange;
  const failure = status === "complete" ? "" : `\u8bf7\u6c42\u9519\u8bef: ${exchange.notice || status}`;
  const body = [saidText(exchange), failure].filter((part) => part !== "").join("\n\n");
  const at = localStamp(answeredAt ?? exchange.endedAt ?? askedAt);
  return `[${localStamp(askedAt)}] Question:\n${question}\n\n[${at}] Answer:\n${body}\n\n${rule}\n\n`;
}
