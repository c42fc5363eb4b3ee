import type { Words } from "../types.ts";

export const attachments: Words["attachments"] = {
  file: ({ name, size, tokens }) => `已附加：${name} · ${size}${tokens === null ? "" : ` · 约 ${tokens} token`}`,
  total: ({ files, size, tokens }) => `已附加：${files} 个文件 · ${size} · 约 ${tokens} token`,
  more: ({ files }) => `… 以及另外 ${files} 个`,
  converted: ({ name, encoding }) => `${name}：按 ${encoding} 编码读取`,
  damaged: ({ name }) => `${name}：无效的 UTF-8 字节已替换为 U+FFFD`,
  svg: ({ name }) => `${name}：SVG 以文本形式发送（图片支持 PNG、JPEG、GIF、WebP）`,
  leftOut: ({ names, more, reason }) => `已跳过：${names}${more === 0 ? "" : ` 等 ${more + 1} 个`}（${reason}）`,
  large: ({ size, tokens, share }) =>
    `附件较大：${size}，约 ${tokens} token${share === null ? "" : `（占上下文的 ${share}）`}。`,
  sendLarge: "是否发送？",
  notSent: "未发送。",
  noVision: ({ model }) => `${model} 可能不支持图片（vision: false），可用 /model 或 --model 换用其他模型。`,
  notTyped: ({ mention, path }) => `${mention} 不是在输入框中键入的，将作为文本发送。如需附加文件：/file ${path}`,
  waitingForStdin: "正在等待 stdin，内容将随问题一起发送；不需要时请加 </dev/null",
  waitingForQuestion: '正在等待从 stdin 读取问题；也可直接写在命令后：deepseek-chat ask "…"',
  withoutStdin: "stdin 没有内容，直接提问。",
  waitingForPipe: ({ name }) => `正在等待 ${name} 的数据…（Ctrl-C 停止）`,
  reasons: {
    link: "指向目录之外的链接",
    binary: "二进制文件",
    encoding: "无法识别的文本编码",
    EACCES: "没有权限",
    EPERM: "没有权限",
    ENOENT: "文件不存在",
    picture_empty: "空图片",
    picture_broken: "图片损坏",
    picture_form: "不支持的图片格式",
    document_form: "PDF",
    device: "不是普通文件",
  },
};
