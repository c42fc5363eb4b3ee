import type { Message } from "./messages.ts";
import type { Sampling } from "./sampling.ts";
import type { ToolDefinition } from "./tool-definition.ts";

/** A model at a provider. */
export interface ModelRef {
  /** Its name in the catalogue or the config file, e.g. `deepseek`. */
  readonly provider: string;
  /** The id the service knows, e.g. `deepseek-flash`. */
  readonly model: string;
}

export interface ChatRequest {
  /** The id the service knows, e.g. `deepseek-flash`. */
  readonly model: string;
  readonly messages: readonly Message[];
  /**
   * Of a gap that is to be filled: the text behind it, which may be empty; the only message is then the text before it. Absent: a chat.
   */
  readonly suffix?: string;
  /** Only what someone set; what is absent is not sent. */
  readonly sampling: Sampling;
  /** Null: the service's own default; nothing is sent. */
  readonly thinking: Thinking | null;
  /** Asks the service to give the conversation a title, where it can in the same call. */
  readonly wantsTitle?: boolean;
  /** False waits for the whole answer and then gives it as one `text` event. */
  readonly stream: boolean;
  /** Whether the model is told on which day the questions were asked. */
  readonly tellsDate?: boolean;
  /** Asked in any case, also where an answer is stored. */
  readonly refresh?: boolean;
  /** The form that the answer is to have; absent for free text. */
  readonly schema?: AnswerSchema;
  /** The tools that the model may call; absent or empty for none. */
  readonly tools?: readonly ToolDefinition[];
  /** Lets the service search the web and read pages by itself, where it can. */
  readonly webSearch?: boolean;
  /** The tool that it has to call, or that it may call none of them; absent: it chooses. */
  readonly toolChoice?: "none" | { readonly tool: string };
  /** The provider and model that answered the request before it in the same turn: where it fails over, that is asked first. */
  readonly preferred?: ModelRef;
}

/** The form of a structured answer. */
export interface AnswerSchema {
  /** JSON Schema of an object. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** The same as DeepSeek's strict mode takes it; null where that cannot express it. */
  readonly strict: Readonly<Record<string, unknown>> | null;
  /** Describes it to a model whose service takes no schema; contains the word "json", which JSON modes demand. */
  readonly instruction: string;
}

export interface Thinking {
  readonly enabled: boolean;
  /** Null: the service's own default. */
  readonly effort: Effort | null;
}

type Effort = "low" | "high" | "max";

/** Tokens, as the service counted them. */
export interface Usage {
  readonly promptTokens: number;
  /** The part of `promptTokens` that came from the prefix cache. */
  readonly cachedTokens: number;
  readonly completionTokens: number;
  /** The part of `completionTokens` that was thinking. */
  readonly reasoningTokens: number;
  readonly totalTokens: number;
}

export interface Cost {
  /** ISO 4217: `CNY`, `USD`. */
  readonly currency: string;
  /** In units of the currency (yuan, dollars), not rounded. */
  readonly amount: number;
}
