import type { ContextUse } from "../../chat/answer.ts";
import type { UserMessage } from "../../chat/messages.ts";
import { textOf } from "../../chat/message-text.ts";
import { estimateTokens } from "../../chat/usage.ts";
import type { ConfigFile, Settings } from "../../config/schema.ts";
import { modelPrice } from "./model-price.ts";

/** What tells whether a question is to be spoken of before it is sent; the engine is one. */
interface ExpenseSource {
  readonly file: ConfigFile;
  readonly settings: Settings;
}

interface AskedModel {
  readonly provider: string;
  readonly modelId: string;
  readonly context: ContextUse;
}

/** Whether there is a limit to what may be spent. */
export function isLimited({ file, settings }: ExpenseSource): boolean {
  return file.budget !== undefined || settings.max_cost !== undefined;
}

/**
 * Whether a question's prompt costs so much, by a rough count without a hit in the cache, that it is worth a word.
 *
 * @param question null: the last answer is continued
 */
export function isMuch(
  engine: ExpenseSource,
  { provider, modelId, context }: AskedModel,
  question: UserMessage | null,
): boolean {
  const { settings } = engine;
  const price = modelPrice(engine, { provider, model: modelId });
  if (price === null) return false;
  const asked = question === null ? 0 : estimateTokens(textOf(question.content));
  const tokens = asked + (settings.history ? context.tokens : 0);
  return (tokens * price.rates.input) / 1e6 >= settings.estimate_from;
}
