import type { Words } from "../types.ts";

export const brought: Words["brought"] = {
  line: ({ parts }) => `沿用自该对话：${parts}`,
  system: ({ start }) => `系统提示词“${start}”`,
  summary: "较早内容的总结",
  pictures: ({ pictures }) => `${pictures} 张图片`,
  picturesLeft: ({ pictures }) => `对话中有 ${pictures} 张图片不会发送：文件中只有网址，没有图片内容。`,
};
