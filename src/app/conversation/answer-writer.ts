import { type AnswerWriter, exactWriter, plainWriter } from "../../terminal/answer.ts";
import { renderedWriter } from "../../terminal/rendered-writer.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";

/** How an answer is written: rendered on a terminal, its exact text everywhere else. */
export function answerWriter({ settings }: Pick<Engine, "settings">, { terminal }: Console): AnswerWriter {
  if (!terminal.outIsTerminal) return exactWriter(terminal);
  return settings.render ? renderedWriter(terminal) : plainWriter(terminal);
}
