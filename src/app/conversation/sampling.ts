import type { Sampling, Thinking } from "../../chat/model.ts";
import type { Settings } from "../../config/schema.ts";

/** Parameters of a request, under the names of settings. */
export type Parameters = Pick<
  Partial<Settings>,
  | "temperature"
  | "top_p"
  | "top_k"
  | "max_tokens"
  | "frequency_penalty"
  | "presence_penalty"
  | "stop"
  | "seed"
  | "min_p"
  | "response_format"
  | "body"
  | "thinking"
  | "effort"
>;

export function samplingOf(settings: Parameters): Sampling {
  const { temperature, top_p: topP, top_k: topK, max_tokens: maxTokens, stop } = settings;
  const { frequency_penalty: frequencyPenalty, presence_penalty: presencePenalty } = settings;
  const { seed, min_p: minP, response_format: responseFormat, body } = settings;
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(frequencyPenalty !== undefined && { frequencyPenalty }),
    ...(presencePenalty !== undefined && { presencePenalty }),
    ...(stop !== undefined && { stop }),
    ...(seed !== undefined && { seed }),
    ...(minP !== undefined && { minP }),
    ...(responseFormat !== undefined && { responseFormat }),
    ...(body !== undefined && { body }),
  };
}

/** An effort alone switches thinking on; null where nobody said anything. */
export function thinkingOf({ thinking, effort }: Parameters): Thinking | null {
  if (thinking === undefined && effort === undefined) return null;
  return { enabled: thinking ?? true, effort: effort ?? null };
}

/** What an exchange was asked with, as settings; but for fields of the body, which may be anything: they are set anew. */
export function parametersOf(sampling: Sampling, thinking: Thinking | null): Parameters {
  const { temperature, topP, topK, maxTokens, frequencyPenalty, presencePenalty, stop, seed, minP } = sampling;
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(topK !== undefined && { top_k: topK }),
    ...(maxTokens !== undefined && { max_tokens: maxTokens }),
    ...(frequencyPenalty !== undefined && { frequency_penalty: frequencyPenalty }),
    ...(presencePenalty !== undefined && { presence_penalty: presencePenalty }),
    ...(stop !== undefined && { stop: [...stop] }),
    ...(seed !== undefined && { seed }),
    ...(minP !== undefined && { min_p: minP }),
    ...(thinking !== null && { thinking: thinking.enabled }),
    ...(thinking?.effort && { effort: thinking.effort }),
  };
}

/** The settings in force: what somebody set comes before what a resumed conversation was asked with. */
export function inForce(settings: Settings, { thinking, effort, ...sampling }: Parameters): Settings {
  // The two are one switch: whoever set one of them set both.
  const switched = settings.thinking !== undefined || settings.effort !== undefined;
  const inherited = {
    ...sampling,
    ...(!switched && thinking !== undefined && { thinking }),
    ...(!switched && effort !== undefined && { effort }),
  };
  return { ...inherited, ...settings };
}
