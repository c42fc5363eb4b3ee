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
  waiting: ({ calls }) => `还有 ${calls} 个问题等待确认。`,
  choices: {
    once: "是，仅这一次",
    session: "是，本次会话内都允许",
    always: "是，始终允许，直到其命令或定义有变",
    no: "否",
    reason: "否，并告诉模型原因",
    show: "显示全部内容",
  },
  keys: ({ keys }) => `按 1–${keys}，或用方向键选择后按 Enter · Esc：否 · Ctrl-C：停止`,
  why: "告诉模型：",
  decided: {
    once: "已允许一次。",
    session: "本次会话内已允许。",
    always: "已设为始终允许。",
    no: "未允许。",
  },
};
