import type { Answer } from "../../chat/answer.ts";
import { answerOf } from "../../chat/conversation.ts";
import { extract, type ExtractionForm } from "../../chat/extraction.ts";
import { AppError } from "../../errors.ts";
import { exactWriter, plainWriter } from "../../terminal/answer.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { ChatSession } from "../conversation/chat-session.ts";
import { displayPath } from "../display-path.ts";
import type { Engine } from "../engine.ts";
import type { ShapedAnswer } from "./answer-shape.ts";

/** Takes out what is wanted of an answer; of one that was continued, of the whole of it. */
export function extractionOf(
  { workingFolder }: Pick<Engine, "workingFolder">,
  { conversation, path }: ChatSession,
  answer: Answer,
  form: ExtractionForm | "command",
): ShapedAnswer {
  const isFinished = answer.error === null;
  const { last } = conversation;
  const whole = isFinished && last !== null ? answerOf(last) : answer.text;
  const isWhole = answer.finishReason === "stop";
  const text = isFinished ? (form === "command" ? commandIn(whole, isWhole) : extract(whole, form, isWhole)) : null;
  const transcript = path !== null && answer.unsaved === null ? displayPath(workingFolder, path) : null;
  return {
    answer,
    text,
    fields: { extracted: text },
    error:
      text === null && isFinished
        ? new AppError("nothing_extracted", { form: form === "json" ? form : "code", transcript })
        : null,
    async print({ terminal }, output) {
      if (output === "jsonl") return terminal.json({ type: "extracted", text });
      if (output === "json") return;
      if (text === null) {
        if (transcript === null && whole !== "") terminal.report(sanitize(whole));
        return;
      }
      const writer = terminal.outIsTerminal ? plainWriter(terminal) : exactWriter(terminal);
      writer.push(text);
      await writer.end();
    },
  };
}

/** A command is the first block of code, or where there is none the whole answer, as models write both though they are told not to. */
function commandIn(answer: string, isWhole: boolean): string | null {
  const text = (extract(answer, "code", isWhole) ?? answer).replaceAll("\r\n", "\n").trim();
  return /^(?:`([^`\n]+)`|\$ ([^\n]+))$/u.exec(text)?.slice(1).find(Boolean) ?? (text || null);
}
