import type { QueueWords } from "../types.ts";

type JobCounts = Record<"waiting" | "active" | "held" | "finished", number>;
const jobCounts = ({ waiting, active, held, finished }: JobCounts) =>
  `等待 ${waiting} · 处理中 ${active} · 暂缓 ${held} · 待收取 ${finished}`;

export const queueWords: QueueWords = {
  volatile: () =>
    "该 Redis 服务器未启用持久化（既无 AOF 也无快照）：一旦重启，处理中的条目可能重复计费。已写入输出文件的回答不受影响。",
  eviction: ({ policy }) =>
    `该 Redis 服务器在内存不足时会淘汰数据（maxmemory-policy ${policy}），条目可能重复计费。请改为 noeviction。`,
  noWorkers: ({ queue }) => `尚无 worker 连接。请运行：deepseek-chat batch worker --queue ${queue}`,
  repeats: ({ count }) => `${count} 个条目曾由中途退出的 worker 处理过，可能重复计费。`,
  working: ({ queue, concurrency }) => `worker 已连接 ${queue} · 最多同时处理 ${concurrency} 个条目 · 按 Ctrl-C 停止`,
  progress: ({ answered, failed, holding }) => `已完成 ${answered} · 失败 ${failed} · 处理中 ${holding}`,
  disconnected: () => "暂时无法使用 Redis（连接断开或内存不足），正在重试…",
  connected: () => "Redis 已恢复。",
  draining: ({ holding, seconds }) =>
    `正在停止：继续处理剩余的 ${holding} 个条目，最多 ${seconds} 秒。再按一次立即放回队列。`,
  worked: ({ answered, failed }) => `worker 已停止：完成 ${answered}，失败 ${failed}。`,
  state: ({ workers, ...jobs }) => `队列：${jobCounts(jobs)}${workers === null ? "" : ` · worker ${workers} 个`}`,
  run: ({ name, done, total, ...jobs }) => `${name}：已完成 ${done}/${total} · ${jobCounts(jobs)}`,
};
