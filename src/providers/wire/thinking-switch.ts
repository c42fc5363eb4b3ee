import type { Thinking } from "../../chat/model.ts";
import type { Provider } from "../catalogue.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The thinking switch in each service's own words; the fields go into the request's body at the top level. */
const forms: Record<Provider["thinking"], (thinking: Thinking) => Fields> = {
  // https://api-docs.deepseek.com: thinking.type, reasoning_effort low, high or max.
  deepseek: ({ enabled, effort }) => ({
    thinking: { type: enabled ? "enabled" : "disabled" },
    ...(enabled && effort !== null && { reasoning_effort: effort }),
  }),
  // SiliconFlow; some of its models take reasoning_effort too, others answer 400.
  enable_thinking: ({ enabled, effort }) => ({
    enable_thinking: enabled,
    ...(enabled && effort !== null && { reasoning_effort: effort }),
  }),
  // Ollama and LM Studio: OpenAI's field, which knows no "max".
  reasoning_effort: ({ enabled, effort }) => ({
    reasoning_effort: enabled ? (effort === "max" ? "high" : (effort ?? "medium")) : "none",
  }),
  // llama.cpp and vLLM hand the switch to the model's chat template.
  chat_template: ({ enabled }) => ({ chat_template_kwargs: { enable_thinking: enabled } }),
  none: () => ({}),
};

/**
 * @param thinking null sends nothing, so that the service's own default holds
 */
export function thinkingFields(form: Provider["thinking"], thinking: Thinking | null): Fields {
  return thinking === null ? {} : forms[form](thinking);
}
