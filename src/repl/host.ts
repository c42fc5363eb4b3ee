import type { ChatEvent, Cost } from "../chat/model.ts";
import type { TurnResult } from "../chat/turn.ts";
import type { AppError } from "../errors.ts";
import type { AnswerWriter } from "../terminal/answer.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { Words } from "../words/words.ts";

/** What the session asks of the rest of the program; the app gives it. */
export interface Host {
  readonly terminal: Terminal;
  readonly words: Words;
  readonly dialogue: Dialogue;
  /** How the next answer is written to stdout. */
  readonly answerWriter: () => AnswerWriter;
  /** A question with the files it names attached. */
  readonly attach: (text: string) => Promise<Question>;
  /** Reads `provider/id`, or an id of the provider in use. */
  readonly parseModel: (text: string) => { readonly provider: string; readonly model: string | null };
}

export interface Question {
  readonly text: string;
}

export interface Dialogue {
  readonly provider: string;
  readonly modelId: string;
  readonly id: string | null;
  readonly path: string | null;
  readonly conversation: { system: string | null };
  ask(question: Question, onEvent: (event: ChatEvent) => void, signal: AbortSignal): Promise<Answer>;
  useModel(provider: string, model: string | null): Promise<void>;
  startNew(): Promise<void>;
}

export interface Answer extends TurnResult {
  readonly cost: Cost | null;
  readonly unsaved: AppError | null;
}

export type Line =
  | { readonly kind: "line"; readonly text: string }
  /** Ctrl-C at an empty prompt. */
  | { readonly kind: "interrupt" }
  /** Ctrl-D at an empty prompt, or the end of what is piped in. */
  | { readonly kind: "end" };

/** Where questions come from: the line editor, a plain terminal, or a pipe. */
export interface LineSource {
  read(): Promise<Line>;
  /**
   * While an answer streams: keys are kept for the next prompt, and Ctrl-C calls `onInterrupt`.
   *
   * @returns what ends it
   */
  hold(onInterrupt: () => void): () => void;
  close(): void;
}
