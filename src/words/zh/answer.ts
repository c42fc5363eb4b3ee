import type { Words } from "../words.ts";

export const answer: Words["answer"] = {
  waiting: "等待回答",
  queued: "正在排队",
  retry: ({ seconds, attempt, attempts, why }) => `${why}${seconds} 秒后重试（第 ${attempt} 次，共 ${attempts} 次）。`,
  thinking: "思考过程",
  thought: ({ seconds }) => `思考了 ${seconds} 秒`,
  tokens: ({ prompt, cached, completion }) =>
    `输入 ${prompt}${cached === null ? "" : `（缓存 ${cached}）`} + 输出 ${completion}`,
  seconds: (seconds) => `${seconds} 秒`,
  firstWord: (seconds) => `首字 ${seconds} 秒`,
  interrupted: "已停止，收到的部分已保留。",
  cutByLength: "回答达到长度上限而中断（finish reason: length）。",
  cutByFilter: "服务商拦截了其余内容（finish reason: content_filter）。",
  notSaved: ({ path, reason }) => `此后的内容不再保存：无法写入 ${path}（${reason}）。可用 /save <文件> 另存全部内容。`,
};
