import { codeBlocks } from "./code-blocks.ts";

/** What can be taken out of an answer. */
export type ExtractionForm = "code" | "json";

/**
 * The first block of code in an answer, or its first JSON, exactly as it came: for JSON the whole answer where that is JSON, else the
 * first block of code that is.
 *
 * @param isWhole false: the answer broke off, and a block that is not closed is none
 * @returns null where there is none
 */
export function extract(answer: string, form: ExtractionForm, isWhole: boolean): string | null {
  if (form === "json" && isJson(answer)) return answer.trim();
  return codeBlocks(answer, isWhole).find((block) => form === "code" || isJson(block)) ?? null;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
