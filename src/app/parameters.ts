import type { Sampling, Thinking } from "../chat/model.ts";
import type { Settings } from "../config/schema.ts";

export function samplingOf(settings: Settings): Sampling {
  const { temperature, top_p: topP, top_k: topK, max_tokens: maxTokens, stop } = settings;
  const { frequency_penalty: frequencyPenalty, presence_penalty: presencePenalty } = settings;
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(frequencyPenalty !== undefined && { frequencyPenalty }),
    ...(presencePenalty !== undefined && { presencePenalty }),
    ...(stop !== undefined && { stop }),
  };
}

/** An effort alone switches thinking on; null where nobody said anything. */
export function thinkingOf({ thinking, effort }: Settings): Thinking | null {
  if (thinking === undefined && effort === undefined) return null;
  return { enabled: thinking ?? true, effort: effort ?? null };
}
