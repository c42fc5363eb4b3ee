import type { Message } from "../../chat/messages.ts";
import type { AnswerSchema, ChatRequest } from "../../chat/model.ts";
import { samplingOf } from "../../chat/sampling.ts";
import type { Settings } from "../../config/schema.ts";
import { thinkingOf } from "./sampling.ts";

/**
 * A request with these messages, as the settings want it.
 *
 * @param schema of the answer; null for free text
 */
export function requestOf(
  settings: Settings,
  model: string,
  messages: readonly Message[],
  schema: AnswerSchema | null,
): ChatRequest {
  const { stream, web, date: tellsDate, refresh_cache: refresh = false } = settings;
  const thinking = thinkingOf(settings);
  const sampling = samplingOf(settings);
  const wanted = { ...(schema !== null && { schema }), ...(web && { webSearch: true }) };
  return { model, messages, sampling, thinking, stream, tellsDate, refresh, ...wanted };
}
