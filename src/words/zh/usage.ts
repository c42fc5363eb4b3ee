import type { Words } from "../types.ts";

export const usage: Words["usage"] = {
  purposes: {
    question: "提问",
    continuation: "续写",
    retry: "重试",
    title: "标题",
    summary: "摘要",
    tools: "工具",
    search: "联网搜索",
    batch: "批量",
    serve: "服务",
  },
  columns: {
    time: "时间",
    model: "模型",
    purpose: "用途",
    input: "输入",
    cached: "缓存命中",
    output: "输出",
    thinking: "思考",
    cost: "费用",
  },
  unknown: "未知",
  forfeited: ({ tokens, cost }) =>
    `下一条消息无法命中前缀缓存：约 ${tokens} token 按全价计费${cost === null ? "" : `（约多 ${cost}）`}。`,
  earlier: ({ requests }) => `另有较早的 ${requests} 次请求未显示`,
};
