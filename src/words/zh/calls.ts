import type { Words } from "../types.ts";

export const calls: Words["calls"] = {
  writing: ({ name }) => `正在调用 ${name}…`,
  waiting: "等待中",
  done: "成功",
  failed: "失败",
  refused: "已拒绝",
  unasked: ({ name }) => `已拒绝，可用 --allow-tool ${name} 允许`,
  plain: ({ call, facts }) => `工具 ${call}：${facts}`,
};
