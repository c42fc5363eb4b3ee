import type { BilledRequest } from "../../chat/billed-request.ts";
import type { Exchange, Transcript } from "../../transcripts/format/types.ts";
import type { LedgerRow } from "../../usage/ledger-row.ts";
import { numberedRows } from "./numbered-rows.ts";

/** The rows of the ledger that a saved conversation tells of, with the ids that they were booked under. */
export function rowsOfTranscript({ id: conversation, exchanges, ownRequests }: Transcript): LedgerRow[] {
  const numbered = (id: string, turn: string | null, requests: readonly BilledRequest[]): LedgerRow[] =>
    numberedRows(requests, { id, conversation, turn });
  return [
    ...exchanges.flatMap((exchange) => {
      const { id } = exchange;
      return id === null ? [] : numbered(id, id, requestsOf(exchange));
    }),
    ...ownRequests.flatMap(({ id, requests }) => numbered(id, null, requests)),
  ];
}

/** Transcripts from before requests were written down know the usage of a turn as a whole. */
function requestsOf({
  requests,
  usage,
  cost,
  answeredBy,
  provider,
  model,
  askedAt,
  continues,
}: Exchange): readonly BilledRequest[] {
  if (requests.length > 0 || usage === null) return requests;
  const to = answeredBy ?? { provider: provider ?? "", model: model ?? "" };
  return [
    { sentAt: askedAt, to, purpose: continues === null ? "question" : "continuation", usage, cost, atMost: null },
  ];
}
