import { type AnswerWriter, exactWriter, plainWriter } from "../../terminal/answer.ts";
import { renderedWriter } from "../../terminal/rendered-writer.ts";
import type { App } from "../app.ts";

/** How an answer is written: rendered on a terminal, its exact text everywhere else. */
export function answerWriter({ terminal, settings, environment }: App): AnswerWriter {
  if (!terminal.outIsTerminal) return exactWriter(terminal);
  return settings.render ? renderedWriter(terminal, environment.variables) : plainWriter(terminal);
}
