import type { Exchange, Transcript } from "../format/types.ts";
import { answersOf, isWhole, type JsonlMessage } from "./jsonl.ts";
import { spoken } from "./visible-turns.ts";

/** Why a turn cannot be learnt from. */
type UnfitReason = "unfinished" | "picture";

/** A turn of a conversation, as a training file has it. */
export interface TrainingTurn {
  /** From 1, as lists count. */
  readonly turn: number;
  /** Whether the answer was marked with `/good`. */
  readonly isGood: boolean;
  readonly system: string | null;
  readonly question: string;
  readonly answers: readonly JsonlMessage[];
  /** Null where it is fit. */
  readonly unfit: UnfitReason | null;
}

/** The turns of a conversation without those undone; what broke off, or goes with a picture, is told apart. */
export function trainingTurns({ exchanges }: Pick<Transcript, "exchanges">): readonly TrainingTurn[] {
  return spoken(exchanges).map((exchange, index) => ({
    turn: index + 1,
    isGood: exchange.good === true,
    system: exchange.system,
    question: exchange.question,
    answers: answersOf(exchange),
    unfit: unfitReason(exchange),
  }));
}

function unfitReason(exchange: Exchange): UnfitReason | null {
  if (!isWhole(exchange)) return "unfinished";
  return exchange.images.length > 0 ? "picture" : null;
}
