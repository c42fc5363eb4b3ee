import type { Words } from "../types.ts";

export const cache: Words["cache"] = {
  store: "位置",
  answers: "回答数",
  size: "大小",
  sizeOf: ({ size, max }) => `${size}（上限 ${max}）`,
  hits: "使用次数",
  oldest: "最早",
  reallyClear: ({ store, all }) => `从 ${store} 中删除${all ? "全部" : "较早的"}缓存回答？`,
  cleared: ({ answers }) => `已删除 ${answers} 条缓存回答。`,
};

export const cacheReasons: Readonly<Record<string, string>> = {
  locked: "被其他程序锁定",
  shared: "其他用户可以写入其所在目录",
  later_version: "由本程序的更新版本写入",
  EIO: "输入/输出错误",
  slow: "200 毫秒内无响应",
  password: "用户名或密码错误，或没有权限",
  certificate: "其证书不受信任、属于其他服务器或已过期（自有 CA 请用 NODE_EXTRA_CA_CERTS）",
  other_version: "服务器版本不支持该命令",
  closed: "连接已断开",
  ECONNREFUSED: "连接被拒绝",
  ECONNRESET: "连接已断开",
  ENOTFOUND: "找不到主机",
  ETIMEDOUT: "无响应",
};

/** Why the queue can't be used, where it is other than for the answer cache. */
export const queueReasons: Readonly<Record<string, string>> = {
  slow: "10 秒内没有响应",
  other_version: "不是 6.2 或更高版本的 Redis 服务器",
};
