import { type AnswerWriter, exactWriter, plainWriter } from "../terminal/answer.ts";
import type { App } from "./app.ts";

/** How an answer is written: rendered on a terminal that can, its exact text everywhere else. */
export function answerWriter({ terminal }: App, place: "ask" | "chat"): AnswerWriter {
  if (!terminal.outIsTerminal) return exactWriter(terminal);
  return place === "ask" ? plainWriter(terminal) : plainWriter(terminal);
}
