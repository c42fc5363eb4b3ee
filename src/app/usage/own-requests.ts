import type { Purpose } from "../../chat/purpose.ts";
import type { TurnResult } from "../../chat/turn.ts";
import { requestsJson } from "../../transcripts/format/metadata-write.ts";
import type { TranscriptWriter } from "../../transcripts/store/writer.ts";
import { Recording } from "../conversation/recorder.ts";
import type { Spending } from "./cost-meter.ts";
import type { TurnPlace } from "./turn-place.ts";

/**
 * Adds what a request of the program's own took, and notes it in the transcript of the conversation that it was made for. Where
 * another program keeps writing to that, the ledger alone has it.
 *
 * @param writer null for a conversation that is not saved
 * @param place of those requests
 * @param signal ends the waiting for the transcript
 */
export async function billOwnRequest(
  spending: Spending,
  writer: TranscriptWriter | null,
  result: TurnResult,
  purpose: Purpose,
  place: TurnPlace,
  signal: AbortSignal,
): Promise<void> {
  const { billed } = await spending.add(result, purpose);
  if (billed.length === 0) return;
  await new Recording(writer).annotate("billed", { id: place.id, requests: requestsJson(billed) }, signal);
  await spending.book(billed, place);
}
