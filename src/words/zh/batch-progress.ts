import type { BatchProgressWords } from "../types.ts";

function span({ days, hours, minutes, seconds }: Parameters<BatchProgressWords["left"]>[0]): string {
  if (days > 0) return `${days} 天 ${hours} 小时`;
  if (hours > 0) return `${hours} 小时 ${minutes} 分`;
  return minutes > 0 ? `${minutes} 分钟` : `${seconds} 秒`;
}

/** A time behind Chinese text: a space before a digit, none before a weekday. */
const untilWords = (until: string | null) =>
  until === null ? "" : `，${/^\d/u.test(until) ? "到 " : "到"}${until} 恢复`;

export const batchProgress: BatchProgressWords = {
  left: (time) => `剩余 ${span(time)}`,
  done: ({ items }) => `完成 ${items}`,
  failed: ({ items }) => `失败 ${items}`,
  perSecond: ({ items }) => `${items} 条/秒`,
  perMinute: ({ items }) => `${items} 条/分`,
  tokensPerSecond: ({ tokens }) => `${tokens} tokens/秒`,
  cacheHit: ({ share }) => `缓存命中 ${share}%`,
  spent: ({ cost }) => `已花费 ${cost}`,
  reserved: ({ cost }) => `预留 ${cost}`,
  limit: ({ cost }) => `上限 ${cost}`,
  costUnknown: ({ items }) => `${items} 条费用未知`,
  inFlight: ({ items, limit }) => `并发 ${items}${limit === null ? "" : `/${limit}`}`,
  uploading: ({ share, size }) => `正在上传 ${share}%（共 ${size}）`,
  atProvider: ({ batches, done, items }) => `${batches} 个批量任务已处理 ${done}/${items} 条`,
  cached: ({ items }) => `${items} 条为缓存的回答`,
  failures: ({ codes }) => `失败：${codes}`,
  paused: {
    rate: ({ until }) => `已暂停：服务商暂时拒绝请求${untilWords(until)}`,
    "off-peak": ({ until }) => `已暂停：等待错峰时段${untilWords(until)}`,
    disconnected: ({ until }) => `已暂停：网络不通${untilWords(until)}`,
  },
  stopping: "正在停止，等待进行中的请求结束。再按 Ctrl-C 立即停止。",
  resumed: "已恢复。",
  itemFailed: ({ id, code, message }) => `${id} · ${code} · ${message}`,
  itemRetried: ({ id, code, attempt }) => `${id} · ${code} · 第 ${attempt} 次重试`,
  metrics: ({ url }) => `指标：${url}`,
  ended: {
    done: ({ finished, total, time }) => `完成 ${finished}/${total}，用时 ${time}`,
    cost: ({ finished, total, time }) => `已达费用上限：完成 ${finished}/${total}，用时 ${time}`,
    stopped: ({ finished, total, time }) => `已停止：完成 ${finished}/${total}，用时 ${time}`,
    failed: ({ finished, total, time }) => `提前结束：完成 ${finished}/${total}，用时 ${time}`,
  },
  answered: ({ items }) => `已回答 ${items}`,
  output: ({ path }) => `输出：${path}`,
  missing: ({ items }) => `还剩 ${items} 条。再次运行同一命令即可继续。`,
  missingAtLimit: ({ items }) => `还剩 ${items} 条。提高费用上限后再次运行同一命令即可继续。`,
  missingAfterError: ({ items }) => `还剩 ${items} 条。解决下列错误后，再次运行同一命令即可继续。`,
  retry: ({ path }) => `各条的失败原因见输出文件。重试：deepseek-chat batch retry ${path}`,
};
