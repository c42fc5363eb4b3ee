import type { Answer } from "../../chat/answer.ts";
import { textOf } from "../../chat/message-text.ts";
import { usageOf } from "../../chat/requests.ts";
import { AppError } from "../../errors.ts";
import { exactWriter } from "../../terminal/answer.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { sumCosts } from "../../usage/cost.ts";
import type { Console } from "../console.ts";
import type { ChatSession } from "../conversation/chat-session.ts";
import { displayPath } from "../display-path.ts";
import type { Engine } from "../engine.ts";
import type { AnswerToShape, ShapedAnswer } from "./answer-shape.ts";
import { checkedBy, correctionOf, misfitSentences } from "./schema-correction.ts";
import type { CheckedAnswer, StructuredForm } from "./structured-form.ts";

/** An answer that is to have a form. */
interface AnswerToCheck extends Pick<AnswerToShape, "answer" | "question" | "output" | "correct"> {
  readonly form: StructuredForm;
}

/** Checks an answer, and has it corrected once where it does not fit. */
export async function structuredAnswer(
  { workingFolder, prompts, stop }: Pick<Engine, "workingFolder" | "prompts" | "stop">,
  { terminal, words }: Console,
  dialogue: ChatSession,
  { form, output, answer: first, question, correct }: AnswerToCheck,
): Promise<ShapedAnswer> {
  let answer = first;
  let checked = checkLast(form, dialogue, answer);
  const correction = correctionOf(form, prompts, first, checked, question);
  if (checked !== null && correction !== null && !stop.aborted) {
    const errors = misfitSentences(form, checked.misfits);
    if (output === "jsonl") terminal.json({ type: "misfit", errors });
    terminal.say(terminal.ink.err.warning(sanitize(words.answer.misfit({ errors }))));
    answer = joined(first, await correct(correction));
    checked = checkLast(form, dialogue, answer);
  }
  const misfits = checked?.misfits ?? [];
  const data = misfits.length > 0 ? null : (checked?.data ?? null);
  const text = checked === null || misfits.length > 0 ? null : JSON.stringify(data);
  const path = answer.unsaved === null ? dialogue.path : null;
  const transcript = path === null ? null : displayPath(workingFolder, path);
  const error =
    misfits.length === 0 ? null : new AppError("schema_misfit", { errors: misfitSentences(form, misfits), transcript });
  return {
    answer,
    error,
    text,
    fields: { data },
    async print() {
      if (output === "jsonl") return terminal.json({ type: "data", data });
      if (output === "json") return;
      // On a terminal the answer is there already.
      if (terminal.outIsTerminal) return;
      if (error !== null && transcript === null) terminal.report(sanitize(answer.text));
      if (text === null) return;
      const writer = exactWriter(terminal);
      writer.push(text);
      await writer.end();
    },
  };
}

/** The last answer, all of it where it was continued; null where it failed. */
function checkLast(form: StructuredForm, { conversation }: ChatSession, answer: Answer): CheckedAnswer | null {
  const message = conversation.last?.answers.at(-1);
  return checkedBy(form, answer, message?.role === "assistant" ? textOf(message.content) : answer.text);
}

/** An answer and its correction as one, with what both took. */
function joined(first: Answer, second: Answer): Answer {
  const requests = [...first.requests, ...second.requests];
  const usage = first.cached ? second.usage : second.cached ? first.usage : usageOf(requests);
  return {
    ...second,
    requests,
    usage,
    billed: [...first.billed, ...second.billed],
    cost: sumCosts([first.cost, second.cost]),
    unknownCost: first.unknownCost ?? second.unknownCost,
    warnings: [...first.warnings, ...second.warnings],
    cached: first.cached && second.cached,
    cacheError: first.cacheError ?? second.cacheError,
    unsaved: first.unsaved ?? second.unsaved,
    startedAt: first.startedAt,
    firstAt: first.firstAt,
  };
}
