import type { ChatEvent, Cost } from "../chat/model.ts";
import type { TurnResult } from "../chat/turn.ts";
import { type AppError, asAppError } from "../errors.ts";
import { failureOf } from "../terminal/parts.ts";
import type { Ending } from "../transcripts/format.ts";
import type { TranscriptWriter } from "../transcripts/write.ts";
import type { Words } from "../words/words.ts";

/** Tells the transcript of one exchange; a failure to write is kept, and the conversation goes on. */
export class Recording {
  readonly #writer: TranscriptWriter | null;
  /** Why something was not saved; null while all was. */
  failure: AppError | null = null;

  /** @param writer null: nothing is saved */
  constructor(writer: TranscriptWriter | null) {
    this.#writer = writer;
  }

  readonly onEvent = (event: ChatEvent): void => {
    if (event.type === "text") this.try((writer) => writer.text(event.text, new Date()));
    else if (event.type === "reasoning") this.try((writer) => writer.reasoning(event.text, new Date()));
  };

  try(write: (writer: TranscriptWriter) => void): void {
    if (this.#writer === null) return;
    try {
      write(this.#writer);
    } catch (error) {
      this.failure ??= asAppError(error);
    }
  }
}

/** How a turn ended, as the transcript writes it down. */
export function endingOf(result: TurnResult, cost: Cost | null, words: Pick<Words, "answer" | "errors">): Ending {
  const { error } = result;
  const notice = failureOf(words, result);
  return {
    at: result.endedAt,
    status: result.status,
    finishReason: result.finishReason,
    usage: result.usage,
    cost,
    error: error === null ? null : { code: error.code, message: notice ?? error.code },
    notice,
    seams: result.seams.map(({ at, how, provider, model, error: cause }) => ({
      at,
      how,
      provider,
      model,
      code: cause.code,
    })),
    answeredBy: result.answeredBy,
  };
}
