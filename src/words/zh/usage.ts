import type { Words } from "../types.ts";

const scopes = { day: "本日", month: "本月", conversation: "本次对话", command: "本次命令" };

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
    requests: "请求",
    cacheHitShare: "缓存命中",
    model: "模型",
    purpose: "用途",
    input: "输入",
    cached: "缓存命中",
    output: "输出",
    thinking: "思考",
    cost: "费用",
  },
  unknown: "未知",
  groupings: {
    day: "日期",
    week: "周",
    month: "月",
    model: "模型",
    provider: "服务商",
    conversation: "对话",
    purpose: "用途",
  },
  total: "合计",
  estimatedTokens: ({ tokens, isExact }) => `输入${isExact ? "" : "约"} ${tokens}`,
  estimatedHit: ({ tokens }) => `缓存命中约 ${tokens}`,
  estimatedInput: ({ cost }) => `输入费用约 ${cost}`,
  estimatedOutput: ({ tokens }) => `输出最多 ${tokens}`,
  estimatedSearches: ({ searches }) => `联网搜索最多 ${searches} 次`,
  atMost: ({ cost, tariff }) =>
    `最多 ${cost}${tariff === null ? "" : tariff === "peak" ? "（按高峰价）" : "（按错峰价）"}`,
  costUnknown: "费用未知",
  sendAnyway: "仍要发送吗？",
  budgetUsed: ({ share, limit, scope, limited }) =>
    `${limited === null ? "" : `${limited} 的`}${scopes[scope]}预算（${limit}）已使用 ${share}%。`,
  unsaved: "（未保存）",
  nothing: "该时间段内没有请求。",
  unknownCosts: ({ requests }) => `（${requests} 次请求的费用未知）`,
  notCounted: ({ requests, atMost }) => `（${requests} 次请求未计量，最多 ${atMost}）`,
  rebuilt: ({ requests, conversations, folder }) =>
    `已根据 ${folder} 重建账本：${conversations} 个对话，${requests} 次请求。`,
  auditColumns: { day: "日期", booked: "账本", charged: "账户" },
  auditBegun: ({ provider }) => `已记录 ${provider} 的余额。请稍后再次运行：届时会按两次余额之差与账本对账。`,
  agrees: "一致",
  disagrees: "不一致",
  paidIn: ({ amount }) => `期间至少充值 ${amount}`,
  forfeited: ({ tokens, cost }) =>
    `下一条消息无法命中前缀缓存：约 ${tokens} token 按全价计费${cost === null ? "" : `（约多 ${cost}）`}。`,
  earlier: ({ requests }) => `另有较早的 ${requests} 次请求未显示`,
};
