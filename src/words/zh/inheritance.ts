import type { Words } from "../types.ts";

export const inheritance: Words["inheritance"] = {
  line: ({ parts }) => `沿用对话中的内容：${parts}`,
  system: ({ start }) => `系统提示词“${start}”`,
  examples: ({ examples }) => `${examples} 个示例`,
  summary: "较早轮次的总结",
  pictures: ({ pictures }) => `${pictures} 张图片`,
  picturesLeft: ({ pictures }) => `${pictures} 张图片未发送：对话记录中只有链接。`,
};
