import type { Language } from "../words/types.ts";

/** What the program itself asks a model: data, as nobody reads it on the screen. */
export interface ModelPrompts {
  /** Continues an answer that was cut off, where the service cannot continue it from its end. */
  readonly continueAnswer: string;
  readonly summarise: string;
  readonly title: (facts: { readonly question: string; readonly answer: string }) => string;
  /** Stands before the summary in the next request. */
  readonly summary: string;
  /** Stands before the summaries of a long conversation's parts. */
  readonly summaries: string;
  readonly leftOut: (facts: { readonly characters: number }) => string;
  /** Stands behind a question whose answer is to fit a schema; has the word "json", which JSON modes demand. */
  readonly schema: (facts: { readonly schema: string }) => string;
  /** Asks once more for an answer that does not fit its schema; `errors`: one a line. */
  readonly misfit: (facts: { readonly errors: string }) => string;
}

/** By language, as a model tends to answer in the one that it is asked in. */
export const modelPrompts: Readonly<Record<Language, ModelPrompts>> = {
  en: {
    continueAnswer: "Your answer broke off. Go on from exactly where it stopped: repeat nothing, add no introduction.",
    summarise:
      "Summarise our conversation so far for yourself, so that you can go on without it: the matters, decisions, facts, names, numbers and code that still count, and what is open. No introduction.",
    title: ({ question, answer }) =>
      `Give the conversation below a title of at most six words, in its own language. Answer with the title alone.\n\nQuestion:\n${question}\n\nAnswer:\n${answer}`,
    summary: "Summary of the conversation so far:",
    summaries: "Summaries of the parts of our conversation, in order:",
    leftOut: ({ characters }) => `[… ${characters} characters left out …]`,
    schema: ({ schema }) =>
      `Answer with one JSON object and nothing else: no Markdown, no explanation. The json must be valid against this JSON Schema:\n${schema}`,
    misfit: ({ errors }) =>
      `Your JSON does not fit the schema:\n${errors}\nGive the whole corrected JSON and nothing else.`,
  },
  zh: {
    continueAnswer: "你的回答中断了。请紧接着中断处继续，不要重复，也不要加开场白。",
    summarise:
      "请为你自己总结到目前为止的对话，以便之后不看原文也能继续：仍然重要的主题、结论、事实、名称、数字和代码，以及尚未解决的问题。不要开场白。",
    title: ({ question, answer }) =>
      `请为下面的对话拟一个不超过十五个字的标题，使用对话本身的语言，只输出标题。\n\n问题：\n${question}\n\n回答：\n${answer}`,
    summary: "此前对话的总结：",
    summaries: "以下按顺序是我们对话各部分的总结：",
    leftOut: ({ characters }) => `[……此处省略 ${characters} 个字符……]`,
    schema: ({ schema }) =>
      `请只输出一个 JSON 对象，不要使用 Markdown，也不要解释。该 json 必须符合下面的 JSON Schema：\n${schema}`,
    misfit: ({ errors }) => `你输出的 JSON 不符合 schema：\n${errors}\n请输出修正后的完整 JSON，不要输出其他内容。`,
  },
};
