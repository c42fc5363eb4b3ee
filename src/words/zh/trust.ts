import type { Words } from "../types.ts";

export const trust: Words["trust"] = {
  kinds: {
    mcp: "MCP 服务器",
    tools: "工具",
    role: "角色",
    calls: "工具调用",
  },
  asks: ({ what, path }) => `当前项目包含尚未批准的${spaced(what)}：${path}`,
  changed: ({ day }) => `该内容自 ${day} 批准后已有改动。`,
  more: ({ rows }) => `…（共 ${rows} 行）`,
  no: "不使用",
  yes: "使用，内容变化后再询问",
  showAll: "显示全部内容",
  keys: ({ keys }) => `按 1–${keys}，或用方向键选择后按 Enter · Esc：不使用`,
  approved: ({ what, path }) => `已批准：${path}（${what}）`,
  notUsed: ({ what, path }) => `未使用：${path}（${what}）`,
  leftOut: ({ what, path }) => `未使用 ${path}（${what}）：尚未批准。请在终端中进入此目录运行 deepseek-chat 进行批准。`,
  leftOutChanged: ({ what, path }) =>
    `未使用 ${path}（${what}）：批准后内容已有改动。请在终端中进入此目录运行 deepseek-chat 重新批准。`,
  damaged: ({ path }) => `${path} 已损坏，其中的批准无效。删除该文件后不再提示。`,
  none: "没有已批准的内容。",
  revoked: ({ what, path }) => `已撤销批准：${path}（${what}）`,
};

/** Latin words stand apart from Chinese ones. */
function spaced(text: string): string {
  return /^[\x21-\x7e]/u.test(text) ? ` ${text}` : text;
}
