import type { Words } from "../types.ts";

export const approval: Words["approval"] = {
  asks: ({ name, origin }) => `运行工具 ${name}（${origin}）？`,
  changed: ({ day, parts }) => `自 ${day} 选择始终允许后已有改动：${parts.join("、")}。`,
  parts: {
    identity: "命令或地址",
    description: "说明",
    parameters: "参数定义",
  },
  before: "改动前：",
  now: "现在：",
  arguments: "参数",
  earlier: "此前允许的内容",
  claims: ({ claims }) => `服务器自称（未经核实）：${claims}`,
  waiting: ({ calls }) => `之后还有 ${calls} 项待确认。`,
  choices: {
    once: "允许，仅这一次",
    session: "允许，本次会话内不再询问",
    always: "始终允许，命令或定义有变时再询问",
    no: "拒绝",
    reason: "拒绝，并告诉模型原因",
    show: "显示全部内容",
  },
  keys: ({ keys }) => `按 1–${keys}，或用方向键选择后按 Enter · Esc：拒绝 · Ctrl-C：停止`,
  why: "告诉模型：",
  decided: {
    once: "已允许一次。",
    session: "本次会话内均已允许。",
    always: "已设为始终允许。",
    no: "已拒绝。",
  },
};
