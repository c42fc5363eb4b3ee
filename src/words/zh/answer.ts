import type { Words } from "../types.ts";
import { refusalIn } from "./folder.ts";

export const answer: Words["answer"] = {
  waiting: "等待响应…",
  queued: "正在服务商处排队…",
  limited: "受速率限制，正在等待…",
  loading: ({ provider }) => `${provider} 正在加载模型…`,
  brief: {
    sentence: ({ who, what }) => `${who}：${what}。`,
    silent: "响应超时",
    broken: "连接中断",
    unreachable: "无法连接",
  },
  misfit: ({ errors }) => `回答不符合 schema：${errors.join("；")}。正在重新请求一次。`,
  adapted: {
    field: ({ provider, field }) => `${provider} 不支持 ${field}，后续请求不再发送。`,
    baseUrl: ({ provider, baseUrl }) => `${provider} 的 base URL 应为 ${baseUrl}，请修改设置。`,
  },
  retry: ({ seconds, attempt, attempts, why }) => `${why}${seconds} 秒后重试（第 ${attempt}/${attempts} 次）。`,
  thinking: "思考中…",
  thinkingHeading: "思考",
  thinkingFor: ({ seconds }) => `思考中… ${seconds} 秒`,
  thought: ({ seconds }) => `思考了 ${seconds} 秒`,
  tokens: ({ prompt, cached, completion, thinking }) =>
    `输入 ${prompt}${cached === null ? "" : `（缓存命中 ${cached}）`} · 输出 ${completion}${thinking === null ? "" : `（思考 ${thinking}）`}`,
  costAt: {
    peak: ({ cost }) => `${cost}（高峰）`,
    "off-peak": ({ cost }) => `${cost}（错峰）`,
    unknown: ({ cost }) => cost,
  },
  costUnknown: "费用未知",
  session: ({ cost }) => `会话 ${cost}`,
  sources: "来源：",
  searches: ({ searches }) => (searches === null ? "联网搜索" : `联网搜索 ${searches} 次`),
  moreSources: ({ more }: { more: number }) => `…… 另有 ${more} 条`,
  cached: "缓存的回答",
  seconds: (seconds) => `${seconds} 秒`,
  continued: {
    "continue-prefix": ({ why, provider }) =>
      `${why}已由 ${provider} 从断点处续写（前缀续写），已收到的部分作为输入再次计费。`,
    "continue-prompt": ({ why, provider }) =>
      `${why}已请求 ${provider} 继续，衔接处如有重复已去除，已收到的部分作为输入再次计费。`,
    restart: ({ why, provider }) => `${why}回答尚未开始，已重新请求 ${provider}，思考部分计费两次。`,
    failed: ({ why, provider }) => `${why}已请求 ${provider} 继续，但未返回任何内容。`,
  },
  failover: ({ why, provider, model }) => `${why}已切换到 ${provider}/${model}。`,
  failoverFailed: ({ why, provider, model }) => `${why}已尝试切换到 ${provider}/${model}。`,
  interrupted: "已停止，已保留部分回答。",
  stopped: "已停止。",
  cutByLength: "回答达到 max_tokens 上限，已被截断。",
  cutByLengthCanContinue: "回答达到 max_tokens 上限，已被截断。输入 /continue 继续。",
  cutByFilter: "回答被服务商的内容过滤截断。",
  refused: "模型拒绝回答。",
  rethought: "回答之前的文本是思考内容，已按思考保存。",
  unknownCost: {
    searches: "费用未知：服务商未说明计费的联网搜索次数。",
    usage: "",
    price: "",
    outdated: "费用未知：配置文件中的价格已过期，请在 models 中更新。",
    holiday: "费用未知：今天可能是法定节假日（无高峰价）。请在配置文件的 holidays 中列出今年的节假日。",
  },
  savedApart: ({ avoided, path }) => `其他程序正在写入 ${avoided}，本对话改存到 ${path}。`,
  notSaved: ({ path, reason }) =>
    `已停止保存：无法写入 ${path}（${refusalIn(reason)}）。可用 /save <文件> 另存整段对话。`,
};
