import { entryOf } from "../error-words.ts";
import type { Words } from "../types.ts";

const refusals: Readonly<Record<string, string>> = {
  not_a_file: "不是普通文件",
  too_large: "文件过大",
  not_own: "属于其他用户",
  not_text: "不是文本文件",
  EACCES: "没有权限",
  EPERM: "没有权限",
  ENOENT: "文件或目录不存在",
  ENOTDIR: "路径中有一部分不是目录",
  EISDIR: "这是一个目录",
  ELOOP: "它是符号链接，或链接成环",
  EROFS: "只读文件系统",
  ENOSPC: "设备上没有剩余空间",
  EDQUOT: "磁盘配额已用完",
  EFBIG: "文件已达到大小上限",
};

/** Returns why a file can't be read or written, in words; an unknown `reason` (as of `systemReason`) verbatim. */
export function refusalIn(reason: string): string {
  return entryOf(refusals, reason) ?? reason;
}

export const ignored: Words["ignored"] = {
  file: ({ path, reason }) => `已忽略 ${path}：${refusalIn(reason)}。`,
  variable: ({ path, name, writes }) =>
    `已忽略 ${path} 中的 ${name}：${writes ? "它会写到该目录之外" : "不能由目录选定"}。如有需要，请在环境变量或配置文件中设置。`,
  transcripts: ({ path, target }) =>
    `已忽略 ${path}：它是指向该目录之外的链接（${target}）。如需使用，请用 --transcripts 或 DEEPSEEK_CHAT_TRANSCRIPTS 指定。`,
};
