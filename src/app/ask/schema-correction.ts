import type { Answer } from "../../chat/answer.ts";
import { userMessage } from "../../chat/message-text.ts";
import type { UserMessage } from "../../chat/messages.ts";
import type { ModelPrompts } from "../../chat/prompts.ts";
import type { SchemaMisfit } from "../../words/types.ts";
import type { CheckedAnswer, StructuredForm } from "./structured-form.ts";

const emptiness: SchemaMisfit = { path: "", keyword: "empty", params: {}, message: "is empty" };
/** Misfits that are told: more say no more. */
const maxMisfits = 8;
/** UTF-16 units of one. */
const longestMisfit = 300;

type Checkable = Pick<Answer, "error" | "finishReason" | "refused">;

/**
 * Checks an answer against its form; null where it failed or was filtered.
 *
 * @param text all of it, where it was continued
 */
export function checkedBy(form: StructuredForm, answer: Checkable, text: string): CheckedAnswer | null {
  // JSON modes sometimes give nothing (api-docs.deepseek.com, guides/json_mode).
  if (answer.error?.code === "empty_answer") return { data: null, misfits: [emptiness] };
  if (answer.error !== null || answer.refused || answer.finishReason === "content_filter") return null;
  return form.check(text, answer.finishReason !== "length");
}

/**
 * What asks for another answer; null where the first one fits, or there is nothing to ask.
 *
 * @param checked the first answer
 * @param question that it answers; null where it continues an earlier one
 */
export function correctionOf<Question extends UserMessage | null>(
  form: StructuredForm,
  prompts: ModelPrompts,
  { error, finishReason }: Checkable,
  checked: CheckedAnswer | null,
  question: Question,
): UserMessage | Question | null {
  if (checked === null || finishReason !== "stop") return null;
  if (error !== null) return question;
  const errors = misfitSentences(form, checked.misfits).join("\n");
  return checked.misfits.length === 0 ? null : userMessage(prompts.misfit({ errors }));
}

/** What does not fit, a sentence each. */
export function misfitSentences(form: StructuredForm, misfits: readonly SchemaMisfit[]): string[] {
  const sentences = [...new Set(misfits.map((each) => form.misfitWords(each).slice(0, longestMisfit)))];
  return sentences.length > maxMisfits ? [...sentences.slice(0, maxMisfits), "…"] : sentences;
}
