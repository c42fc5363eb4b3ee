import type { Words } from "../types.ts";

export const clock: Words["clock"] = {
  off: ({ host, seconds, isCorrected }) =>
    `本机时钟比 ${host} ${seconds > 0 ? "慢" : "快"} ${span(Math.abs(seconds))}。${
      isCorrected
        ? "在程序退出之前，请求按服务端的时间签名；请校准本机时钟。"
        : "相差过大，不予采信：请求仍按本机时钟签名。"
    }`,
};

function span(seconds: number): string {
  if (seconds < 120) return `${seconds} 秒`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} 分钟` : `${Math.round(seconds / 3600)} 小时`;
}
