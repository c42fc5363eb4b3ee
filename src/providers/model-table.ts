import type { ModelConfig } from "../config/schema.ts";

export interface ModelFacts {
  /** Tokens. */
  readonly context?: number;
  readonly maxOutput?: number;
  readonly vision?: boolean;
}

/**
 * As of 2026-11-26, by `provider/id`; the config file's `models` overrides it. Sources: api-docs.deepseek.com/pricing;
 * docs.siliconflow.cn for the names there. SiliconFlow's documents give no window for its own installation of the models,
 * so none is written down; V4-Pro reads text alone wherever it runs.
 */
const flash: ModelFacts = {
  context: 1_000_000,
  maxOutput: 384_000,
  vision: true,
};
const facts: Readonly<Record<string, ModelFacts>> = {
  "deepseek/deepseek-flash": flash,
  // The former name of the same model, still accepted.
  "deepseek/deepseek-v4-flash": flash,
  "deepseek/deepseek-v4-pro": {
    context: 1_000_000,
    maxOutput: 384_000,
    vision: false,
  },
  "siliconflow/deepseek-ai/DeepSeek-V4-Pro": { vision: false },
  "siliconflow-com/deepseek-ai/DeepSeek-V4-Pro": { vision: false },
};

/**
 * What is known of a model; empty when nothing is.
 *
 * @param custom the config file's `models`, which come before all else
 * @param reported what the server itself says, which comes before the table
 */
export function modelFacts(
  provider: string,
  model: string,
  custom: Readonly<Record<string, ModelConfig>>,
  reported: ModelFacts = {},
): ModelFacts {
  const known = { ...ownEntry(facts, `${provider}/${model}`), ...reported };
  const entry = ownEntry(custom, `${provider}/${model}`) ?? ownEntry(custom, model);
  if (entry === undefined) return known;
  const { context, max_output: maxOutput, vision } = entry;
  return {
    ...known,
    ...(context !== undefined && { context }),
    ...(maxOutput !== undefined && { maxOutput }),
    ...(vision !== undefined && { vision }),
  };
}

/** Ids come from outside, `constructor` and the like among them. */
function ownEntry<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Ids of a provider's models that the table knows. */
export function knownModels(provider: string): string[] {
  const lead = `${provider}/`;
  return Object.keys(facts).flatMap((name) => (name.startsWith(lead) ? [name.slice(lead.length)] : []));
}
