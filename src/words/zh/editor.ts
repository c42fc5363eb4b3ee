import type { Words } from "../types.ts";

export const editor: Words["editor"] = {
  pastedLines: ({ number, lines }) => `[粘贴 #${number}：${lines} 行]`,
  pastedCharacters: ({ number, characters }) => `[粘贴 #${number}：${characters} 个字符]`,
  pastedPicture: ({ number, size }) => `图片 ${number}${size === null ? "" : `，${size}`}`,
  search: "搜索历史：",
  notFound: "（没有匹配）",
  moreCandidates: (count) => `… 还有 ${count} 项`,
  editorFailed: (reason) => (reason.endsWith("。") ? reason : `无法运行编辑器：${reason}。`),
  commandsHint: "按 Tab 列出命令",
  queueHint: "Enter 加入队列 · Esc 停止回答",
  queuedHint: "↑ 编辑最后一条 · Esc 停止回答",
  pausedHint: "队列已暂停 · Enter 发送 · ↑ 编辑",
  moreQueued: (count) => `… 队列中还有 ${count} 条`,
  heldHint: "尚未发送 · 按 Enter 发送",
  heldPlainHint: "尚未发送 · 按 Enter 发送 · 按 Ctrl-C 丢弃",
};
