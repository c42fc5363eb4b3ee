import type { Words } from "../types.ts";

export const answer: Words["answer"] = {
  waiting: "等待响应…",
  queued: "正在排队",
  loading: ({ provider }) => `${provider} 正在加载模型…`,
  brief: {
    sentence: ({ who, what }) => `${who}：${what}。`,
    silent: "超时无响应",
    broken: "连接中断",
    unreachable: "无法连接",
  },
  adapted: {
    field: ({ provider, field }) => `${provider} 不接受 ${field}，此后不再发送。`,
    baseUrl: ({ provider, baseUrl }) => `${provider} 的服务地址应为 ${baseUrl}，请据此修改设置。`,
  },
  retry: ({ seconds, attempt, attempts, why }) => `${why}${seconds} 秒后重试（第 ${attempt} 次，共 ${attempts} 次）。`,
  thinking: "思考中…",
  thinkingHeading: "思考",
  thinkingFor: ({ seconds }) => `思考中… ${seconds} 秒`,
  thought: ({ seconds }) => `思考了 ${seconds} 秒`,
  tokens: ({ prompt, cached, completion }) =>
    `${prompt} 输入${cached === null ? " " : `（缓存命中 ${cached}）`}· ${completion} 输出`,
  seconds: (seconds) => `${seconds} 秒`,
  continued: {
    "continue-prefix": ({ why, provider }) =>
      `${why}已由 ${provider} 从断点处续写（前缀续写），此前收到的部分会作为输入再次计费。`,
    "continue-prompt": ({ why, provider }) =>
      `${why}已请 ${provider} 继续回答，接缝处的重复已去掉，此前收到的部分会作为输入再次计费。`,
    restart: ({ why, provider }) => `${why}正文尚未开始，已重新请求 ${provider}，思考部分会计费两次。`,
    failed: ({ why, provider }) => `${why}已请 ${provider} 续写，但没有收到任何内容。`,
  },
  failover: ({ why, provider, model }) => `${why}改由 ${provider} 的 ${model} 回答。`,
  failoverFailed: ({ why, provider, model }) => `${why}已改为请求 ${provider} 的 ${model}。`,
  interrupted: "已停止，收到的部分已保留。",
  stopped: "已停止。",
  cutByLength: "回答达到长度上限而中断（finish reason: length）。",
  cutByFilter: "服务商拦截了其余内容（finish reason: content_filter）。",
  refused: "模型拒绝回答。",
  rethought: "回答之前的那段文字是模型的思考过程，已按思考过程保存。",
  tariffUnknown: "费用未知：今天可能是法定节假日（不收高峰价），而今年的放假安排未知。可在配置文件的 holidays 中列出。",
  savedApart: ({ avoided, path }) => `另一个程序正在写入 ${avoided}，本对话改存到 ${path}。`,
  notSaved: ({ path, reason }) => `此后的内容不再保存：无法写入 ${path}（${reason}）。可用 /save <文件> 另存全部内容。`,
};
