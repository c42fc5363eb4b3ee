import type { Words } from "../types.ts";

export const fillIn: Words["fillIn"] = {
  oneSource:
    "前文（--prefix 或 --prefix-file）和后文（--suffix 或 --suffix-file）各只能指定一次；也可改为只指定文件中的位置。",
  nothingAround: "空白前后都没有文本。请指定位置（src/app.ts:12:5）、使用 --prefix 或 --suffix，或通过管道传入前文。",
  noPlace: ({ place }) =>
    `位置无效：${place}。请写成 FILE:LINE:COLUMN，例如 src/app.ts:12:5；管道传入的文本写作 :12:5。`,
  lineMissing: ({ file, line, lines }) => `${file} 没有第 ${line} 行：最后一行是第 ${lines} 行。`,
  columnMissing: ({ file, line, column, columns }) =>
    `${file} 第 ${line} 行没有第 ${column} 列：行末是第 ${columns} 列。列按字符计数，从 1 开始。`,
  waiting: "正在等待 stdin 的文本…",
  fewerTokens: ({ provider, wanted, tokens }) =>
    `${provider} 一次最多补全 ${tokens} 个 token：max_tokens 由 ${wanted} 改为 ${tokens}。`,
  cut: ({ prefix, suffix, window }) =>
    `文本超出模型的上下文长度（${window} token），已略去${[
      ...(prefix > 0 ? [`开头的 ${prefix} 个字符`] : []),
      ...(suffix > 0 ? [`末尾的 ${suffix} 个字符`] : []),
    ].join("和")}。`,
  cutByLength: "补全内容在 max_tokens 处被截断，可用 --max-tokens 调大。",
};
