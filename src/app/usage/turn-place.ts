import { newId } from "../../transcripts/store/names.ts";
import type { TranscriptWriter } from "../../transcripts/store/writer.ts";

/** What the rows of a turn have in common; see `LedgerRow`. */
export interface RowPlace {
  readonly id: string;
  readonly conversation: string | null;
  readonly turn: string | null;
}

/** Where the requests of one turn stand in the ledger; asked for once the turn has begun in its transcript. */
export class TurnPlace implements RowPlace {
  readonly #writer: TranscriptWriter | null;
  readonly #own = newId();
  /** Whether they are the program's own, which belong to no turn. */
  readonly #isOwn: boolean;

  /** @param writer null for a conversation that is not saved */
  constructor(writer: TranscriptWriter | null, isOwn = false) {
    this.#writer = writer;
    this.#isOwn = isOwn;
  }

  /** Of the conversation; null where it is not saved. */
  get conversation(): string | null {
    return this.#writer?.id ?? null;
  }

  /** Of the turn; null where it is not saved, and for requests of the program's own. */
  get turn(): string | null {
    return this.#isOwn ? null : (this.#writer?.exchangeId ?? null);
  }

  /** What the ids of the rows begin with. */
  get id(): string {
    return this.turn ?? this.#own;
  }
}
