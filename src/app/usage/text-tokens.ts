import type { ModelRef } from "../../chat/model.ts";
import { estimateTokens } from "../../chat/usage.ts";
import { vocabularyUse } from "../../usage/tokenizer/prompt-format.ts";
import type { TokenCount } from "../../usage/tokenizer/prompt-tokens.ts";
import { loadTokenizer } from "../../usage/tokenizer/tokenizer.ts";

/** Counts the tokens of a text by itself, without what a service puts around it. */
export type TextCounter = (text: string) => Promise<TokenCount>;

/**
 * Counts texts in a model's vocabulary where that is known, in slices that let the event loop go on; else estimates. Where the
 * vocabulary cannot be read, in an installation that is not whole, the count is an estimate too.
 */
export async function textCounter({ provider, model }: ModelRef): Promise<TextCounter> {
  const tokenizer = vocabularyUse(provider, model) === null ? null : await loadTokenizer().catch(() => null);
  if (tokenizer === null) return async (text) => ({ tokens: estimateTokens(text), isExact: false });
  return async (text) => ({ tokens: await tokenizer.countInSlices(text), isExact: true });
}
