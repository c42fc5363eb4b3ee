/** How a model's prompt is made of messages, as far as it counts; from the encoders that DeepSeek publishes with its models. */
export interface PromptFormat {
  /** Whether a mark stands before the text of a system message. */
  readonly marksSystem: boolean;
  /** Tokens of the sentence on effort that a thinking model is given first. */
  readonly effortTokens: Readonly<Record<"low" | "high" | "max", number>>;
}

interface VocabularyUser {
  readonly provider: string;
  readonly models: RegExp;
  /** Null where nobody has published it. */
  readonly format: PromptFormat | null;
}

/** `encoding/encoding_dsv4.py` of DeepSeek-V4-Pro and -Flash. */
const v4: PromptFormat = { marksSystem: false, effortTokens: { low: 0, high: 0, max: 79 } };
/** The encoder of DeepSeek-V4.1-Flash: effort is a number, one token whatever it is. */
const v41: PromptFormat = { marksSystem: true, effortTokens: { low: 25, high: 25, max: 25 } };

/**
 * The models whose vocabulary is known, as of 2026-11-27; the first row that fits counts. V3 and R1 have another vocabulary. V4.1's
 * tokenizer.json differs from V4's in the names of two special tokens.
 */
const users: readonly VocabularyUser[] = [
  { provider: "deepseek", models: /^deepseek-(?:v4-)?flash$/u, format: v41 },
  { provider: "deepseek", models: /^deepseek-v4-pro$/u, format: v4 },
  { provider: "deepseek", models: /^deepseek-(?!chat$|reasoner$)/u, format: null },
  ...["siliconflow", "siliconflow-com"].map((provider) => ({
    provider,
    models: /^(?:Pro\/)?deepseek-ai\/DeepSeek-V4-(?:Flash|Pro)$/u,
    format: v4,
  })),
];

/**
 * How prompts of a model are counted.
 *
 * @returns null for another vocabulary, or an unknown one; a format of null where only the texts can be counted
 */
export function vocabularyUse(provider: string, model: string): { readonly format: PromptFormat | null } | null {
  return users.find((row) => row.provider === provider && row.models.test(model)) ?? null;
}
