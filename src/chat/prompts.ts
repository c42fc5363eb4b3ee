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
  },
};
