import type { Words } from "../types.ts";

export const exporting: Words["exporting"] = {
  language: "zh",
  system: "系统提示词",
  untitled: "对话",
  sources: "来源：",
  turns: ({ count }) => `${count} 轮`,
  tokens: ({ count }) => `${count.toLocaleString("zh")} token`,
  done: ({ count, turns, path }) => {
    if (turns === null) return `已将 ${count} 段对话导出到 ${path}。`;
    return `已将 ${count === 1 ? `${turns} 轮对话` : `${count} 段对话中的 ${turns} 轮`}导出到 ${path}。`;
  },
  nothingWhole: ({ id, title }) => `${id}（${title}）没有完整的一轮，已跳过。`,
};

export const importing: Words["importing"] = {
  forms: {
    transcript: "对话记录",
    "deepseek-chat": "deepseek-chat JSON",
    messages: "messages",
    deepseek: "chat.deepseek.com",
    chatgpt: "ChatGPT",
    llm: "llm",
    aichat: "aichat",
  },
  counts: ({ imported, extended, present, skipped }) =>
    [`导入 ${imported} 段`, extended === 0 ? "" : `补充 ${extended} 段`, `未变 ${present} 段`, `跳过 ${skipped} 段`]
      .filter(Boolean)
      .join("，"),
  file: ({ file, form, counts }) => `${file}${form === "" ? "" : `（${form}）`}：${counts}`,
  total: ({ counts }) => `合计：${counts}`,
  skipped: ({ file, place, reason }) => `${file}：跳过${place}：${reason}`,
  number: ({ number }) => `第 ${number} 段对话`,
  named: ({ number, title }) => `第 ${number} 段对话（${title}）`,
  reasons: {
    broken: "不是有效的 JSON",
    cut: "文件在此处中断",
    "too-large": "过大",
    "too-many": "文件中的对话超过 10 万段，其余已跳过",
    unknown: "格式无法识别",
    empty: "没有消息",
  },
  leftOut: ({ count, title }) => `${title}：跳过 ${count} 条其他分支或工具的消息`,
};
