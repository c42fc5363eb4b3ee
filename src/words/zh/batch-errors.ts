import type { BatchChange } from "../../errors.ts";
import { entryOf } from "../error-words.ts";
import type { batchErrors as english } from "../en/batch-errors.ts";

const nameOf = (path: string) => (path === "-" ? "标准输入" : `${path} `);

/** 显示的值最多多少个字符。 */
const longest = 60;
const short = (value: string) => (value.length > longest ? `${value.slice(0, longest)}…` : value || "未设置");

const changes: { readonly [What in BatchChange["what"]]: (change: Extract<BatchChange, { what: What }>) => string } = {
  grown: ({ lines }) => `输入新增了 ${lines} 条`,
  input: () => "输入内容",
  output: () => "输出中的行",
  parameter: ({ name, before, after }) => `${name}：${short(before)} → ${short(after)}`,
};

function changed(change: BatchChange): string {
  const say = entryOf<(change: never) => string>(changes, change.what);
  return say?.(change as never) ?? change.what;
}

export const batchErrors: typeof english = {
  batch_input_bad: ({ path, bad }) => ({
    what: `${nameOf(path)}中有 ${bad} 行无法使用，没有发送任何请求。`,
    next: "请修正上面列出的行，或用 --skip-bad 跳过。",
  }),
  batch_input_empty: ({ path }) => ({
    what: `${nameOf(path)}中没有提示词。`,
    next: path === "-" ? "请通过管道传入提示词，每行一条。" : "请每行写一条。",
  }),
  batch_input_changed: ({ path, line }) => ({
    what: `${nameOf(path)}在读取过程中被修改（第 ${line} 行）。`,
    next: "已有的回答均已保存。请用相同的命令重新运行，程序会说明改动之处。",
  }),
  batch_unknown: ({ path }) => ({
    what: `没有以 ${path} 为输出的批处理：旁边没有日志文件。`,
    next: "请检查路径；deepseek-chat batch status 会列出当前目录中的批处理。",
  }),
  batch_journal_foreign: ({ path }) => ({
    what: `${path} 不是当前版本可以读取的批处理日志。`,
    next: "文件未作任何修改。如由新版本写入，请升级 deepseek-chat；否则请换一个输出文件。",
  }),
  batch_busy: ({ path }) => ({ what: `另一个任务正在写入 ${path}。`, next: "请等待其结束，或换一个输出文件。" }),
  batch_changed: ({ path, changes: all }) => ({
    what: `与开始写入 ${path} 时不同：${all.map(changed).join("；")}。`,
    next: "如只需补全缺少的回答，请加 --accept-changes；如要重新开始，请换一个输出文件。",
  }),
  batch_output_foreign: ({ path, line }) => ({
    what:
      line === null
        ? `${path} 不为空，旁边也没有批处理日志。`
        : `${path} 第 ${line} 行不是本次输入中任何一条的回答，或是重复的回答。`,
    next: "文件未作任何修改，请换一个输出文件。",
  }),
  batch_output_unfit: ({ path, why }) => ({
    what: why === "input" ? `${path} 就是输入文件。` : `${path} 不是文件。`,
    next: "请用 -o 指定单独的输出文件：回答会追加写入，恢复运行时还要读取。",
  }),
  batch_not_found: ({ provider, id }) => ({
    what: `${provider} 上没有 ${id}，或已被清除。`,
    next: "请检查 ID、服务（-p）以及所用的 API Key。没有结果的条目可直接处理：去掉 --at-provider 重新运行同一命令。",
  }),
  batch_left: ({ provider, left, statuses }) => ({
    what: `${provider} 的批量任务已结束，仍有 ${left} 条没有结果（${statuses.join("、")}）。`,
    next: "去掉 --at-provider 重新运行同一命令可直接处理这些条目；保留则会新建批量任务。",
  }),
  batch_elsewhere: ({ provider, running }) => ({
    what: `此输出文件的批量任务正在 ${running} 上运行，而不是 ${provider}。`,
    next: `任务结束前请使用 -p ${running}。`,
  }),
};
