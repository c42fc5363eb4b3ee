import type { Answer } from "../../chat/answer.ts";
import type { ExtractionForm } from "../../chat/extraction.ts";
import type { UserMessage } from "../../chat/messages.ts";
import type { AppError } from "../../errors.ts";
import type { Console } from "../console.ts";
import type { StructuredForm } from "./structured-form.ts";

/** How an answer is printed. */
export type AnswerOutput = "text" | "json" | "jsonl";

/** What is printed of an answer in the place of all of it. */
export interface ShapedAnswer {
  /** With its correction, where one was asked for. */
  readonly answer: Answer;
  /** Why there is nothing of the kind, where the answer itself did not fail; else null. */
  readonly error: AppError | null;
  /** Null where there is none, or the answer failed. */
  readonly text: string | null;
  /** What `-o json` has of it. */
  readonly fields: object;
  /** Prints it; where there is none, the answer on stderr if that is kept nowhere else. */
  readonly print: (console: Console, output: AnswerOutput) => Promise<void>;
}

/** An answer of which not all is printed as it is. */
export interface AnswerToShape {
  readonly answer: Answer;
  /** Null: an earlier answer was continued. */
  readonly question: UserMessage | null;
  readonly output: AnswerOutput;
  readonly extract: ExtractionForm | "command" | null;
  readonly form: StructuredForm | null;
  /** Asks for a correction, and shows what comes. */
  readonly correct: (question: UserMessage) => Promise<Answer>;
}
