import type { Words } from "../types.ts";

/** A time behind Chinese text: a space before a digit, none before a weekday. */
const spaced = (until: string) => (/^\d/u.test(until) ? ` ${until}` : until);

export const tariff: Words["tariff"] = {
  weekdays: ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
  date: ({ month, day }) => `${month}月${day}日`,
  status: {
    peak: ({ until }) => `高峰至${spaced(until)}`,
    "off-peak": ({ until }) => `错峰至${spaced(until)}`,
    unknown: ({ until }) => `至${spaced(until)} 为高峰或节假日，价格未知`,
  },
  waiting: ({ left, until }) => `等待错峰时段，${until} 开始 · 还剩 ${left}`,
  atMost: ({ now, later }) =>
    now === null ? `可能是节假日，当前价格未知，届时最多约 ${later}` : `现在最多约 ${now}，届时最多约 ${later}`,
  atMostShort: ({ now, later }) => (now === null ? `届时最多约 ${later}` : `最多约 ${now}，届时约 ${later}`),
  keys: "Enter 立即提问 · q 退出",
  waitingShort: ({ left }) => `距错峰 ${left}`,
  shortKeys: "Enter 提问 · q 退出",
  none: ({ model }) => `未知 ${model} 的错峰价格，立即提问。`,
  notAsked: ({ path, command }) => `未提问。问题已保存到 ${path}。用 ${command} 恢复后输入 /retry 即可提问。`,
  notAskedUnsaved: "未提问，也未保存。",
  detached: ({ pid, path }) => `正在后台提问（进程 ${pid}） · ${path}`,
  detachedWaiting: ({ pid, path, until }) => `正在后台等待错峰时段，${until} 开始（进程 ${pid}） · ${path}`,
};
